"""Stores HF's load balancing loss of random router logits: test/data/aux_loss/cases.safetensors.

usage: aux_loss.py OUT.safetensors
"""
import sys

import torch
from safetensors.torch import save_file
from transformers.models.qwen3_moe.modeling_qwen3_moe import load_balancing_loss_func

BATCH, COLUMNS = 3, 7
torch.manual_seed(0)
left = torch.tensor([[0, 0, 1, 1, 1, 1, 1], [1] * 7, [0, 0, 0, 0, 0, 1, 1]])
masks = {"none": None, "left": left, "right": left.flip(1)}
tensors = {}
for mask_name, mask in masks.items():
    for layers, experts, top_k in [(1, 4, 1), (3, 8, 2), (2, 6, 6)]:
        name = f"{mask_name}.{layers}.{experts}.{top_k}"
        logits = tuple(torch.randn(BATCH * COLUMNS, experts) * 2 for _ in range(layers))
        for i, layer in enumerate(logits):
            tensors[f"{name}.layer.{i}"] = layer
        tensors[f"{name}.loss"] = load_balancing_loss_func(logits, experts, top_k, mask).reshape(())
save_file(tensors, sys.argv[1])
