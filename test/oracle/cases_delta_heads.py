"""qwen3_5, qwen3_5_moe: the classes over the decoder alone, and over the whole multimodal model with text alone."""

import torch

from cases_heads import masked
from common import Case, mask_of

CASES = {}
SMALL = dict(hidden_size=32, vocab_size=61, intermediate_size=24, num_hidden_layers=2,
             layer_types=["linear_attention", "full_attention"])
WHOLE = dict(tie_word_embeddings=False)


def small(task):
    return {k: v for k, v in SMALL.items() if k != "intermediate_size" or "Moe" not in task}


def head(name, task, about, **options):
    def build(name, seed):
        c = Case(name, task, seed=seed, about=about, build=["--batch=3"], **(small(task) | options))
        c.eval("plain", {"input_ids": c.ids(1, 10)})
        c.padded("right", [9, 4, 1], "right")
        c.padded("left", [3, 9, 6], "left", want=c.default_fields() + ["hidden_states"],
                 select=",".join(c.default_fields() + ["hidden_states"]))
        return c
    CASES[name] = build


def of_whole(name, task, checkpoint, about):
    """Another class over the checkpoint of a whole model."""
    def build(name, seed):
        c = Case(name, task, seed=seed, checkpoint=checkpoint, build=[f"--task={task}"], about=about, **small(task))
        c.eval("plain", {"input_ids": c.ids(1, 9)})
        return c
    CASES[name] = build


def classifier(name, task, about, **options):
    def build(name, seed):
        c = Case(name, task, seed=seed, about=about, build=["--batch=3"], **(small(task) | options))
        c.padded("right", [9, 4, 1], "right")
        c.padded("left", [3, 9, 6], "left")
        ids = c.ids(2, 8)
        ids[0, 5:] = c.text.pad_token_id
        ids[1, 3] = c.text.pad_token_id
        c.eval("pad_ids_unmasked", {"input_ids": ids})
        # Padding whose ids aren't pad_token_id: a masked column is pooled.
        masked(c, "masked_right", mask_of([1, 4, 6, 7, 9], "right").tolist())
        masked(c, "masked_left", mask_of([2, 5, 7], "left").tolist())
        masked(c, "masked_both", [[0, 1, 1, 1, 0, 0], [0, 0, 1, 1, 1, 0], [0, 0, 0, 0, 1, 1]])
        return c
    CASES[name] = build


head("delta_model", "Qwen3_5TextModel", "last_hidden_state")
head("delta_moe_model", "Qwen3_5MoeTextModel", "last_hidden_state")
head("delta_conditional", "Qwen3_5ForConditionalGeneration", "the whole model with text alone; text_config says tied, the top "
     "level decides that it isn't", whole=WHOLE, tie_word_embeddings=True)
head("delta_conditional_tied", "Qwen3_5ForConditionalGeneration", "tied by the top level", whole=dict(tie_word_embeddings=True))
head("delta_moe_conditional", "Qwen3_5MoeForConditionalGeneration", "the whole MoE model with text alone", whole=WHOLE)
head("delta_whole_model", "Qwen3_5Model", "the whole model's body", whole=WHOLE)
head("delta_token_classification", "Qwen3_5ForTokenClassification", "labels for every token, of the whole model",
     whole=dict(num_labels=5))
classifier("delta_sequence_classification", "Qwen3_5ForSequenceClassification", "pooled logits of the whole model",
           whole=dict(num_labels=5))
classifier("delta_text_sequence_classification", "Qwen3_5TextForSequenceClassification", "pooled logits", num_labels=3)
of_whole("delta_causal_lm_of_whole", "Qwen3_5ForCausalLM", "delta_conditional",
         "the decoder of a whole checkpoint; text_config says tied, but the file's head isn't the embedding")
of_whole("delta_text_model_of_whole", "Qwen3_5TextModel", "delta_conditional", "the decoder's body of a whole checkpoint")
of_whole("delta_moe_causal_lm_of_whole", "Qwen3_5MoeForCausalLM", "delta_moe_conditional", "the decoder of a whole MoE checkpoint")
