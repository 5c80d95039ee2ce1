"""qwen3: every RoPE type, below and beyond the original length."""

import torch

from common import Case
from generation import add_generation

CASES = {}
SMALL = dict(hidden_size=32, vocab_size=97, num_attention_heads=2, num_key_value_heads=1, head_dim=24)
THETA = {"rope_theta": 1000.0}


def rope(name, about, parameters, lengths, generate=None, stride=1, **config):
    """`lengths`: {run: positions}; with `stride` the positions are 0, stride, 2 * stride, ..."""
    def build(name, seed):
        c = Case(name, "Qwen3ForCausalLM", seed=seed, about=about, rope_parameters=THETA | parameters, **(SMALL | config))
        for run, length in lengths.items():
            positions = {"position_ids": torch.arange(length)[None] * stride} if stride > 1 else {}
            c.eval(run, {"input_ids": c.ids(1, length)} | positions)
        if generate:
            add_generation(c, [generate], 10, names=("alone",))
        return c
    CASES[name] = build


rope("rope_linear", "linear scaling", {"rope_type": "linear", "factor": 3.0}, {"plain": 20})
rope("rope_dynamic", "dynamic scaling below and beyond max_position_embeddings; every generated step has its own base",
     {"rope_type": "dynamic", "factor": 2.0}, {"short": 16, "border": 17, "long": 37}, generate=12,
     max_position_embeddings=16, build=["--max-seq=48"])
rope("rope_yarn", "yarn", {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16}, {"plain": 40},
     max_position_embeddings=64)
rope("rope_yarn_options", "yarn with every option",
     {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 256, "beta_fast": 16.0, "beta_slow": 2.0,
      "mscale": 0.8, "mscale_all_dim": 0.4, "truncate": False}, {"plain": 40}, stride=20, max_position_embeddings=1024)
rope("rope_yarn_attention_factor", "yarn with attention_factor",
     {"rope_type": "yarn", "factor": 2.0, "original_max_position_embeddings": 32, "attention_factor": 1.3}, {"plain": 40},
     max_position_embeddings=64)
rope("rope_longrope", "longrope below and beyond the original length",
     {"rope_type": "longrope", "factor": 4.0, "original_max_position_embeddings": 16,
      "short_factor": [1.0 + 0.05 * i for i in range(12)], "long_factor": [1.0 + 0.6 * i for i in range(12)]},
     {"short": 16, "long": 17, "longer": 40}, generate=12, max_position_embeddings=64)
rope("rope_llama3", "llama3", {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                               "original_max_position_embeddings": 32}, {"plain": 40}, max_position_embeddings=64)
rope("rope_theta", "the default type with another base", {"rope_type": "default", "rope_theta": 1000000.0}, {"plain": 20})
