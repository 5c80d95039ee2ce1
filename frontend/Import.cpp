#include "frontend/Import.h"

#include "frontend/Blocks.h"
#include "frontend/config/CheckpointWeights.h"
#include "frontend/config/Families.h"
#include "frontend/config/GenerationConfig.h"
#include "frontend/config/RandomWeights.h"
#include "frontend/config/TokenizerConfig.h"

#include "mlir/IR/Verifier.h"

#include <algorithm>
#include <filesystem>

namespace qwen {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kDefaultMaxSeq = 4096;
constexpr int64_t kMaxRows = 512;
constexpr int64_t kMaxSlots = 1 << 16;

// The files of a model: a checkpoint directory, or a config.json alone.
struct Files {
  fs::path config;
  fs::path directory;  // empty: config.json alone
  std::string name;    // of the directory

  std::string optional(const char *file) const {
    return !directory.empty() && fs::exists(directory / file) ? (directory / file).string() : "";
  }
};

Files findFiles(const std::string &path) {
  Files files;
  std::error_code code;
  const fs::path absolute = fs::weakly_canonical(fs::absolute(path), code);
  if (fs::is_directory(path)) {
    files.directory = path;
    files.config = files.directory / "config.json";
    files.name = absolute.filename().string();
  } else {
    files.config = path;
    files.name = absolute.parent_path().filename().string();
  }
  if (!fs::exists(files.config))
    throw InputError(files.config.string() + ": missing, expected a checkpoint directory or a config.json");
  return files;
}

// The task the user asked for, else the one that the checkpoint was saved as.
const Task &chooseTask(const Family &family, const ModelConfig &config, const std::string &file,
                       const std::string &asked) {
  if (!asked.empty())
    return findTask(family, asked, "--task");
  if (config.architectures.empty())
    throw InputError(file + ": architectures names no class, expected --task with one of " + taskNames(family));
  return findTask(family, config.architectures[0], file + ": architectures");
}

GraphSizes chooseSizes(const ModelConfig &config, const ImportOptions &options) {
  if (options.batch < 1 || options.batch > kMaxSlots)
    throw InputError("--batch is " + std::to_string(options.batch) + ", expected 1 to " + std::to_string(kMaxSlots));
  if (options.max_seq < 0 || options.max_seq > INT32_MAX)
    throw InputError("--max-seq is " + std::to_string(options.max_seq) + ", expected 1 to " +
                     std::to_string(INT32_MAX));
  GraphSizes sizes;
  sizes.batch = options.batch;
  sizes.max_seq = options.max_seq ? options.max_seq : std::min(kDefaultMaxSeq, config.max_position_embeddings);
  sizes.max_rows = std::min(kMaxRows, sizes.batch * sizes.max_seq);
  if (!options.kv_dtype.empty())
    sizes.kv_dtype = options.kv_dtype;
  return sizes;
}

// The storage type of matrices: the user's choice, else the checkpoint's, else the config's. f16 is stored as f32.
bool storesBf16(const ImportOptions &options, const Checkpoint *checkpoint, const ModelConfig &config) {
  if (!options.dtype.empty())
    return options.dtype == "bf16";
  return checkpoint ? checkpoint->isBf16() : config.dtype == "bfloat16";
}

void fillSizes(Program &program, const ModelConfig &config, const GraphSizes &sizes) {
  program.vocab_size = config.vocab_size;
  program.hidden_size = config.hidden_size;
  program.num_layers = config.num_hidden_layers;
  program.num_experts = config.num_experts;
  program.num_experts_per_tok = config.num_experts_per_tok;
  program.pad_token_id = config.pad_token_id;
  program.mask_window = *std::max_element(config.windows.begin(), config.windows.end());
  program.batch = sizes.batch;
  program.max_seq = sizes.max_seq;
  program.max_rows = sizes.max_rows;
  program.position_axes = config.rope.mrope_section.empty() ? 1 : 3;
}

// num_labels of the task's own head.
int64_t labelsOf(Head head, const ModelConfig &config) {
  switch (head) {
  case Head::sequence_classification:
  case Head::token_classification:
    return config.num_labels;
  default:
    return 0;
  }
}

ImportedModel import(mlir::MLIRContext &context, const std::string &path, const ImportOptions &options) {
  const Files files = findFiles(path);
  ModelConfig config = readModelConfig(files.config.string(), options.warn);
  const Family &family = *findFamily(config.model_type);
  const Task &task = chooseTask(family, config, files.config.filename().string(), options.task);
  if (task.whole)
    static_cast<HeadFields &>(config) = *config.whole_head;
  const GraphSizes sizes = chooseSizes(config, options);
  const auto checkpoint = files.directory.empty() ? nullptr : Checkpoint::open(files.directory.string());
  if (checkpoint && options.random_weights)
    throw InputError(files.directory.string() + ": has weights, but --random-weights is for a bare config.json");

  const std::string class_name = std::string(family.class_prefix) + task.suffix;
  Naming naming;
  naming.base_prefix = task.file_prefix;
  naming.decoder_prefix = task.base_prefix;
  naming.ignore_vision = family.multimodal;
  if (family.multimodal && !task.whole)
    naming.inner_prefix = "model.language_model.";
  naming.other_class = config.architectures.empty() || config.architectures[0] != class_name;
  naming.tied = task.head == Head::causal_lm && config.tie_word_embeddings;
  if (naming.tied && checkpoint)
    naming.tied = isHeadTied(*checkpoint, naming, task.base_prefix + std::string("embed_tokens.weight"), options.warn);

  const bool bf16 = storesBf16(options, checkpoint.get(), config);
  Graph graph(context, class_name, config, sizes, bf16);
  buildTextDecoder(graph, task.head, task.base_prefix, naming.tied);

  ImportedModel model;
  model.module = graph.finish();
  if (mlir::failed(mlir::verify(*model.module)))
    throw std::logic_error("the imported module is invalid");
  if (checkpoint)
    model.weights = bindWeights(checkpoint, naming, graph.weights);
  else if (options.random_weights)
    model.weights = randomWeights(*options.random_weights, config.initializer_range, graph.weights);

  Program &program = model.program;
  program.model = files.name;
  program.family = config.model_type;
  program.task = class_name;
  program.head = task.head;
  program.num_labels = labelsOf(task.head, config);
  program.output_router_logits = config.output_router_logits && config.num_experts > 0 &&
                                 (task.head == Head::causal_lm || task.head == Head::model);
  program.weight_dtype = bf16 ? "bf16" : "f32";
  program.kv_dtype = sizes.kv_dtype;
  program.outputs = graph.outputs;
  fillSizes(program, config, sizes);
  program.generation = readGenerationConfig(files.optional("generation_config.json"), config, options.warn);
  if (!files.directory.empty()) {
    const auto texts = readTokenizerConfig(files.directory.string());
    program.chat_template = texts.chat_template;
    program.bos_token = texts.bos_token;
    program.eos_token = texts.eos_token;
    program.pad_token = texts.pad_token;
    if (hasTokenizer(files.directory.string()))
      model.tokenizer_dir = files.directory.string();
  }
  return model;
}

}  // namespace

std::optional<ImportedModel> importModel(mlir::MLIRContext &context, const std::string &path,
                                         const ImportOptions &options, std::string &error) {
  try {
    return import(context, path, options);
  } catch (const InputError &problem) {
    error = problem.what();
  } catch (const fs::filesystem_error &problem) {
    error = problem.path1().string() + ": " + problem.code().message();
  }
  return std::nullopt;
}

}  // namespace qwen
