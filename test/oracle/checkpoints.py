"""Writes a model to disk in the layouts and spellings that checkpoints come in."""

import json

import torch
from safetensors.torch import load_file, save_file

from values import ABSENT, DTYPES


def write_checkpoint(case, directory):
    model = case.model
    dtype = DTYPES[case.dtype]
    options = {} if case.shards == 1 else {"max_shard_size": total_bytes(model, dtype) // case.shards + 4096}
    saved = type(model)(model.config)
    saved.load_state_dict(model.state_dict())
    saved.tie_weights()
    saved = saved.to(dtype)
    saved.save_pretrained(directory, **options)
    (directory / "generation_config.json").unlink(missing_ok=True)
    if case.generation:
        (directory / "generation_config.json").write_text(json.dumps(case.generation, indent=2) + "\n")
    if case.layout in ("stacked", "transposed"):
        write_stacked(saved, directory, case.layout == "transposed")
    if case.extra or case.wide:
        rewrite(directory / "model.safetensors", case)
    path = directory / "config.json"
    config = json.loads(path.read_text())
    if case.spelling == 4:
        respell(config)
    config |= case.edit
    config = {name: value for name, value in sorted(config.items()) if value is not ABSENT}
    path.write_text(json.dumps(config, indent=2) + "\n")


def rewrite(path, case):
    """The single file with other tensors beside the model's, and some of the model's in f32."""
    tensors = load_file(path)
    tensors = {name: value.float() if name.endswith(case.wide) else value for name, value in tensors.items()}
    save_file(tensors | case.extra, path, metadata={"format": "pt"})


def total_bytes(model, dtype):
    return sum(p.numel() for p in model.parameters()) * torch.finfo(dtype).bits // 8


def write_stacked(model, directory, transposed):
    """Experts as `gate_up_proj` [E, 2I, H] and `down_proj` [E, H, I], or both with the last two swapped."""
    tensors = {}
    for name, value in model.state_dict().items():
        if model.config.tie_word_embeddings and name == "lm_head.weight":
            continue
        if transposed and ".experts." in name:
            value = value.transpose(1, 2)
        tensors[name] = value.contiguous().clone()
    for old in directory.glob("*.safetensors*"):
        old.unlink()
    save_file(tensors, directory / "model.safetensors", metadata={"format": "pt"})


def respell(config):
    """config.json as transformers 4.51 wrote it."""
    rope = config.pop("rope_parameters")
    config["rope_theta"] = rope.pop("rope_theta")
    kind = rope.pop("rope_type")
    config["rope_scaling"] = None if kind == "default" else {"type": kind} | rope
    config["torch_dtype"] = config.pop("dtype")
    if "num_local_experts" in config:
        config["num_experts"] = config.pop("num_local_experts")
    config.pop("layer_types", None)
    config["transformers_version"] = "4.51.0"
