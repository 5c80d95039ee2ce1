// Runs the text verbs on the fake program, which has the example's tokenizer and a ChatML template here.
#pragma once

#include "frontend/tokenizer/TokenizerCompiler.h"
#include "runtime/text/Tokenizer.h"
#include "test/runtime/verbs/VerbFixture.h"

#include <iostream>
#include <sstream>

namespace qwen::fake {

class TextVerbFixture : public VerbFixture {
protected:
  void SetUp() override {
    VerbFixture::SetUp();
    std::string error;
    static const auto blob = compileTokenizer(QWENC_EXAMPLE, "qwen3_moe", error);
    ASSERT_TRUE(blob) << error;
    tokenizer_blob = *blob;
    tokenizer = Tokenizer::fromBlob(tokenizer_blob.data(), tokenizer_blob.size(), error);
    ASSERT_TRUE(tokenizer) << error;
    described.vocab_size = described.outputs[0].width = tokenizer->size();
    described.max_seq = 200;
    described.max_rows = 64;
    described.states_bytes = described.batch * described.max_seq * static_cast<int64_t>(sizeof(float));
    described.weights_embedded = true;
    described.chat_template =
        "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}"
        "{%- endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
  }

  // As VerbFixture::run, with the tokenizer and with `input` on stdin.
  int runText(const std::vector<std::string> &arguments, const std::string &input = "") {
    WeightFileHeader header = {};
    std::memcpy(header.magic, kWeightsMagic, 8);
    std::memcpy(header.build_id, described.build_id.data(), 32);
    header.payload_bytes = static_cast<uint64_t>(described.weights_bytes);
    header.checksum = weightsChecksum(header);
    // Mapped from a page's beginning, as the real one is.
    std::vector<char> file(2 * kWeightsAlignment + static_cast<size_t>(described.weights_bytes));
    char *page = file.data();
    page += (kWeightsAlignment - reinterpret_cast<uintptr_t>(page) % kWeightsAlignment) % kWeightsAlignment;
    std::memcpy(page, &header, sizeof header);
    std::memcpy(page + kWeightsAlignment, weights().data(), static_cast<size_t>(described.weights_bytes));

    const std::string json = toJson(described);
    ProgramImage image;
    image.json = json.data();
    image.json_size = json.size();
    image.weights = reinterpret_cast<const uint8_t *>(page);
    image.weights_size = kWeightsAlignment + static_cast<uint64_t>(described.weights_bytes);
    image.tokenizer = tokenizer_blob.data();
    image.tokenizer_size = tokenizer_blob.size();
    image.forward = countedForward;
    expect(described);
    rows_computed = 0;
    std::vector<const char *> argv = {"/some/where/app"};
    for (const std::string &argument : arguments)
      argv.push_back(argument.c_str());
    std::istringstream typed(input);
    std::streambuf *terminal = std::cin.rdbuf(typed.rdbuf());
    std::cin.clear();
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int status = runProgram(image, static_cast<int>(argv.size()), argv.data());
    out = testing::internal::GetCapturedStdout();
    err = testing::internal::GetCapturedStderr();
    std::cin.rdbuf(terminal);
    return status;
  }

  // The one line on stderr of a run that fails with `status`, without "app: ".
  std::string textFailure(int status, const std::vector<std::string> &arguments) {
    EXPECT_EQ(runText(arguments), status) << err;
    EXPECT_EQ(err.rfind("app: ", 0), 0u) << err;
    EXPECT_EQ(err.find('\n'), err.size() - 1) << err;
    return err.size() > 6 ? err.substr(5, err.size() - 6) : "";
  }

  std::string writeFile(const std::string &name, const std::string &text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }

  static void countedForward(const QwenCall *call, int64_t thread, int64_t threads) {
    if (thread == 0)
      rows_computed += call->rows;
    forward(call, thread, threads);
  }

  static inline int64_t rows_computed = 0;
  std::vector<uint8_t> tokenizer_blob;
  std::optional<Tokenizer> tokenizer;
};

}  // namespace qwen::fake
