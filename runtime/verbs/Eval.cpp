// `APP eval`: one HF forward().
#include "runtime/core/AuxLoss.h"
#include "runtime/core/BatchForward.h"
#include "runtime/core/Error.h"
#include "runtime/io/Safetensors.h"
#include "runtime/verbs/EvalOutputs.h"
#include "runtime/verbs/SharedOptions.h"
#include "runtime/verbs/Verb.h"

#include <map>

namespace qwen {
namespace {

class Eval : public Verb {
public:
  void addOptions(OptionSet &options, const Program &program) override {
    options.text("--in", in, "safetensors file: input_ids or inputs_embeds, attention_mask, position_ids", true);
    options.text("--out", out, "safetensors file to write", true);
    options.text("--select", select, "outputs to write, comma-separated; a list's name selects all of it");
    compute.add(options, program);
  }

  void run(Host &host) override {
    std::string error;
    auto file = SafetensorsFile::open(in, error);
    if (!file)
      throw UserError(error);
    const PaddedBatch batch = readPaddedBatch(*file, host.program());
    const std::vector<Field> fields = selectFields(host.program(), select);
    Engine &engine = host.startEngine(compute.threads());
    computeOutputs(engine, batch, fields);
    write(host.program(), batch, fields);
  }

private:
  // Fills `values`: by place in program.outputs.
  void computeOutputs(Engine &engine, const PaddedBatch &batch, const std::vector<Field> &fields) {
    const Program &program = engine.program();
    std::vector<int64_t> pooled;
    if (program.head == Head::sequence_classification)
      pooled = pooledColumns(batch, program);
    std::vector<OutputTarget> targets;
    auto take = [&](int64_t output, FieldKind kind) {
      const Output &description = program.outputs[static_cast<size_t>(output)];
      const int64_t places = kind == FieldKind::per_sequence ? batch.batch : batch.batch * batch.columns;
      auto [place, added] = values.try_emplace(output, static_cast<size_t>(places * description.width));
      if (added)
        targets.push_back({output, place->second.data()});
    };
    bool loss = false;
    for (const Field &field : fields) {
      if (field.kind == FieldKind::aux_loss)
        loss = true;
      else
        take(field.output, field.kind);
    }
    std::vector<int64_t> routers;
    for (const Field &field : outputFields(program))
      if (loss && field.kind == FieldKind::per_row) {
        take(field.output, field.kind);
        routers.push_back(field.output);
      }
    forwardBatch(engine, batch, compute.chunk(program), pooled, std::move(targets));
    if (loss) {
      std::vector<const float *> layers;
      for (int64_t router : routers)
        layers.push_back(values.at(router).data());
      aux_loss = loadBalancingLoss(layers, batch, program.num_experts, program.num_experts_per_tok);
    }
  }

  void write(const Program &program, const PaddedBatch &batch, const std::vector<Field> &fields) const {
    std::vector<TensorView> tensors;
    std::vector<std::vector<float>> columns;  // start_logits, end_logits
    columns.reserve(fields.size());
    for (const Field &field : fields) {
      const float *data = &aux_loss;
      if (field.kind == FieldKind::start || field.kind == FieldKind::end) {
        const std::vector<float> &pairs = values.at(field.output);
        std::vector<float> &column = columns.emplace_back();
        for (size_t i = field.kind == FieldKind::start ? 0 : 1; i < pairs.size(); i += 2)
          column.push_back(pairs[i]);
        data = column.data();
      } else if (field.kind != FieldKind::aux_loss) {
        data = values.at(field.output).data();
      }
      tensors.push_back({field.name, DType::f32, fieldShape(field, program, batch), data});
    }
    std::string error;
    if (!writeSafetensors(out, tensors, error))
      throw UserError(error);
  }

  std::string in, out, select;
  ComputeOptions compute;
  std::map<int64_t, std::vector<float>> values;
  float aux_loss = 0;
};

}  // namespace

std::unique_ptr<Verb> makeEval() { return std::make_unique<Eval>(); }

}  // namespace qwen
