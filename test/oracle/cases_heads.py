"""Both families: the body alone and the classification heads."""

import torch

from common import Case, mask_of

CASES = {}


def head(name, task, about, dtype="float32", **config):
    def build(name, seed):
        small = {} if task.startswith("Qwen3Moe") else {"hidden_size": 32}
        c = Case(name, task, seed=seed, about=about, dtype=dtype, build=["--batch=3"], vocab_size=83, **(small | config))
        c.eval("plain", {"input_ids": c.ids(1, 10)})
        c.padded("right", [9, 4, 1], "right")
        c.padded("left", [3, 9, 6], "left", want=c.default_fields() + ["hidden_states"],
                 select=",".join(c.default_fields() + ["hidden_states"]))
        if task.endswith("SequenceClassification"):
            pooled_before_the_end(c)
        return c
    CASES[name] = build


def pooled_before_the_end(c):
    """Pooling goes by the pad id, whatever the mask says: pad ids at the end without a mask."""
    ids = c.ids(2, 8)
    ids[0, 5:] = c.config.pad_token_id
    ids[1, 3] = c.config.pad_token_id
    c.eval("pad_ids_unmasked", {"input_ids": ids})
    g = torch.Generator().manual_seed(5)
    if not hasattr(c.config, "num_experts"):
        c.eval("inputs_embeds", {"inputs_embeds": torch.randn(2, 7, c.config.hidden_size, generator=g),
                                 "attention_mask": mask_of([7, 7], "left")})


def masked(c, name, mask):
    """An `eval` run over drawn ids everywhere, so that the last column is pooled though the mask may exclude it."""
    mask = torch.tensor(mask)
    c.eval(name, {"input_ids": c.ids(*mask.shape, mask=mask), "attention_mask": mask})


def other_padding(name, task, checkpoint):
    def build(name, seed):
        c = Case(name, task, seed=seed, checkpoint=checkpoint, build=["--batch=3", "--max-seq=70"], vocab_size=83,
                 num_labels=5, about="padding whose ids aren't pad_token_id: a masked column is pooled",
                 **({} if "Moe" in task else {"hidden_size": 32}))
        masked(c, "right", mask_of([1, 4, 6, 7, 9], "right").tolist())
        masked(c, "left", mask_of([2, 5, 7], "left").tolist())
        masked(c, "both", [[0, 1, 1, 1, 0, 0], [0, 0, 1, 1, 1, 0], [0, 0, 0, 0, 1, 1]])
        # Exactly a block of keys, one less and one more; then a cache without a free place.
        masked(c, "blocks", mask_of([63, 64, 65, 66], "right").tolist())
        masked(c, "full", [[1] * 70 + [0, 0]])
        return c
    CASES[name] = build


def other_padding_sliding(name, seed):
    c = Case(name, "Qwen3ForSequenceClassification", seed=seed, build=["--batch=2"], vocab_size=61, hidden_size=32,
             num_labels=3, use_sliding_window=True, sliding_window=4, num_hidden_layers=2,
             layer_types=["full_attention", "sliding_attention"],
             about="padding whose ids aren't pad_token_id under a sliding window")
    masked(c, "next_to_the_tokens", mask_of([7, 7, 8], "right").tolist())
    masked(c, "within_the_window", [[1, 1, 0, 0], [1, 0, 0, 0]])
    masked(c, "both", [[0, 1, 1, 1, 1, 1, 1, 0], [0, 0, 1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 1, 1, 1, 1]])
    return c


CASES["sequence_classification_other_padding_sliding"] = other_padding_sliding

for family in ("Qwen3", "Qwen3Moe"):
    prefix = "moe_" if family == "Qwen3Moe" else ""
    head(f"{prefix}model", f"{family}Model", "last_hidden_state")
    head(f"{prefix}sequence_classification", f"{family}ForSequenceClassification", "pooled logits", num_labels=5)
    other_padding(f"{prefix}sequence_classification_other_padding", f"{family}ForSequenceClassification",
                  f"{prefix}sequence_classification")
    head(f"{prefix}token_classification", f"{family}ForTokenClassification", "logits for every token", num_labels=7)
    head(f"{prefix}question_answering", f"{family}ForQuestionAnswering", "start_logits and end_logits")
head("sequence_classification_bf16", "Qwen3ForSequenceClassification", "pooled logits, bf16", dtype="bfloat16", num_labels=3)
head("moe_token_classification_bf16", "Qwen3MoeForTokenClassification", "logits for every token, bf16", dtype="bfloat16",
     num_labels=17)


def without_pad(name, seed):
    c = Case(name, "Qwen3ForSequenceClassification", seed=seed, pad_token_id=None, num_labels=2, hidden_size=32, vocab_size=83,
             about="no pad_token_id: the last position is pooled; two labels")
    c.eval("plain", {"input_ids": c.ids(1, 10)})
    return c


CASES["sequence_classification_no_pad"] = without_pad
