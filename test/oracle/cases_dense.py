"""qwen3: shapes, storage types, attention variants, activations, inputs."""

import torch

from common import Case, mask_of
from generation import add_generation
from values import ABSENT

CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


@case
def dense(name, seed):
    c = Case(name, "Qwen3ForCausalLM", seed=seed, head_dim=24, num_hidden_layers=3, build=["--batch=3"],
             about="head_dim apart from hidden / heads, GQA ratio 2, untied; every kind of input")
    c.eval("plain", {"input_ids": c.ids(1, 17)})
    c.eval("one_token", {"input_ids": c.ids(1, 1)})
    c.eval("batch", {"input_ids": c.ids(3, 9)})
    c.padded("left", [5, 12, 1], "left")
    c.padded("right", [12, 3, 7], "right", want=["logits", "hidden_states"], select="logits,hidden_states")
    positions = torch.stack([torch.arange(3, 14), torch.arange(0, 22, 2)])
    c.eval("position_ids", {"input_ids": c.ids(2, 11), "position_ids": positions})
    embeds = torch.randn(2, 10, c.config.hidden_size, generator=torch.Generator().manual_seed(seed))
    c.eval("inputs_embeds", {"inputs_embeds": embeds})
    c.eval("one_hidden_state", {"input_ids": c.ids(2, 6)}, want=["hidden_states"], select="hidden_states.1")
    mask = mask_of([11, 6], "left")
    c.eval("left_position_ids", {"input_ids": c.ids(2, 11), "attention_mask": mask,
                                 "position_ids": (mask.cumsum(1) - 1).clamp_min(0)})
    add_generation(c, [4, 9, 1], 12, names=("left", "right", "unmasked", "alone"), eos_after=5)
    return c


@case
def dense_bf16(name, seed):
    c = Case(name, "Qwen3ForCausalLM", seed=seed, dtype="bfloat16", tie_word_embeddings=True, num_attention_heads=8,
             head_dim=8, build=["--batch=2"], about="bf16, tied embeddings, GQA ratio 4")
    c.eval("plain", {"input_ids": c.ids(1, 21)})
    c.padded("left", [13, 6], "left", want=["logits", "hidden_states"], select="logits,hidden_states")
    add_generation(c, [6, 3], 8)
    return c


@case
def dense_f16(name, seed):
    c = Case(name, "Qwen3ForCausalLM", seed=seed, dtype="float16", num_key_value_heads=4, vocab_size=160,
             about="f16 checkpoint, as many key as query heads")
    c.eval("plain", {"input_ids": c.ids(1, 19)})
    return c


@case
def dense_bias(name, seed):
    c = Case(name, "Qwen3ForCausalLM", seed=seed, attention_bias=True, num_key_value_heads=1, build=["--batch=2"],
             rms_norm_eps=0.05, about="attention_bias, one key head for all, a large rms_norm_eps")
    c.padded("right", [14, 9], "right")
    return c


@case
def dense_bias_bf16(name, seed):
    c = Case(name, "Qwen3ForCausalLM", seed=seed, attention_bias=True, dtype="bfloat16", shards=3,
             about="attention_bias in bf16; three shards and an index")
    c.eval("plain", {"input_ids": c.ids(1, 18)})
    return c


ODD = dict(hidden_size=37, intermediate_size=43, vocab_size=131, num_attention_heads=3, num_key_value_heads=1, head_dim=10)


@case
def dense_odd(name, seed):
    c = Case(name, "Qwen3ForCausalLM", seed=seed, about="no size is a multiple of a vector; more sequences than the program holds",
             build=["--batch=2"], **ODD)
    c.padded("left", [11, 1, 5, 8, 2], "left")
    add_generation(c, [3, 7], 9, eos_after=3, in_config=True)
    return c


@case
def dense_odd_bf16(name, seed):
    c = Case(name, "Qwen3ForCausalLM", seed=seed, dtype="bfloat16", about="odd sizes, so that pairs along K need padding", **ODD)
    c.eval("plain", {"input_ids": c.ids(1, 15)})
    return c


@case
def dense_hf4(name, seed):
    c = Case(name, "Qwen3ForCausalLM", seed=seed, spelling=4, tie_word_embeddings=True, max_position_embeddings=64,
             rope_parameters={"rope_type": "linear", "rope_theta": 5000.0, "factor": 2.5},
             about="config.json as transformers 4 wrote it: rope_theta, rope_scaling, torch_dtype")
    c.eval("plain", {"input_ids": c.ids(1, 16)})
    return c


@case
def dense_sharded(name, seed):
    c = Case(name, "Qwen3ForCausalLM", seed=seed, shards=4, about="f32 in four shards with an index")
    c.eval("plain", {"input_ids": c.ids(1, 12)})
    return c


WINDOW = dict(use_sliding_window=True, sliding_window=6, num_hidden_layers=3, hidden_size=32, vocab_size=97)


@case
def sliding_max_window_layers(name, seed):
    c = Case(name, "Qwen3ForCausalLM", seed=seed, max_window_layers=1, build=["--batch=2"],
             edit={"layer_types": ABSENT}, **WINDOW,
             about="layers from max_window_layers on attend to a window")
    c.eval("plain", {"input_ids": c.ids(1, 23)})
    c.padded("left", [20, 8], "left")
    c.padded("right", [8, 20], "right")
    add_generation(c, [9, 3], 10)
    return c


@case
def sliding_layer_types(name, seed):
    c = Case(name, "Qwen3ForCausalLM", seed=seed, **WINDOW,
             layer_types=["sliding_attention", "full_attention", "sliding_attention"], about="layer_types decides")
    c.eval("plain", {"input_ids": c.ids(1, 23)})
    return c


@case
def sliding_unused(name, seed):
    c = Case(name, "Qwen3ForCausalLM", seed=seed, hidden_size=32, vocab_size=97, use_sliding_window=False,
             max_window_layers=0, edit={"layer_types": ABSENT, "sliding_window": 4},
             about="a window that use_sliding_window switches off")
    c.eval("plain", {"input_ids": c.ids(1, 14)})
    return c


@case
def long(name, seed):
    c = Case(name, "Qwen3Model", seed=seed, hidden_size=32, vocab_size=97, num_attention_heads=2, num_key_value_heads=1,
             num_hidden_layers=3, use_sliding_window=True, sliding_window=100, max_window_layers=2,
             max_position_embeddings=1024, build=["--batch=2"], about="longer than the largest chunk of 512 rows")
    c.eval("plain", {"input_ids": c.ids(1, 531)})
    c.padded("left", [270, 301], "left")
    return c


def activation(hidden_act):
    def build(name, seed):
        c = Case(name, "Qwen3ForCausalLM", seed=seed, hidden_act=hidden_act, hidden_size=32, vocab_size=67,
                 num_attention_heads=2, num_key_value_heads=1, about=f"hidden_act {hidden_act}",
                 tolerance=1e-4)  # gelu and its tanh form differ by 5e-4
        c.eval("plain", {"input_ids": c.ids(1, 11)})
        return c
    return build


for act in ("gelu", "gelu_pytorch_tanh", "gelu_new", "quick_gelu", "relu", "sigmoid", "tanh", "swish"):
    CASES[f"act_{act}"] = activation(act)


@case
def task_from_causal_lm(name, seed):
    c = Case(name, "Qwen3Model", seed=seed, dtype="bfloat16", checkpoint="dense_bf16", build=["--task=Qwen3Model"],
             about="the body alone of a causal LM's checkpoint, by --task")
    c.eval("plain", {"input_ids": c.ids(1, 13)})
    return c


@case
def dense_defaults(name, seed):
    absent = ("attention_bias", "attention_dropout", "hidden_act", "layer_types", "max_window_layers", "rms_norm_eps",
              "sliding_window", "tie_word_embeddings", "use_cache", "use_sliding_window", "bos_token_id", "eos_token_id",
              "initializer_range", "transformers_version", "head_dim")
    c = Case(name, "Qwen3ForCausalLM", seed=seed, spelling=4, edit=dict.fromkeys(absent, ABSENT), hidden_size=24, head_dim=128,
             num_attention_heads=1, num_key_value_heads=1, vocab_size=67, num_hidden_layers=1,
             about="fields left out of config.json have HF's defaults (head_dim: 128, whatever hidden / heads)")
    c.eval("plain", {"input_ids": c.ids(1, 12)})
    return c
