"""Speed of llama.cpp, in the way of its own llama-bench: one warm-up, then one timed run of every test.

usage: llama_speed.py MODEL.gguf THREADS TEST...
TEST is pp256 (a prompt of 256 tokens in one call), tg64 (64 tokens one by one), with +fa for flash attention.
Prints JSON: tokens/s of every test.
"""

import ctypes
import json
import re
import sys
import time

import llama_cpp as llama
import numpy as np


@llama.llama_log_callback
def quiet(level, text, data):
    pass


class Session:
    def __init__(self, model, positions, threads, flash):
        params = llama.llama_context_default_params()
        params.n_ctx = positions
        params.n_batch = params.n_ubatch = 512
        params.n_threads = params.n_threads_batch = threads
        params.flash_attn_type = (llama.LLAMA_FLASH_ATTN_TYPE_ENABLED if flash
                                  else llama.LLAMA_FLASH_ATTN_TYPE_DISABLED)
        params.no_perf = True
        self.context = llama.llama_init_from_model(model, params)
        if not self.context:
            sys.exit("llama.cpp cannot make a context")
        self.vocabulary = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(model))
        self.random = np.random.default_rng(1)

    def close(self):
        llama.llama_free(self.context)

    def decode(self, count):
        """One call with `count` random tokens; the head is computed for the last one."""
        tokens = self.random.integers(self.vocabulary, size=count)
        array = (llama.llama_token * count)(*map(int, tokens))
        if llama.llama_decode(self.context, llama.llama_batch_get_one(array, count)) != 0:
            sys.exit("llama_decode failed")
        llama.llama_synchronize(self.context)

    def tokens_per_second(self, calls, tokens):
        """`calls` calls of `tokens` tokens each, from an empty cache."""
        llama.llama_memory_clear(llama.llama_get_memory(self.context), True)
        start = time.perf_counter()
        for _ in range(calls):
            self.decode(tokens)
        return calls * tokens / (time.perf_counter() - start)


def load(path):
    llama.llama_log_set(quiet, ctypes.c_void_p(0))
    llama.llama_backend_init()
    model = llama.llama_model_load_from_file(path.encode(), llama.llama_model_default_params())
    if not model:
        sys.exit(f"llama.cpp cannot load {path}")
    return model


def main():
    path, threads, tests = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    parsed = {test: re.fullmatch(r"(pp|tg)(\d+)(\+fa)?", test).groups() for test in tests}
    positions = max(512, *(int(tokens) for _, tokens, _ in parsed.values()))
    model = load(path)
    speeds = {}
    for flash in (None, "+fa"):
        chosen = [(test, kind, int(tokens)) for test, (kind, tokens, fa) in parsed.items() if fa == flash]
        if not chosen:
            continue
        session = Session(model, positions, threads, flash)
        session.tokens_per_second(1, 64)
        session.tokens_per_second(2, 1)
        for test, kind, tokens in chosen:
            calls, size = (1, tokens) if kind == "pp" else (tokens, 1)
            speeds[test] = session.tokens_per_second(calls, size)
        session.close()
    print(json.dumps(speeds))


main()
