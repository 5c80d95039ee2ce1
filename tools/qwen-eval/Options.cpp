#include "tools/qwen-eval/Options.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

namespace qwen {

static constexpr char kHelp[] = R"(usage: qwen-eval CHECKPOINT --in IN --out OUT [options] [flags of the verb]

Runs a verb of the compiled program on the reference interpreter instead of compiled code.
CHECKPOINT and the first options are those of qwenc build.

  --task=NAME  --max-seq=N  --batch=B  --dtype=f32|bf16  --kv=f32|bf16|q8
  --quant=none|q8|q4  --random-weights=SEED
  --fused                interpret the fused graph (by the decompositions of its ops)
  --verb=eval|generate   which verb (default: eval)

exit status: 0 done, 1 bad input, 2 wrong command line
)";

// "--name=value", or "--name" with the value in the next argument; moves `i` on then.
static bool takeValue(int argc, char **argv, int &i, llvm::StringRef name, std::optional<std::string> &value) {
  llvm::StringRef argument = argv[i];
  if (!argument.consume_front(name))
    return false;
  if (argument.consume_front("="))
    value = argument.str();
  else if (argument.empty() && i + 1 < argc)
    value = argv[++i];
  return value.has_value();
}

std::optional<EvalOptions> parseOptions(int argc, char **argv, int &status) {
  EvalOptions options;
  options.import.warn = [](const std::string &line) { llvm::errs() << "qwen-eval: warning: " << line << '\n'; };
  std::optional<std::string> task, max_seq, batch, dtype, kv, quant, random_weights, verb;
  auto wrong = [&](const llvm::Twine &what) {
    llvm::errs() << "qwen-eval: " << what << '\n';
    status = 2;
    return std::nullopt;
  };
  for (int i = 1; i < argc; ++i) {
    llvm::StringRef argument = argv[i];
    if (argument == "--help" || argument == "-h") {
      llvm::outs() << kHelp;
      status = 0;
      return std::nullopt;
    }
    if (argument == "--fused")
      options.fused = true;
    else if (i == 1 && !argument.starts_with("-"))
      options.model = argument.str();
    else if (!takeValue(argc, argv, i, "--task", task) && !takeValue(argc, argv, i, "--max-seq", max_seq) &&
             !takeValue(argc, argv, i, "--batch", batch) && !takeValue(argc, argv, i, "--dtype", dtype) &&
             !takeValue(argc, argv, i, "--kv", kv) && !takeValue(argc, argv, i, "--quant", quant) &&
             !takeValue(argc, argv, i, "--random-weights", random_weights) && !takeValue(argc, argv, i, "--verb", verb))
      options.rest.push_back(argument.str());
  }
  if (options.model.empty())
    return wrong("no checkpoint given (qwen-eval --help)");
  options.import.task = task.value_or("");
  options.import.dtype = dtype.value_or("");
  options.import.kv_dtype = kv.value_or("");
  if (kv && *kv != "f32" && *kv != "bf16" && *kv != "q8")
    return wrong("--kv is " + *kv + ", but must be f32, bf16 or q8");
  options.quant = quant.value_or("none");
  if (options.quant != "none" && options.quant != "q8" && options.quant != "q4")
    return wrong("--quant is " + options.quant + ", but must be none, q8 or q4");
  options.verb = verb.value_or("eval");
  if (options.verb != "eval" && options.verb != "generate")
    return wrong("--verb is " + options.verb + ", but must be eval or generate");
  auto number = [](const std::optional<std::string> &text, auto &value) {
    return !text || !llvm::StringRef(*text).getAsInteger(10, value);
  };
  if (!number(max_seq, options.import.max_seq) || (max_seq && options.import.max_seq < 1))
    return wrong("--max-seq is " + *max_seq + ", but must be a positive integer");
  if (!number(batch, options.import.batch) || options.import.batch < 1)
    return wrong("--batch is " + *batch + ", but must be a positive integer");
  if (random_weights && !number(random_weights, options.import.random_weights.emplace()))
    return wrong("--random-weights is " + *random_weights + ", but must be a seed");
  return options;
}

}  // namespace qwen
