"""qwen3_moe: routing, expert layouts, sparse and dense layers mixed."""

from common import Case
from generation import add_generation
from values import ABSENT

CASES = {}
ON_REQUEST = dict(want=["logits", "hidden_states", "router_logits", "aux_loss"],
                  select="logits,hidden_states,router_logits,aux_loss")


def case(function):
    CASES[function.__name__] = function
    return function


@case
def moe(name, seed):
    c = Case(name, "Qwen3MoeForCausalLM", seed=seed, build=["--batch=3"],
             about="6 experts, 3 a token, normalised; one tensor per expert")
    c.eval("plain", {"input_ids": c.ids(1, 17)})
    c.eval("one_token", {"input_ids": c.ids(1, 1)})
    c.eval("requested", {"input_ids": c.ids(2, 8)}, **ON_REQUEST)
    c.padded("left", [5, 11, 1], "left", **ON_REQUEST)
    c.padded("right", [11, 2, 7], "right", **ON_REQUEST)
    c.eval("only_router_logits", {"input_ids": c.ids(1, 9)}, want=["router_logits"], select="router_logits.1")
    add_generation(c, [4, 9, 2], 10, names=("left", "right", "alone"), eos_after=4)
    return c


@case
def moe_bf16(name, seed):
    c = Case(name, "Qwen3MoeForCausalLM", seed=seed, dtype="bfloat16", num_experts=8, num_experts_per_tok=2, vocab_size=120,
             tie_word_embeddings=True, build=["--batch=2"], about="bf16, tied, 8 experts, 2 a token")
    c.eval("plain", {"input_ids": c.ids(1, 16)})
    c.padded("right", [12, 5], "right")
    add_generation(c, [5, 8], 6)
    return c


@case
def moe_not_normalized(name, seed):
    c = Case(name, "Qwen3MoeForCausalLM", seed=seed, norm_topk_prob=False, about="norm_topk_prob false", vocab_size=97)
    c.eval("plain", {"input_ids": c.ids(1, 14)})
    return c


@case
def moe_sparse_step(name, seed):
    c = Case(name, "Qwen3MoeForCausalLM", seed=seed, decoder_sparse_step=2, num_hidden_layers=4, vocab_size=67,
             about="decoder_sparse_step 2: dense layers in between, with intermediate_size")
    c.eval("plain", {"input_ids": c.ids(1, 13)}, **ON_REQUEST)
    return c


@case
def moe_mlp_only_layers(name, seed):
    c = Case(name, "Qwen3MoeForCausalLM", seed=seed, mlp_only_layers=[1], num_hidden_layers=3, vocab_size=67,
             about="mlp_only_layers")
    c.eval("plain", {"input_ids": c.ids(1, 13)})
    return c


@case
def moe_dense_only(name, seed):
    c = Case(name, "Qwen3MoeForCausalLM", seed=seed, mlp_only_layers=[0, 1], vocab_size=67, num_experts=4,
             about="qwen3_moe without any sparse layer")
    c.eval("plain", {"input_ids": c.ids(1, 12)})
    return c


@case
def moe_stacked(name, seed):
    c = Case(name, "Qwen3MoeForCausalLM", seed=seed, layout="stacked", vocab_size=97,
             about="experts stacked: gate_up_proj [E, 2I, H], down_proj [E, H, I]")
    c.eval("plain", {"input_ids": c.ids(1, 12)})
    return c


@case
def moe_transposed(name, seed):
    c = Case(name, "Qwen3MoeForCausalLM", seed=seed, layout="transposed", vocab_size=97, dtype="bfloat16",
             about="experts stacked the other way: gate_up_proj [E, H, 2I], down_proj [E, I, H]; bf16")
    c.eval("plain", {"input_ids": c.ids(1, 12)})
    return c


@case
def moe_sharded(name, seed):
    c = Case(name, "Qwen3MoeForCausalLM", seed=seed, shards=4, vocab_size=97, dtype="float16",
             about="f16 in shards: the experts of a layer lie in different files")
    c.eval("plain", {"input_ids": c.ids(1, 12)})
    return c


@case
def moe_router_logits(name, seed):
    c = Case(name, "Qwen3MoeForCausalLM", seed=seed, output_router_logits=True, vocab_size=67, build=["--batch=2"],
             about="output_router_logits: router_logits and aux_loss without asking")
    c.padded("right", [10, 6], "right", want=["logits", "router_logits", "aux_loss"])
    return c


@case
def moe_sliding(name, seed):
    c = Case(name, "Qwen3MoeForCausalLM", seed=seed, use_sliding_window=True, sliding_window=5, vocab_size=67,
             num_hidden_layers=3, build=["--batch=2"], about="a window in every layer, whatever max_window_layers says", max_window_layers=2)
    c.eval("plain", {"input_ids": c.ids(1, 18)})
    return c


@case
def moe_hf4(name, seed):
    c = Case(name, "Qwen3MoeForCausalLM", seed=seed, spelling=4, attention_bias=True, vocab_size=67, hidden_act="gelu",
             max_position_embeddings=64,
             rope_parameters={"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0,
                              "original_max_position_embeddings": 16},
             about="config.json as transformers 4 wrote it: num_experts, rope_scaling; attention_bias, gelu")
    c.eval("plain", {"input_ids": c.ids(1, 15)})
    return c


@case
def moe_all_experts(name, seed):
    c = Case(name, "Qwen3MoeForCausalLM", seed=seed, num_experts=3, num_experts_per_tok=3, moe_intermediate_size=19,
             hidden_size=33, vocab_size=67, num_attention_heads=3, num_key_value_heads=3, head_dim=6,
             about="every expert for every token; odd sizes")
    c.eval("plain", {"input_ids": c.ids(1, 12)})
    return c


@case
def moe_one_of_many(name, seed):
    c = Case(name, "Qwen3MoeForCausalLM", seed=seed, num_experts=33, num_experts_per_tok=1, moe_intermediate_size=8,
             hidden_size=32, vocab_size=67, about="33 experts, one a token")
    c.eval("plain", {"input_ids": c.ids(1, 24)})
    return c


@case
def repetition_penalty(name, seed):
    c = Case(name, "Qwen3MoeForCausalLM", seed=seed, vocab_size=40, build=["--batch=2"],
             about="repetition_penalty of generation_config.json holds for greedy too")
    add_generation(c, [6, 4], 16, settings={"repetition_penalty": 1.4})
    return c


@case
def moe_defaults(name, seed):
    absent = ("attention_bias", "attention_dropout", "decoder_sparse_step", "hidden_act", "mlp_only_layers", "norm_topk_prob",
              "output_router_logits", "rms_norm_eps", "router_aux_loss_coef", "sliding_window", "tie_word_embeddings",
              "use_cache", "use_sliding_window", "bos_token_id", "eos_token_id", "initializer_range", "transformers_version")
    c = Case(name, "Qwen3MoeForCausalLM", seed=seed, edit=dict.fromkeys(absent, ABSENT), head_dim=ABSENT, vocab_size=67,
             norm_topk_prob=False, about="fields left out have HF's defaults (head_dim: hidden / heads; top-k not normalised)")
    c.eval("plain", {"input_ids": c.ids(1, 12)})
    return c
