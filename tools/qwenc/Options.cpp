#include "tools/qwenc/Options.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <map>

namespace qwen {
namespace {

constexpr char kVersion[] = "qwenc 0.1.0";

constexpr char kHelp[] = R"(usage: qwenc build MODEL [-o APP] [options]

Compiles a Qwen3 model into a program that runs it and needs nothing else.
MODEL is a directory in Hugging Face layout, or a config.json alone.

output
  -o FILE                what to write; - is stdout, for texts (default: named after the model)
  --emit=KIND            exe, lib (and a C header), obj, asm, llvm, mlir, graph, cuda (default: exe)
  --weights=file|embed   weights beside the program as APP.weights, or inside it (default: file)

model
  --task=NAME            head of the family: an HF class name (default: the first in architectures)
  --max-seq=N            positions that the KV cache holds (default: min(4096, the model's maximum))
  --batch=B              sequences held side by side (default: 1)
  --dtype=f32|bf16       storage of weights that are not quantised (default: the checkpoint's)
  --quant=none|q8|q4     weights in 8 or 4 bits with group scales (default: none)
  --kv=f32|bf16|q8       storage of keys and values (default: f32, with --quant bf16)
  --head-screen=none|q8|q4 (default: none)
                         a copy of the LM head in few bits, so that few of its rows need be read
  --random-weights=SEED  for a bare config.json: weights drawn from SEED

target
  --target=cpu|cuda      what code is made for (default: cpu)
  --mtriple=T --mcpu=C --mattr=A
                         as in clang; --mcpu=native is this machine (default: this machine)
  --gpu-arch=ARCH        CUDA architecture of the cubins (default: sm_90a)

what it does
  -v                     what each stage did
  --timing               how long each stage took
  --print-after-all      the IR after every pass, on stderr
  -h, --help   --version

exit status: 0 done, 1 bad input, 2 wrong command line, 70 a mistake of qwenc itself
)";

const std::map<std::string, Product> kProducts = {
    {"exe", Product::exe},   {"lib", Product::lib},   {"obj", Product::obj},     {"asm", Product::assembly},
    {"llvm", Product::llvm}, {"mlir", Product::mlir}, {"graph", Product::graph},
};

bool isText(Product product) { return product != Product::exe && product != Product::lib && product != Product::obj; }

int complain(int status, const std::string &message) {
  std::fprintf(stderr, "qwenc: error: %s\n", message.c_str());
  return status;
}

}  // namespace

std::optional<BuildOptions> parseCommandLine(int argc, char **argv, int &status) {
  BuildOptions options;
  std::string emit = "exe", target = "cpu", gpu_arch = "sm_90a", weights = "file";
  uint64_t seed = 0;

  CLI::App app;
  app.set_help_flag("-h,--help");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  CLI::App *build = app.add_subcommand("build");
  build->add_option("MODEL", options.model)->required();
  build->add_option("-o", options.output);
  build->add_option("--emit", emit)
      ->check(CLI::IsMember({"exe", "lib", "obj", "asm", "llvm", "mlir", "graph", "cuda"}));
  build->add_option("--weights", weights)->check(CLI::IsMember({"file", "embed"}));
  build->add_option("--task", options.task);
  build->add_option("--max-seq", options.max_seq)->check(CLI::Range(int64_t{1}, int64_t{1} << 31));
  build->add_option("--batch", options.batch)->check(CLI::Range(int64_t{1}, int64_t{1} << 16));
  build->add_option("--dtype", options.dtype)->check(CLI::IsMember({"f32", "bf16"}));
  build->add_option("--quant", options.quant)->check(CLI::IsMember({"none", "q8", "q4"}));
  build->add_option("--kv", options.kv)->check(CLI::IsMember({"f32", "bf16", "q8"}));
  build->add_option("--head-screen", options.head_screen)->check(CLI::IsMember({"none", "q8", "q4"}));
  CLI::Option *random = build->add_option("--random-weights", seed);
  build->add_option("--target", target)->check(CLI::IsMember({"cpu", "cuda"}));
  build->add_option("--mtriple", options.triple);
  build->add_option("--mcpu", options.cpu);
  build->add_option("--mattr", options.attr);
  build->add_flag("--emulate-dots", options.emulate_dots);  // for tests, not in the help
  build->add_option("--gpu-arch", gpu_arch);
  build->add_flag("-v", options.verbose);
  build->add_flag("--timing", options.timing);
  build->add_flag("--print-after-all", options.print_after_all);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &) {
    std::fputs(kHelp, stdout);
    status = kSuccess;
    return std::nullopt;
  } catch (const CLI::CallForVersion &) {
    std::puts(kVersion);
    status = kSuccess;
    return std::nullopt;
  } catch (const CLI::ParseError &error) {
    status = complain(kBadCommandLine, std::string(error.what()) + " (see qwenc --help)");
    return std::nullopt;
  }

  if (target == "cuda" || emit == "cuda") {
    status = complain(kBadInput, "--" + std::string(target == "cuda" ? "target" : "emit") +
                                     "=cuda is not available in this version: it compiles for CPUs");
    return std::nullopt;
  }
  options.product = kProducts.at(emit);
  options.embed_weights = weights == "embed";
  if (options.kv.empty())
    options.kv = options.quant == "none" ? "f32" : "bf16";
  if (options.head_screen == "q8" && options.quant != "none") {
    status = complain(kBadCommandLine, "--head-screen=q8: --quant=" + options.quant +
                                           " stores the LM head in 8 bits, a screen must have fewer; use "
                                           "--head-screen=q4");
    return std::nullopt;
  }
  if (*random)
    options.random_weights = seed;
  if (options.output == "-" && !isText(options.product)) {
    status = complain(kBadCommandLine, "-o -: --emit=" + emit + " is no text; name a file");
    return std::nullopt;
  }
  return options;
}

}  // namespace qwen
