"""Stores HF's RoPE frequencies: test/data/rope/frequencies.json.

usage: rope.py OUT.json

Each entry: `config` (fields of config.json), and for each length HF's inv_freq (f32) and attention factor.
"""
import json
import sys

import torch
from transformers import Qwen3Config
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.qwen3.modeling_qwen3 import Qwen3RotaryEmbedding

DIM, MAXIMUM = 32, 256
SHORT = [1.0 + 0.1 * i for i in range(DIM // 2)]
LONG = [1.3 + 0.7 * i for i in range(DIM // 2)]

CASES = [
    dict(rope_type="default"),
    dict(rope_type="default", rope_theta=1e6),
    dict(rope_type="linear", factor=2.5),
    dict(rope_type="dynamic", factor=4.0),
    dict(rope_type="dynamic", factor=3, rope_theta=5e5),
    dict(rope_type="yarn", factor=4.0),
    dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=64, rope_theta=1e6),
    dict(rope_type="yarn", factor=8.0, original_max_position_embeddings=64, truncate=False),
    dict(rope_type="yarn", factor=8.0, original_max_position_embeddings=64, beta_fast=16.0, beta_slow=2.0,
         mscale=0.8, mscale_all_dim=0.5),
    dict(rope_type="yarn", factor=8.0, original_max_position_embeddings=64, mscale=0.8, mscale_all_dim=0.0,
         beta_fast=0.0),
    dict(rope_type="yarn", factor=1.0, original_max_position_embeddings=2),
    dict(rope_type="yarn", factor=2.0, attention_factor=0.75),
    dict(rope_type="longrope", short_factor=SHORT, long_factor=LONG, original_max_position_embeddings=64),
    dict(rope_type="longrope", short_factor=SHORT, long_factor=LONG, original_max_position_embeddings=64, factor=16.0),
    dict(rope_type="longrope", short_factor=SHORT, long_factor=LONG, attention_factor=1.25),
    dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
         original_max_position_embeddings=64, rope_theta=5e5),
    dict(rope_type="llama3", factor=4.0, low_freq_factor=1.5, high_freq_factor=32.0),
]
LENGTHS = [1, 64, 65, 256, 257, 300, 1000, 40000]


def frequencies(config, length):
    rope_type = config.rope_parameters["rope_type"]
    if rope_type == "default":
        return Qwen3RotaryEmbedding.compute_default_rope_parameters(config)
    if rope_type in ("dynamic", "longrope"):
        return ROPE_INIT_FUNCTIONS[rope_type](config, None, seq_len=torch.tensor(length))
    return ROPE_INIT_FUNCTIONS[rope_type](config)


entries = []
for parameters in CASES:
    fields = dict(model_type="qwen3", head_dim=DIM, max_position_embeddings=MAXIMUM, rope_parameters=parameters)
    results = []
    for length in LENGTHS:
        inv_freq, factor = frequencies(Qwen3Config(**json.loads(json.dumps(fields))), length)
        results.append(dict(length=length, attention_factor=float(factor), inv_freq=inv_freq.tolist()))
        if parameters["rope_type"] not in ("dynamic", "longrope"):
            break
    entries.append(dict(config=fields, results=results))
with open(sys.argv[1], "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(entry) for entry in entries) + "\n]\n")
