"""Speed of llama.cpp, in the way of its own llama-bench: one warm-up, then one timed prompt and one generation.

usage: llama_speed.py MODEL.gguf PROMPT GENERATION THREADS; prints JSON with tokens/s
"""

import ctypes
import json
import sys
import time

import llama_cpp as llama
import numpy as np


@llama.llama_log_callback
def quiet(level, text, data):
    pass


class Session:
    def __init__(self, path, positions, threads):
        llama.llama_log_set(quiet, ctypes.c_void_p(0))
        llama.llama_backend_init()
        self.model = llama.llama_model_load_from_file(path.encode(), llama.llama_model_default_params())
        if not self.model:
            sys.exit(f"llama.cpp cannot load {path}")
        params = llama.llama_context_default_params()
        params.n_ctx = positions
        params.n_batch = params.n_ubatch = 512
        params.n_threads = params.n_threads_batch = threads
        params.no_perf = True
        self.context = llama.llama_init_from_model(self.model, params)
        self.vocabulary = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(self.model))
        self.random = np.random.default_rng(1)

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


def main():
    path, prompt, generation, threads = sys.argv[1], *map(int, sys.argv[2:])
    session = Session(path, max(512, prompt + generation), threads)
    session.tokens_per_second(1, prompt)
    session.tokens_per_second(2, 1)
    print(json.dumps({
        "prompt": session.tokens_per_second(1, prompt),
        "generation": session.tokens_per_second(generation, 1),
    }))


main()
