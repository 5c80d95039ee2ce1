"""qwen3_5, qwen3_5_moe: linear attention by the gated delta rule, output gates, shared experts."""

import torch

from common import Case, mask_of
from generation import add_generation
from values import ABSENT

CASES = {}
ON_REQUEST = dict(want=["logits", "hidden_states", "router_logits", "aux_loss"],
                  select="logits,hidden_states,router_logits,aux_loss")
SMALL = dict(hidden_size=32, vocab_size=61, intermediate_size=24)
# HF computes prompts in chunks of 64 rows.
LENGTHS = {"one_token": 1, "five": 5, "chunk_less_one": 63, "chunk": 64, "chunk_and_one": 65}


def case(function):
    CASES[function.__name__] = function
    return function


def lengths(c, chosen=None):
    for name in chosen or LENGTHS:
        c.eval(name, {"input_ids": c.ids(1, LENGTHS[name])})


@case
def delta(name, seed):
    c = Case(name, "Qwen3_5ForCausalLM", seed=seed, build=["--batch=3"], **SMALL,
             about="two value heads for a key head; lengths around HF's chunk; every kind of input")
    lengths(c)
    c.eval("batch", {"input_ids": c.ids(3, 9)})
    c.padded("left", [5, 66, 1], "left")
    c.padded("right", [70, 3, 64], "right")
    c.padded("states", [12, 7], "right", want=["logits", "hidden_states"], select="logits,hidden_states")
    positions = torch.stack([torch.arange(3, 14), torch.arange(0, 22, 2)])
    c.eval("position_ids", {"input_ids": c.ids(2, 11), "position_ids": positions})
    embeds = torch.randn(2, 10, c.text.hidden_size, generator=torch.Generator().manual_seed(seed))
    c.eval("inputs_embeds", {"inputs_embeds": embeds})
    mask = mask_of([11, 6], "left")
    c.eval("left_position_ids", {"input_ids": c.ids(2, 11), "attention_mask": mask,
                                 "position_ids": (mask.cumsum(1) - 1).clamp_min(0)})
    add_generation(c, [4, 9, 1], 12, names=("left", "right", "unmasked", "alone"), eos_after=5)
    return c


@case
def delta_bf16(name, seed):
    mtp = {"mtp.fc.weight": torch.ones(32, 64, dtype=torch.bfloat16),
           "mtp.layers.0.mlp.gate_proj.weight": torch.ones(24, 32, dtype=torch.bfloat16)}
    c = Case(name, "Qwen3_5ForCausalLM", seed=seed, dtype="bfloat16", tie_word_embeddings=True, linear_num_key_heads=3,
             linear_num_value_heads=3, build=["--batch=2"], extra=mtp, wide=("A_log", "linear_attn.norm.weight"), **SMALL,
             about="bf16 with A_log and the gated norm in f32, tied, mtp.* in the file; as many value as key heads, three")
    c.eval("plain", {"input_ids": c.ids(1, 21)})
    c.eval("chunk_and_one", {"input_ids": c.ids(1, 65)})
    c.padded("left", [13, 6], "left", want=["logits", "hidden_states"], select="logits,hidden_states")
    add_generation(c, [6, 3], 8)
    return c


ODD = dict(hidden_size=37, intermediate_size=43, vocab_size=47, num_attention_heads=3, num_key_value_heads=1, head_dim=24,
           linear_num_key_heads=3, linear_num_value_heads=12, linear_key_head_dim=10, linear_value_head_dim=6,
           linear_conv_kernel_dim=3, num_hidden_layers=3,
           layer_types=["linear_attention", "full_attention", "linear_attention"])


@case
def delta_odd(name, seed):
    c = Case(name, "Qwen3_5ForCausalLM", seed=seed, max_position_embeddings=256, build=["--batch=2"], **ODD,
             about="no size is a multiple of a vector; four value heads for each of three key heads; kernel 3; 200 tokens; "
                   "more sequences than the program holds")
    c.eval("long", {"input_ids": c.ids(1, 200)})
    c.padded("left", [11, 1, 5, 8, 2], "left")
    add_generation(c, [3, 7], 9, eos_after=3, in_config=True)
    return c


@case
def delta_odd_bf16(name, seed):
    c = Case(name, "Qwen3_5ForCausalLM", seed=seed, dtype="bfloat16", about="odd sizes, so that pairs along K need padding", **ODD)
    c.eval("plain", {"input_ids": c.ids(1, 15)})
    return c


@case
def delta_long(name, seed):
    c = Case(name, "Qwen3_5ForCausalLM", seed=seed, max_position_embeddings=1024, vocab_size=17, hidden_size=24,
             intermediate_size=16, about="1000 tokens", num_hidden_layers=3, num_attention_heads=2, num_key_value_heads=1,
             layer_types=["linear_attention", "linear_attention", "full_attention"])
    c.eval("plain", {"input_ids": c.ids(1, 1000)})
    add_generation(c, [120], 10, names=("alone",), candidates=24)
    return c


@case
def delta_options(name, seed):
    c = Case(name, "Qwen3_5ForCausalLM", seed=seed, attention_bias=True, hidden_act="gelu", linear_conv_kernel_dim=2,
             edit={"layer_types": ABSENT, "full_attention_interval": 2}, rms_norm_eps=0.05, build=["--batch=2"],
             layer_types=["linear_attention", "full_attention"] * 2, **SMALL,
             rope_parameters={"rope_type": "default", "rope_theta": 5000.0, "partial_rotary_factor": 0.5,
                              "mrope_section": [2, 1, 1], "mrope_interleaved": True},
             about="attention_bias, gelu, kernel 2, full_attention_interval, half of a head turns, a large rms_norm_eps")
    c.padded("right", [14, 9], "right")
    return c


@case
def delta_yarn(name, seed):
    c = Case(name, "Qwen3_5ForCausalLM", seed=seed, max_position_embeddings=64, head_dim=32, num_hidden_layers=2,
             layer_types=["full_attention", "linear_attention"], **SMALL,
             rope_parameters={"rope_type": "yarn", "rope_theta": 1000.0, "factor": 4.0, "partial_rotary_factor": 0.5,
                              "original_max_position_embeddings": 16},
             about="yarn over half of each head")
    c.eval("plain", {"input_ids": c.ids(1, 40)})
    return c


@case
def delta_defaults(name, seed):
    absent = ("attention_bias", "attention_dropout", "hidden_act", "layer_types", "linear_conv_kernel_dim", "rms_norm_eps",
              "rope_parameters", "tie_word_embeddings", "use_cache", "bos_token_id", "eos_token_id", "initializer_range",
              "transformers_version")
    c = Case(name, "Qwen3_5ForCausalLM", seed=seed, edit=dict.fromkeys(absent, ABSENT), rope_parameters=ABSENT, **SMALL,
             about="fields left out have HF's defaults")
    c.eval("plain", {"input_ids": c.ids(1, 12)})
    return c


@case
def delta_moe(name, seed):
    c = Case(name, "Qwen3_5MoeForCausalLM", seed=seed, build=["--batch=3"], vocab_size=61, num_hidden_layers=3,
             layer_types=["linear_attention", "linear_attention", "full_attention"],
             about="6 experts, 3 a token, and a shared one; one tensor per expert")
    lengths(c, ["one_token", "five", "chunk_and_one"])
    c.eval("requested", {"input_ids": c.ids(2, 8)}, **ON_REQUEST)
    c.padded("left", [5, 11, 1], "left", **ON_REQUEST)
    c.padded("right", [11, 2, 7], "right", **ON_REQUEST)
    add_generation(c, [4, 9, 2], 10, names=("left", "right", "alone"), eos_after=4)
    return c


@case
def delta_moe_bf16(name, seed):
    c = Case(name, "Qwen3_5MoeForCausalLM", seed=seed, dtype="bfloat16", num_experts=8, num_experts_per_tok=2, vocab_size=61,
             num_hidden_layers=2, layer_types=["linear_attention", "full_attention"], build=["--batch=2"],
             tie_word_embeddings=True, linear_num_key_heads=1, linear_num_value_heads=4,
             about="bf16, tied, 8 experts, 2 a token; four value heads for the one key head")
    c.eval("plain", {"input_ids": c.ids(1, 16)})
    c.padded("right", [12, 5], "right")
    add_generation(c, [5, 8], 6)
    return c


@case
def delta_moe_odd(name, seed):
    c = Case(name, "Qwen3_5MoeForCausalLM", seed=seed, num_experts=5, num_experts_per_tok=1, moe_intermediate_size=19,
             shared_expert_intermediate_size=11, layout="stacked", output_router_logits=True, max_position_embeddings=256,
             **{k: v for k, v in ODD.items() if k != "intermediate_size"}, build=["--batch=2"],
             about="odd sizes, experts stacked and smaller than the shared one's; router logits without asking; 200 tokens")
    c.eval("long", {"input_ids": c.ids(1, 200)})
    c.padded("right", [10, 6], "right", want=["logits", "router_logits", "aux_loss"])
    return c
