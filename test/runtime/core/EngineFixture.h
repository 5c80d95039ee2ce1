// An engine that runs the fake program.
#pragma once

#include "FakeProgram.h"
#include "runtime/core/Engine.h"

namespace qwen::fake {

struct EngineFixture {
  explicit EngineFixture(Program described, int64_t threads = 2)
      : description(std::move(described)), values(weights()),
        engine(description, reinterpret_cast<const uint8_t *>(values.data()), threads, forward) {
    expect(description);
  }
  EngineFixture(const EngineFixture &) = delete;

  Program description;
  std::vector<float> values;
  Engine engine;
};

}  // namespace qwen::fake
