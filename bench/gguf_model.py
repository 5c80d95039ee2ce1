"""llama.cpp's models: a checkpoint of checkpoint.py as GGUF in bf16, and llama.cpp's own quantisations of that."""

import ctypes
import math

import gguf
import llama_cpp as llama
import numpy as np

import checkpoint
import shapes

FILE_TYPES = {
    "Q8_0": llama.LLAMA_FTYPE_MOSTLY_Q8_0,
    "Q4_0": llama.LLAMA_FTYPE_MOSTLY_Q4_0,
    "Q4_K_M": llama.LLAMA_FTYPE_MOSTLY_Q4_K_M,
}


@llama.llama_log_callback
def quiet(level, text, data):
    pass


def stored_in_f32(gguf_name, shape):
    """llama.cpp keeps norms and routers in f32."""
    return len(shape) == 1 or "ffn_gate_inp" in gguf_name


def write_bf16(config, directory, path):
    """The checkpoint in `directory` as the GGUF file `path`, tensor by tensor, unless it is there."""
    if path.exists():
        return
    temporary = path.with_name(path.name + ".part")
    writer = gguf.GGUFWriter(temporary, "qwen3moe" if shapes.is_moe(config) else "qwen3")
    describe(writer, config)
    for names, gguf_name, shape in shapes.tensors(config):
        if len(names) > 1:
            shape = (len(names), *shape)
        kind, size = (np.float32, 4) if stored_in_f32(gguf_name, shape) else (np.uint16, 2)
        raw = None if kind is np.float32 else gguf.GGMLQuantizationType.BF16
        writer.add_tensor_info(gguf_name, shape, np.dtype(kind), size * math.prod(shape), raw)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    reader = checkpoint.Reader(directory)
    for names, gguf_name, shape in shapes.tensors(config):
        bits = reader.stacked(names)
        wide = stored_in_f32(gguf_name, shape)
        writer.write_tensor_data((bits.astype(np.uint32) << 16).view(np.float32) if wide else bits)
    writer.close()
    temporary.rename(path)


def describe(writer, config):
    writer.add_name("random")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_BF16)
    writer.add_vocab_size(config["vocab_size"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_key_length(config["head_dim"])
    writer.add_value_length(config["head_dim"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    if shapes.is_moe(config):
        writer.add_expert_count(config["num_experts"])
        writer.add_expert_used_count(config["num_experts_per_tok"])
        writer.add_expert_feed_forward_length(config["moe_intermediate_size"])
    writer.add_tokenizer_model("no_vocab")


def quantize(bf16_path, path, file_type, threads):
    """llama.cpp's own quantisation of a bf16 GGUF file, unless it is there."""
    if path.exists():
        return
    llama.llama_log_set(quiet, ctypes.c_void_p(0))
    params = llama.llama_model_quantize_default_params()
    params.ftype = FILE_TYPES[file_type]
    params.nthread = threads
    temporary = path.with_name(path.name + ".part")
    status = llama.llama_model_quantize(str(bf16_path).encode(), str(temporary).encode(), ctypes.byref(params))
    if status != 0:
        raise RuntimeError(f"llama.cpp cannot quantise {bf16_path} to {file_type}")
    temporary.rename(path)
