"""Stores what HF's logits processors leave of random logits: test/data/sampling/cases.safetensors.

The processors and their order come from GenerationMixin itself. usage: sampling.py OUT.safetensors
"""
import itertools
import sys

import torch
from safetensors.torch import save_file
from transformers import GenerationConfig, Qwen3Config, Qwen3ForCausalLM

VOCAB = 60
model = Qwen3ForCausalLM(
    Qwen3Config(vocab_size=VOCAB, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1,
                num_key_value_heads=1, head_dim=8))



def draw(round_them, temperature, top_p):
    """Logits whose cumulative probabilities keep clear of top-p's threshold, where f32 rounding would decide."""
    while True:
        logits = torch.randn(1, VOCAB) * 3
        if round_them:  # ties
            logits = logits.round()
        cumulative = (logits.double() / temperature).softmax(-1).sort().values.cumsum(-1)
        if top_p == 1 or (cumulative - (1 - top_p)).abs().min() > 1e-4:
            return logits


torch.manual_seed(0)
grid = itertools.product([0.6, 1.0, 1.7], [0, 1, 5, 20, 500], [0.3, 0.9, 1.0], [0.0, 0.05, 0.5], [1.0, 1.3])
tensors = {}
count = 0
for temperature, top_k, top_p, min_p, repetition_penalty in grid:
    logits = draw(count % 4 == 0, temperature, top_p)
    prompt = torch.randint(0, VOCAB, (1, 12))
    config = GenerationConfig(do_sample=True, temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p,
                              repetition_penalty=repetition_penalty, num_beams=1)
    processors = model._get_logits_processor(generation_config=config, input_ids_seq_length=prompt.shape[1])
    scores = processors(prompt, logits.clone())
    tensors[f"{count}.logits"] = logits[0].contiguous()
    tensors[f"{count}.prompt"] = prompt[0].contiguous()
    tensors[f"{count}.options"] = torch.tensor([temperature, top_k, top_p, min_p, repetition_penalty], dtype=torch.float64)
    tensors[f"{count}.scores"] = scores[0].float().contiguous()
    count += 1
save_file(tensors, sys.argv[1])
print(f"{count} cases")
