"""Shapes of models that are measured, as config.json has them."""

QWEN3_0_6B = {
    "architectures": ["Qwen3ForCausalLM"],
    "model_type": "qwen3",
    "vocab_size": 151936,
    "hidden_size": 1024,
    "intermediate_size": 3072,
    "num_hidden_layers": 28,
    "num_attention_heads": 16,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "hidden_act": "silu",
    "max_position_embeddings": 40960,
    "rms_norm_eps": 1e-6,
    "rope_theta": 1000000,
    "attention_bias": False,
    "use_sliding_window": False,
    "tie_word_embeddings": True,
    "torch_dtype": "bfloat16",
}

QWEN3_4B = QWEN3_0_6B | {
    "hidden_size": 2560,
    "intermediate_size": 9728,
    "num_hidden_layers": 36,
    "num_attention_heads": 32,
}

# Qwen3-30B-A3B cut to 8 of its 48 layers.
QWEN3_30B_A3B_8 = QWEN3_0_6B | {
    "architectures": ["Qwen3MoeForCausalLM"],
    "model_type": "qwen3_moe",
    "hidden_size": 2048,
    "intermediate_size": 6144,
    "num_hidden_layers": 8,
    "num_attention_heads": 32,
    "num_key_value_heads": 4,
    "tie_word_embeddings": False,
    "decoder_sparse_step": 1,
    "mlp_only_layers": [],
    "num_experts": 128,
    "num_experts_per_tok": 8,
    "moe_intermediate_size": 768,
    "norm_topk_prob": True,
}

# A few layers of a few columns: for trying the scripts out.
FEW = {
    "vocab_size": 1024,
    "hidden_size": 256,
    "intermediate_size": 512,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 64,
}
TINY = QWEN3_0_6B | FEW
TINY_MOE = QWEN3_30B_A3B_8 | FEW | {"num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 256}

SHAPES = {"0.6b": QWEN3_0_6B, "4b": QWEN3_4B, "moe": QWEN3_30B_A3B_8, "tiny": TINY, "tiny-moe": TINY_MOE}
TITLES = {
    "0.6b": "Qwen3-0.6B",
    "4b": "Qwen3-4B",
    "moe": "Qwen3-30B-A3B, 8 layers",
    "tiny": "tiny",
    "tiny-moe": "tiny MoE",
}


def is_moe(config):
    return "num_experts" in config


def tensors(config):
    """(names in the checkpoint, name in GGUF, shape in the checkpoint) of every parameter, in order of use.

    GGUF stacks the experts of a layer, [experts, rows, columns]: these have a name for each expert.
    """
    hidden, ffn, head = config["hidden_size"], config["intermediate_size"], config["head_dim"]
    q, kv = config["num_attention_heads"] * head, config["num_key_value_heads"] * head
    attention = [
        ("input_layernorm", "attn_norm", (hidden,)),
        ("self_attn.q_proj", "attn_q", (q, hidden)),
        ("self_attn.k_proj", "attn_k", (kv, hidden)),
        ("self_attn.v_proj", "attn_v", (kv, hidden)),
        ("self_attn.q_norm", "attn_q_norm", (head,)),
        ("self_attn.k_norm", "attn_k_norm", (head,)),
        ("self_attn.o_proj", "attn_output", (hidden, q)),
        ("post_attention_layernorm", "ffn_norm", (hidden,)),
    ]
    dense = [("gate_proj", "ffn_gate", (ffn, hidden)), ("up_proj", "ffn_up", (ffn, hidden)),
             ("down_proj", "ffn_down", (hidden, ffn))]

    yield ["model.embed_tokens.weight"], "token_embd.weight", (config["vocab_size"], hidden)
    for i in range(config["num_hidden_layers"]):
        layer, block = f"model.layers.{i}", f"blk.{i}"
        for name, gguf_name, shape in attention:
            yield [f"{layer}.{name}.weight"], f"{block}.{gguf_name}.weight", shape
        if is_moe(config):
            experts, ffn = config["num_experts"], config["moe_intermediate_size"]
            yield [f"{layer}.mlp.gate.weight"], f"{block}.ffn_gate_inp.weight", (experts, hidden)
            for name, gguf_name, shape in [("gate_proj", "ffn_gate_exps", (ffn, hidden)),
                                           ("up_proj", "ffn_up_exps", (ffn, hidden)),
                                           ("down_proj", "ffn_down_exps", (hidden, ffn))]:
                names = [f"{layer}.mlp.experts.{e}.{name}.weight" for e in range(experts)]
                yield names, f"{block}.{gguf_name}.weight", shape
        else:
            for name, gguf_name, shape in dense:
                yield [f"{layer}.mlp.{name}.weight"], f"{block}.{gguf_name}.weight", shape
    yield ["model.norm.weight"], "output_norm.weight", (hidden,)
    if not config["tie_word_embeddings"]:
        yield ["lm_head.weight"], "output.weight", (config["vocab_size"], hidden)


def count_parameters(config):
    total = 0
    for names, _, shape in tensors(config):
        size = len(names)
        for extent in shape:
            size *= extent
        total += size
    return total
