#include "codegen/reference/Interpreter.h"

#include "codegen/plan/Quantize.h"
#include "codegen/reference/Frame.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <bit>
#include <optional>

namespace qwen {

using namespace mlir::qwen;

struct Interpreter::Impl {
  mlir::OwningOpRef<mlir::ModuleOp> module;  // model level only
  mlir::func::FuncOp function;
  Memory memory;
  std::vector<Step> steps;  // one per op of @forward
  std::vector<std::string> outputs;
};

// To the nearest bf16, ties to even.
float roundToBf16(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u)
    return value;  // NaN
  bits += 0x7fffu + ((bits >> 16) & 1);
  return std::bit_cast<float>(bits & 0xffff0000u);
}

// ---- errors ----

std::string describe(mlir::Operation *op) {
  std::string text = op->getName().getStringRef().str();
  llvm::raw_string_ostream stream(text);
  if (auto named = op->getLoc()->findInstanceOf<mlir::NameLoc>())
    stream << " at " << named.getName().getValue();
  else if (auto place = op->getLoc()->findInstanceOf<mlir::FileLineColLoc>())
    stream << " at " << place.getFilename().getValue() << ':' << place.getLine();
  return text;
}

void Frame::fail(mlir::Operation *op, const llvm::Twine &text) {
  if (message.empty())
    message = describe(op) + ": " + text.str();
}

bool Frame::checkIndex(mlir::Operation *op, llvm::StringRef what, int64_t index, int64_t size) {
  if (index >= 0 && index < size)
    return true;
  fail(op, what + " is " + llvm::Twine(index) + ", but only 0 to " + llvm::Twine(size - 1) + " exist");
  return false;
}

// ---- making one ----

// Replaces fused ops by what they stand for.
static void decompose(mlir::func::FuncOp function) {
  function.walk([](FusedOpInterface op) {
    mlir::OpBuilder builder(op);
    op->replaceAllUsesWith(op.decompose(builder));
    op->erase();
  });
}

// To what the program reads of weights that it stores quantised.
static void roundToQuantized(Tensor &tensor, mlir::Type storage) {
  const bool q8 = mlir::isa<Q8Type>(storage);
  for (int64_t row = 0; row < tensor.elements() / tensor.width(); ++row)
    for (int64_t k = 0; k < tensor.width(); k += kQuantGroup) {
      float *weights = tensor.reals.data() + row * tensor.width() + k;
      const int64_t here = std::min(kQuantGroup, tensor.width() - k);
      float group[kQuantGroup] = {};
      std::copy_n(weights, here, group);
      uint8_t codes[kQuantGroup];
      const uint16_t scale = (q8 ? quantizeQ8(group, codes) : quantizeQ4(group, codes)).scale;
      for (int64_t i = 0; i < here; ++i)
        weights[i] = fromHalf(scale) * float(q8 ? q8Value(codes[i]) : q4Value(codes[i], scale));
    }
}

static bool readWeight(WeightOp op, const WeightSource &source, Memory &memory, std::string &error) {
  mlir::RankedTensorType type = op.getType();
  Tensor tensor = Tensor::ofReals(type.getShape().vec());
  if (!source.readRows(op.getSymName().str(), 0, tensor.elements() / tensor.width(), tensor.reals.data(), error))
    return false;
  if (op.getStorage())
    roundToQuantized(tensor, *op.getStorage());
  else if (type.getElementType().isBF16())
    std::transform(tensor.reals.begin(), tensor.reals.end(), tensor.reals.begin(), roundToBf16);
  memory.weights[op.getSymName()] = std::move(tensor);
  return true;
}

static bool allocate(mlir::ModuleOp module, const WeightSource &source, Memory &memory, std::string &error) {
  for (auto state : module.getOps<StateOp>())
    memory.states[state.getSymName()] = Tensor::ofReals(state.getType().getShape().vec());
  for (auto weight : module.getOps<WeightOp>())
    if (!readWeight(weight, source, memory, error))
      return false;
  return true;
}

static Step outputStep(OutputOp op, size_t place) {
  return [op, place](Frame &frame) mutable { frame.outputs[place] = frame.get(op.getValue()); };
}

std::unique_ptr<Interpreter> Interpreter::create(mlir::ModuleOp module, const WeightSource &weights,
                                                 std::string &error) {
  auto impl = std::make_unique<Impl>();
  impl->module = module.clone();
  impl->function = impl->module->lookupSymbol<mlir::func::FuncOp>("forward");
  if (!impl->function || !llvm::hasSingleElement(impl->function.getBody())) {
    error = "the module has no func.func @forward of one block to interpret";
    return nullptr;
  }
  decompose(impl->function);
  for (mlir::Operation &op : impl->function.getBody().front().without_terminator()) {
    if (auto output = mlir::dyn_cast<OutputOp>(op)) {
      impl->steps.push_back(outputStep(output, impl->outputs.size()));
      impl->outputs.push_back(output.getName().str());
      continue;
    }
    Step step;
    for (auto family : {modelStep, attentionStep, moeStep, deltaStep})
      if (!step)
        step = family(&op);
    if (!step) {
      error = describe(&op) + ": the interpreter has no rule for this op";
      return nullptr;
    }
    impl->steps.push_back(std::move(step));
  }
  if (!allocate(*impl->module, weights, impl->memory, error))
    return nullptr;
  return std::unique_ptr<Interpreter>(new Interpreter(std::move(impl)));
}

Interpreter::Interpreter(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
Interpreter::~Interpreter() = default;

const std::vector<std::string> &Interpreter::outputNames() const { return impl->outputs; }

mlir::FunctionType Interpreter::signature() const { return impl->function.getFunctionType(); }

const Tensor *Interpreter::state(llvm::StringRef name) const {
  auto found = impl->memory.states.find(name);
  return found == impl->memory.states.end() ? nullptr : &found->second;
}

// ---- running ----

bool Interpreter::run(llvm::ArrayRef<Tensor> arguments, std::vector<Tensor> &outputs, std::string &error) {
  outputs.assign(impl->outputs.size(), Tensor());
  Frame frame(impl->memory, outputs);
  for (auto [argument, tensor] : llvm::zip_equal(impl->function.getArguments(), arguments))
    frame.set(argument, tensor);
  for (const Step &step : impl->steps) {
    step(frame);
    if (!frame.error().empty()) {
      error = frame.error();
      return false;
    }
  }
  return true;
}

static Tensor copyReals(const float *data, std::vector<int64_t> shape) {
  Tensor tensor = Tensor::ofReals(std::move(shape));
  std::copy_n(data, tensor.reals.size(), tensor.reals.begin());
  return tensor;
}

static Tensor copyIntegers(const int32_t *data, int64_t count) {
  return Tensor{{count}, {}, std::vector<int32_t>(data, data + count)};
}

void Interpreter::forward(const QwenCall &call) {
  mlir::FunctionType type = signature();
  if (type.getNumInputs() != 7)
    llvm::report_fatal_error("interpreter: @forward doesn't have the arguments of a model", false);
  const int32_t least = *std::min_element(call.ids, call.ids + call.rows);
  const int64_t embedded = std::max<int64_t>(0, -int64_t(least));  // rows of `embeds` that are named
  auto columns = [&](unsigned i) { return mlir::cast<mlir::RankedTensorType>(type.getInput(i)).getShape().back(); };
  const Tensor arguments[] = {
      copyIntegers(call.ids, call.rows),
      copyReals(call.embeds, {embedded, columns(1)}),
      copyIntegers(call.slot, call.rows),
      copyIntegers(call.index, call.rows),
      copyReals(call.position, {call.rows, columns(4)}),
      copyReals(call.rope_length, {call.rows}),
      copyIntegers(call.wanted, call.wanted_rows),
  };
  std::vector<Tensor> outputs;
  std::string error;
  if (!run(arguments, outputs, error))
    llvm::report_fatal_error(llvm::Twine("interpreter: ") + error, false);
  for (auto [i, output] : llvm::enumerate(outputs))
    if (call.outputs[i])
      std::copy(output.reals.begin(), output.reals.end(), call.outputs[i]);
}

}  // namespace qwen
