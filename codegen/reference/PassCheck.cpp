#include "codegen/reference/PassCheck.h"

#include "codegen/reference/Interpreter.h"
#include "codegen/reference/Random.h"
#include "codegen/reference/RandomCalls.h"
#include "codegen/reference/Weights.h"
#include "dialect/QwenDialect.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/Format.h"

#include <algorithm>
#include <cmath>

namespace qwen {

static constexpr int64_t kPrefillCalls = 3;
static constexpr int64_t kDecodeCalls = 3;
static constexpr int64_t kLargestChunk = 5;  // rows of one slot in one call

// Rows of all calls. Chunk sizes differ from slot to slot, so that rows of several slots meet at different indices;
// a slot stops when its cache is full.
static std::vector<std::vector<RowPlace>> makeSchedule(const RandomCalls &calls, uint64_t seed) {
  std::vector<std::vector<RowPlace>> schedule;
  std::vector<int64_t> filled(calls.slots());
  for (int64_t call = 0; call < kPrefillCalls + kDecodeCalls; ++call) {
    std::vector<RowPlace> rows;
    for (int64_t slot = 0; slot < calls.slots(); ++slot) {
      const uint64_t random = randomBits(~seed, call * calls.slots() + slot);
      int64_t count = call < kPrefillCalls ? 1 + int64_t(random % kLargestChunk) : 1;
      count = std::min({count, calls.maxSeq() - filled[slot], calls.maxRows() - int64_t(rows.size())});
      for (; count > 0; --count)
        rows.push_back({int32_t(slot), int32_t(filled[slot]++)});
    }
    if (!rows.empty())
      schedule.push_back(std::move(rows));
  }
  return schedule;
}

// The largest difference relative to the root mean square of `before`; infinite when the shapes differ or when
// infinities and NaNs don't stand at the same places.
static double difference(const Tensor &before, const Tensor &after) {
  if (before.shape != after.shape)
    return HUGE_VAL;
  double squares = 0, largest = 0;
  for (auto [a, b] : llvm::zip_equal(before.reals, after.reals)) {
    if (!std::isfinite(a) || !std::isfinite(b)) {
      if (a != b && !(std::isnan(a) && std::isnan(b)))
        return HUGE_VAL;
      continue;
    }
    squares += double(a) * a;
    largest = std::max(largest, std::abs(double(a) - b));
  }
  if (largest == 0)
    return 0;
  return largest / std::sqrt(squares / double(before.elements()));
}

static int64_t countOps(mlir::ModuleOp module) {
  int64_t count = 0;
  module.lookupSymbol<mlir::func::FuncOp>("forward").walk([&](mlir::Operation *) { ++count; });
  return count - 2;  // the function and its return
}

namespace {
struct Comparison {
  double tolerance;
  double largest = 0;
  std::string error;

  bool compare(const llvm::Twine &what, const Tensor &before, const Tensor &after) {
    const double found = difference(before, after);
    largest = std::max(largest, found);
    if (found <= tolerance)
      return true;
    llvm::raw_string_ostream(error) << what << " differs by " << llvm::format("%g", found)
                                    << " of its root mean square, allowed are " << llvm::format("%g", tolerance);
    return false;
  }
};
}  // namespace

static bool runBoth(mlir::ModuleOp original, Interpreter &before, Interpreter &after,
                    const std::vector<std::string> &names, uint64_t seed, Comparison &comparison, int64_t &callCount) {
  RandomCalls calls(original.lookupSymbol<mlir::func::FuncOp>("forward"), names, seed);
  for (const std::vector<RowPlace> &rows : makeSchedule(calls, seed)) {
    std::vector<Tensor> arguments, expected, found;
    if (!calls.next(rows, arguments, comparison.error) || !before.run(arguments, expected, comparison.error) ||
        !after.run(arguments, found, comparison.error))
      return false;
    for (auto [place, name] : llvm::enumerate(before.outputNames())) {
      const auto &others = after.outputNames();
      const size_t other = std::find(others.begin(), others.end(), name) - others.begin();
      if (other == others.size()) {
        comparison.error = "output \"" + name + "\" is gone";
        return false;
      }
      if (!comparison.compare("output \"" + name + "\" of call " + llvm::Twine(callCount), expected[place],
                              found[other]))
        return false;
    }
    ++callCount;
  }
  for (auto op : original.getOps<mlir::qwen::StateOp>()) {
    const Tensor *left = after.state(op.getSymName());
    if (!left)
      continue;  // no output showed a difference, so the state wasn't needed
    if (!comparison.compare("state @" + op.getSymName(), *before.state(op.getSymName()), *left))
      return false;
  }
  return true;
}

PassCheckResult checkPasses(mlir::ModuleOp module, const std::vector<std::string> &names,
                            const PassCheckOptions &options, llvm::raw_ostream &report, std::string &error) {
  mlir::PassManager passes(module.getContext(), mlir::ModuleOp::getOperationName());
  llvm::StringRef pipeline = options.pipeline;
  if (pipeline.consume_front("builtin.module("))  // taken as it stands, it would run on modules inside this one: none
    pipeline.consume_back(")");
  std::string complaint;
  llvm::raw_string_ostream stream(complaint);
  if (failed(mlir::parsePassPipeline(pipeline, passes, stream))) {
    error = llvm::StringRef(complaint).split('\n').first.str();  // then comes the text with a caret
    return PassCheckResult::bad_pipeline;
  }
  const ModuleWeights weights(module, options.seed);
  auto before = Interpreter::create(module, weights, error);
  if (!before)
    return PassCheckResult::different;
  mlir::OwningOpRef<mlir::ModuleOp> changed = module.clone();
  if (failed(passes.run(*changed))) {
    error = "the pipeline failed";
    return PassCheckResult::different;
  }
  auto after = Interpreter::create(*changed, weights, error);
  if (!after)
    return PassCheckResult::different;
  Comparison comparison{options.tolerance, 0, {}};
  int64_t calls = 0;
  if (!runBoth(module, *before, *after, names, options.seed, comparison, calls)) {
    error = comparison.error;
    return PassCheckResult::different;
  }
  report << options.pipeline << ": " << countOps(module) << " ops before, " << countOps(*changed) << " after; "
         << before->outputNames().size() << " outputs of " << calls << " calls agree to "
         << llvm::format("%g", comparison.largest) << " of their root mean square\n";
  return PassCheckResult::same;
}

}  // namespace qwen
