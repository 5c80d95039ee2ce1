#include "tools/qwenc/Products.h"

#include "tools/qwenc/BlobObject.h"
#include "tools/qwenc/Failure.h"
#include "tools/qwenc/LibraryHeader.h"
#include "tools/qwenc/Link.h"
#include "tools/qwenc/OutputFile.h"
#include "tools/qwenc/QuantReport.h"
#include "tools/qwenc/WeightsWriter.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;

namespace qwen {
namespace {

OutputFile createFile(const std::string &path) {
  std::string error;
  if (auto file = OutputFile::create(path, error))
    return std::move(*file);
  throw Failure{kBadInput, error};
}
void writeFile(OutputFile &file, StringRef bytes) {
  std::string error;
  if (!file.write(bytes, error))
    throw Failure{kBadInput, error};
}
void keepFile(OutputFile &file) {
  std::string error;
  if (!file.keep(error))
    throw Failure{kBadInput, error};
}

int64_t sizeOf(const OutputFile &file) {
  uint64_t size = 0;
  sys::fs::file_size(file.temporaryPath(), size);
  return int64_t(size);
}

// Equal for equal programs with equal weights, and for no others.
std::string buildId(const CompiledModel &model, uint64_t weights_hash) {
  const std::string json = toJson(model.program);
  uint64_t parts[4] = {xxh3_64bits(json), xxh3_64bits(model.object), xxh3_64bits(model.tokenizer), weights_hash};
  const XXH128_hash_t hash = xxh3_128bits(ArrayRef(reinterpret_cast<const uint8_t *>(parts), sizeof(parts)));
  return utohexstr(hash.high64, /*LowerCase=*/true, 16) + utohexstr(hash.low64, /*LowerCase=*/true, 16);
}

std::string headerPath(const std::string &library) {
  SmallString<256> path(library);
  sys::path::replace_extension(path, "h");
  return path.str().str();
}

}  // namespace

void writeText(const std::string &path, StringRef text) {
  if (path != "-") {
    OutputFile file = createFile(path);
    writeFile(file, text);
    keepFile(file);
    return;
  }
  outs() << text;
  outs().flush();
  if (outs().has_error()) {
    const std::string message = outs().error().message();
    outs().clear_error();
    throw Failure{kBadInput, "stdout: " + message};
  }
}

std::string writeProgram(CompiledModel &model, const std::string &path, bool library, bool embed_weights,
                         Reporter &reporter) {
  Program &program = model.program;
  program.weights_embedded = embed_weights;
  if (embed_weights && !model.weights)
    throw Failure{kBadInput,
                  "--weights=embed: there are no weights; name a checkpoint, or draw some by --random-weights"};

  OutputFile output = createFile(path);
  OutputFile object = createFile(path + ".model.o");
  OutputFile blobs = createFile(path + ".data.o");
  std::optional<OutputFile> weights;
  if (model.weights && !embed_weights)
    weights.emplace(createFile(path + ".weights"));

  PackResult packed;
  OutputFile &weights_file = weights ? *weights : blobs;
  const int64_t weights_start = weights ? 0 : BlobObject::kWeightsOffset;
  if (model.weights) {
    reporter.beginStage("pack");
    packed = writeWeights(weights_file, weights_start, model.sections, program.weights_bytes, *model.weights, reporter);
    reporter.detail(std::to_string(model.sections.size()) + " sections, " + formatBytes(program.weights_bytes));
    reportQuantization(model.sections, packed.quantized, reporter);
  }
  program.build_id = buildId(model, packed.hash);
  if (model.weights)
    writeWeightHeader(weights_file, weights_start, program);

  reporter.beginStage(library ? "archive" : "link");
  writeFile(object, model.object);
  std::string error;
  const int64_t embedded = embed_weights ? kWeightsAlignment + program.weights_bytes : 0;
  if (!BlobObject(model.object).finish(blobs.descriptor(), embedded, toJson(program), model.tokenizer, error))
    throw Failure{kBadInput, path + ": " + error};
  std::optional<OutputFile> header;
  if (library) {
    header.emplace(createFile(headerPath(path)));
    writeFile(*header, libraryHeader(program));
    writeStaticLibrary({{"model.o", object.temporaryPath()}, {"data.o", blobs.temporaryPath()}},
                       output.temporaryPath());
  } else {
    linkProgram({object.temporaryPath(), blobs.temporaryPath()}, output.temporaryPath());
  }

  std::string summary = path + " (" + formatBytes(sizeOf(output)) + ")";
  if (weights)
    summary += " and " + weights->path() + " (" + formatBytes(sizeOf(*weights)) + ")";
  else if (!embed_weights)
    summary += " without weights";
  // The program comes last: under its name there is never one that lacks its weights.
  if (weights)
    keepFile(*weights);
  if (header)
    keepFile(*header);
  keepFile(output);
  return summary;
}

}  // namespace qwen
