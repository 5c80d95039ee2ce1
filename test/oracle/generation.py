"""Greedy generation: prompts whose every choice is clear, and HF's sequences for them."""

import torch
from transformers import GenerationConfig

from common import is_moe, mask_of, rounded, router_gap
from values import Redraw

QUIET = dict(do_sample=False, num_beams=1, return_dict_in_generate=True, output_logits=False, output_scores=True)


def generate(model, ids, steps, eos, pad, mask=None, **settings):
    """HF's generate() with nothing but these settings; dynamic RoPE needs a model that has seen no other call."""
    config = GenerationConfig(max_new_tokens=steps, eos_token_id=eos, pad_token_id=pad, **QUIET, **settings)
    with torch.no_grad():
        return model.generate(ids, attention_mask=torch.ones_like(ids) if mask is None else mask, generation_config=config)


def clarity(model, out, prompt):
    """[rows]: how clear the choices were: the smallest gap of the two best scores (and of the routers)."""
    gaps = []
    for scores in out.scores:
        top = scores.topk(2).values
        gaps.append((top[:, 0] - top[:, 1]) / scores[scores.isfinite()].std())
    clear = torch.stack(gaps).min(0).values
    if is_moe(model):
        ids = out.sequences[:, :-1]
        clear = torch.minimum(clear, router_gap(model, {"input_ids": ids}).min(1).values)
    return clear


def clear_prompts(case, lengths, steps, seed=11, candidates=192, **settings):
    """One prompt per length, the clearest of many; returns (prompts, their continuations without any eos)."""
    prompts, continuations = [], []
    for i, length in enumerate(lengths):
        g = torch.Generator().manual_seed(seed + i)
        ids = torch.randint(4, case.text.vocab_size, (candidates, length), generator=g)
        model = case.fresh()
        out = generate(model, ids, steps, None, 0, **settings)
        clear = clarity(model, out, length)
        best = clear.argmax()
        if clear[best] < (0.06 if case.dtype == "bfloat16" else 0.01):
            raise Redraw(f"{case.name}: no clear prompt of {length} ids ({clear[best]:.3f})")
        prompts.append(ids[best])
        continuations.append(out.sequences[best, length:])
    return prompts, continuations


def pad_rows(rows, side, pad):
    mask = mask_of([len(r) for r in rows], side)
    ids = torch.full(mask.shape, pad)
    for r, row in enumerate(rows):
        ids[r, mask[r] == 1] = row
    return ids, mask


def add_generation(case, lengths, steps, *, seed=11, names=("left", "right"), eos_after=None, settings=None,
                   in_config=False, **options):
    """Adds `generate` runs over prompts of `lengths`, each as `names` says: padded left or right with a mask,
    padded left without one (unmasked), the first row alone.

    `eos_after`: row 0 meets an eos token after so many new tokens. `settings` go to generation_config.json;
    `in_config`: there is none, and config.json names eos and pad.
    """
    settings = settings or {}
    pad = case.text.pad_token_id or 0
    prompts, continuations = clear_prompts(case, lengths, steps, seed, **settings, **options)
    eos = [3] if eos_after is None else [3, int(continuations[0][eos_after - 1])]
    ends = {"eos_token_id": eos, "pad_token_id": pad}
    if in_config:
        case.edit |= ends
    else:
        case.generation = ends | settings
    args = ["--greedy", "--max-new-tokens", str(steps)]
    for side in names:
        if side == "alone":
            inputs = {"input_ids": prompts[0][None]}
        elif side == "unmasked":  # generate() takes pad ids for padding where no mask is given
            inputs = {"input_ids": pad_rows(prompts, "left", pad)[0]}
        else:
            ids, mask = pad_rows(prompts, side, pad)
            inputs = {"input_ids": ids, "attention_mask": mask}
        case.runs.append(dict(name=f"generate_{side}", verb="generate", inputs=inputs, args=args, rows=prompts, steps=steps,
                              eos=eos, pad=pad, settings=settings))


def sequences(case, run):
    """HF's `sequences`: each row generated alone (so that padding on either side is right), then put side by side."""
    fresh = []
    for row in run["rows"][:run["inputs"]["input_ids"].shape[0]]:
        out = generate(case.loaded(), row[None], run["steps"], run["eos"], run["pad"], **run["settings"])
        new = out.sequences[0, len(row):]
        fresh.append(new)
        if case.dtype == "bfloat16":
            model = case.loaded()
            with rounded(model):
                again = generate(model, row[None], run["steps"], run["eos"], run["pad"], **run["settings"])
            if not torch.equal(again.sequences, out.sequences):
                raise Redraw(f"{case.name}/{run['name']}: rounded inputs change the sequence")
    width = max(len(new) for new in fresh)
    padded = torch.full((len(fresh), width), run["pad"])
    for r, new in enumerate(fresh):
        padded[r, :len(new)] = new
    result = torch.cat([run["inputs"]["input_ids"], padded], 1)
    if run["name"] == "generate_left" and case.text.rope_parameters["rope_type"] not in ("dynamic", "longrope"):
        whole = generate(case.loaded(), run["inputs"]["input_ids"], run["steps"], run["eos"], run["pad"],
                         mask=run["inputs"]["attention_mask"], **run["settings"])
        if not torch.equal(whole.sequences, result):
            raise Redraw(f"{case.name}/{run['name']}: HF's padded batch differs from its rows alone")
    return result
