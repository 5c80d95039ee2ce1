"""A random bf16 checkpoint of a given shape, and the same weights as GGUF."""

import json
import pathlib
import struct

import gguf
import numpy as np

import shapes


def random_bf16(rng, shape):
    """Values of the size that trained weights have, as bf16 bit patterns [shape] u16; norms are near 1."""
    if len(shape) == 1:
        values = 1 + 0.1 * rng.standard_normal(shape, dtype=np.float32)
    else:
        values = rng.standard_normal(shape, dtype=np.float32) * np.float32(shape[-1] ** -0.5)
    return (values.view(np.uint32) >> 16).astype(np.uint16)


def gguf_path_of(directory):
    return directory.with_name(directory.name + ".gguf")


def write(config, directory, seed=1):
    """Writes config.json and model.safetensors into `directory`, and `directory`.gguf, unless they are there."""
    directory = pathlib.Path(directory)
    gguf_path = gguf_path_of(directory)
    if gguf_path.exists():
        return
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "config.json").write_text(json.dumps(config, indent=2))

    header, offset = {}, 0
    for name, _, shape in shapes.tensors(config):
        size = 2 * int(np.prod(shape))
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)

    temporary = gguf_path.with_name(gguf_path.name + ".part")
    writer = gguf.GGUFWriter(temporary, "qwen3")
    describe(writer, config)
    rng = np.random.default_rng(seed)
    with open(directory / "model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for _, gguf_name, shape in shapes.tensors(config):
            bits = random_bf16(rng, shape)
            file.write(bits.tobytes())
            if len(shape) == 1:  # llama.cpp keeps norms in f32
                writer.add_tensor(gguf_name, (bits.astype(np.uint32) << 16).view(np.float32))
            else:
                writer.add_tensor(gguf_name, bits.view(np.uint8), raw_dtype=gguf.GGMLQuantizationType.BF16)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    temporary.rename(gguf_path)


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
    writer.add_tokenizer_model("no_vocab")
