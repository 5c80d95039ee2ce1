#include "passes/Counts.h"

#include "mlir/IR/Remarks.h"

namespace mlir::qwen {
namespace {

constexpr StringLiteral kCategory = "qwen";

class Listener : public remark::detail::MLIRRemarkStreamerBase {
public:
  explicit Listener(std::function<void(StringRef, StringRef)> receive) : receive(std::move(receive)) {}

  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    for (const remark::detail::Remark::Arg &text : remark.getArgs())
      receive(remark.getRemarkName(), text.val);
  }

private:
  std::function<void(StringRef, StringRef)> receive;
};

}  // namespace

void reportLine(Operation *scope, StringRef pass, const Twine &line) {
  remark::analysis(scope->getLoc(), remark::RemarkOpts::name(pass).category(kCategory)) << line.str();
}

void reportCount(Operation *scope, StringRef pass, StringRef what, int64_t done, int64_t candidates) {
  if (candidates != 0)
    reportLine(scope, pass, Twine(done) + " of " + Twine(candidates) + " " + what);
}

void listenToCounts(MLIRContext &context, std::function<void(StringRef pass, StringRef line)> receive) {
  remark::RemarkCategories categories;
  categories.analysis = kCategory.str();
  // Can't fail: the context has no engine of its own, or gives it up, and the listener opens nothing.
  auto engine = std::make_unique<remark::detail::RemarkEngine>(/*printAsEmitRemarks=*/false, categories);
  std::string ignored;
  (void)engine->initialize(std::make_unique<Listener>(std::move(receive)),
                           std::make_unique<remark::RemarkEmittingPolicyAll>(), &ignored);
  context.setRemarkEngine(std::move(engine));
}

}  // namespace mlir::qwen
