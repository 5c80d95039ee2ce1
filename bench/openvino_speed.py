"""Speed of OpenVINO GenAI: one warm-up, then one timed run of every test. Run by the Python of bench/openvino.

usage: openvino_speed.py MODEL THREADS TEST...
TEST is pp256 (time to the first token of a prompt of 256), tg64 (time per token of the 64 after the first), with +pa
for the paged attention back end. Prints JSON: tokens/s of every test.
"""

import json
import re
import sys

import numpy as np
import openvino
import openvino_genai as genai


class Session:
    def __init__(self, path, threads, paged):
        tokenizer = genai.Tokenizer(path)
        self.pipeline = genai.LLMPipeline(
            path, tokenizer, "CPU", ATTENTION_BACKEND="PA" if paged else "SDPA",
            INFERENCE_NUM_THREADS=threads, PERFORMANCE_HINT="LATENCY", ENABLE_CPU_PINNING=True)
        with open(f"{path}/config.json") as file:
            self.vocabulary = json.load(file)["vocab_size"]
        self.random = np.random.default_rng(1)

    def metrics(self, prompt, generated):
        ids = openvino.Tensor(self.random.integers(1, self.vocabulary, size=(1, prompt), dtype=np.int64))
        config = genai.GenerationConfig(max_new_tokens=generated, ignore_eos=True, do_sample=False)
        return self.pipeline.generate(ids, config).perf_metrics

    def prompt_speed(self, tokens):
        return 1000 * tokens / self.metrics(tokens, 1).get_ttft().mean

    def generation_speed(self, tokens):
        return 1000 / self.metrics(1, tokens + 1).get_tpot().mean


def main():
    path, threads, tests = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    parsed = {test: re.fullmatch(r"(pp|tg)(\d+)(\+pa)?", test).groups() for test in tests}
    speeds = {}
    for paged in (None, "+pa"):
        chosen = [(test, kind, int(tokens)) for test, (kind, tokens, pa) in parsed.items() if pa == paged]
        if not chosen:
            continue
        session = Session(path, threads, paged)
        session.metrics(64, 2)
        for test, kind, tokens in chosen:
            speeds[test] = session.prompt_speed(tokens) if kind == "pp" else session.generation_speed(tokens)
        del session
    print(json.dumps(speeds))


main()
