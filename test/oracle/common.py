"""Small random checkpoints as transformers writes them, and what transformers computes on them.

A generator builds a `Case`, adds runs to it and calls `write()`. What lies on disk afterwards is described in
test/data/cases/README.md. Results are f32 arithmetic on the weights as they lie on disk; NaN marks what is free
(positions that the attention mask excludes).
"""

import contextlib
import json
import shutil
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

from checkpoints import write_checkpoint
from values import ABSENT, DTYPES, Redraw

CASES = Path(__file__).resolve().parents[1] / "data" / "cases"
F32_TOLERANCE = 1e-3  # of the output's RMS

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
transformers.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()


def set_weights(model, seed):
    """Draws weights that keep every activation near RMS 1 and every softmax far from flat and from saturated."""
    g = torch.Generator().manual_seed(seed)
    zero_centered = model.config.model_type.startswith("qwen3_5")
    for name, p in model.named_parameters():
        draw = torch.randn(p.shape, generator=g)
        if name.endswith("norm.weight"):
            p.data = 1.0 + 0.3 * draw
            if "q_norm" in name:
                p.data *= 1.5
            if zero_centered and "linear_attn" not in name:
                p.data -= 1.0
        elif name.endswith("A_log"):  # from heads that keep nearly all of their state to heads that forget at once
            p.data = torch.empty(p.shape).uniform_(-4, 2.5, generator=g)
        elif name.endswith("dt_bias"):
            p.data = draw - 1.0
        elif name.endswith("bias"):
            p.data = 0.3 * draw
        elif "embed_tokens" in name:
            p.data = draw if not model.config.tie_word_embeddings else draw * 0.3
        elif name.endswith("mlp.gate.weight"):
            p.data = draw * 2.0 / p.shape[-1] ** 0.5
        else:
            p.data = draw / p.shape[-1] ** 0.5


def rounding_hooks(model):
    """Rounds the inputs of all large products to bf16: what a compiled bf16 program may do (see the design)."""
    def round_input(module, args):
        return (args[0].bfloat16().float(),) + tuple(args[1:])
    # Experts round their inputs too; the rounding of the gated product inside them is not modelled here.
    kinds = ("Experts", "Linear")
    return [m.register_forward_pre_hook(round_input) for m in model.modules()
            if type(m).__name__.endswith(kinds)]


@contextlib.contextmanager
def rounded(model):
    hooks = rounding_hooks(model)
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def fields(model, inputs, want):
    """One forward(); returns {name: tensor} for the names in `want` (a list's name means all of it)."""
    kwargs = {name: value for name, value in inputs.items()}
    if "hidden_states" in want:
        kwargs["output_hidden_states"] = True
    if ("router_logits" in want or "aux_loss" in want) and not model.config.get_text_config().output_router_logits:
        kwargs["output_router_logits"] = True
    with torch.no_grad():
        out = model(**kwargs)
    named = {}
    for name in want:
        value = getattr(out, name)
        if isinstance(value, (tuple, list)):
            named |= {f"{name}.{i}": v for i, v in enumerate(value)}
        else:
            named[name] = value
    return {name: value.float().contiguous().clone() for name, value in named.items()}


def free_positions(out, inputs):
    """Writes NaN where the mask is 0; [B, S, ...] and flat [B * S, ...] tensors have a value per position."""
    mask = inputs.get("attention_mask")
    if mask is None:
        return out
    for name, value in out.items():
        if value.dim() >= 2 and value.shape[:2] == mask.shape:
            value[mask == 0] = float("nan")
        elif name.startswith("router_logits"):
            value[mask.flatten() == 0] = float("nan")
    return out


def error(a, b):
    """max |a - b| over the RMS of b, where b isn't free."""
    live = ~torch.isnan(b)
    return ((a[live] - b[live]).abs().max() / b[live].pow(2).mean().sqrt().clamp_min(1e-30)).item()


def router_gap(model, inputs):
    """[B, S]: how clear the routing is: the k-th logit above the next one, in standard deviations, least over layers."""
    base = getattr(model, model.base_model_prefix, model)
    with torch.no_grad():
        logits = base(**inputs, output_router_logits=True).router_logits
    config = model.config.get_text_config()
    k = config.num_experts_per_tok
    shape = next(iter(inputs.values())).shape[:2]
    gaps = [torch.full((shape[0] * shape[1],), float("inf"))]
    for layer in logits if k < config.num_experts else ():
        top = layer.sort(-1, descending=True).values
        gaps.append((top[:, k - 1] - top[:, k]) / layer.std(-1))
    return torch.stack(gaps).min(0).values.view(shape)


def is_moe(model):
    return getattr(model.config.get_text_config(), "num_experts", 0) > 0


def draw_ids(model, rows, columns, seed, mask=None, positions=None, candidates=24, gap=0.3):
    """Random ids [rows, columns]; for MoE chosen from left to right so that no router is near a tie."""
    g = torch.Generator().manual_seed(seed)
    low, high = 4, model.config.get_text_config().vocab_size  # 0..3 are kept for padding and the like
    ids = torch.randint(low, high, (rows, columns), generator=g)
    if not is_moe(model):
        return ids
    for c in range(columns):
        tried = ids[:, :c + 1].repeat_interleave(candidates, 0)
        tried[:, c] = torch.randint(low, high, (rows * candidates,), generator=g)
        inputs = {"input_ids": tried}
        if mask is not None:
            inputs["attention_mask"] = mask[:, :c + 1].repeat_interleave(candidates, 0)
        if positions is not None:
            inputs["position_ids"] = positions[:, :c + 1].repeat_interleave(candidates, 0)
        gaps = router_gap(model, inputs)[:, c].view(rows, candidates)
        good = gaps > gap
        pick = torch.where(good.any(1), good.float().argmax(1), gaps.argmax(1))
        ids[:, c] = tried[:, c].view(rows, candidates)[torch.arange(rows), pick]
    return ids


def mask_of(lengths, side):
    columns = max(lengths)
    mask = torch.zeros(len(lengths), columns, dtype=torch.long)
    for row, n in enumerate(lengths):
        if side == "left":
            mask[row, columns - n:] = 1
        else:
            mask[row, :n] = 1
    return mask


class Case:
    """A checkpoint and its runs. `config` are arguments of the config class, `build` flags of `qwenc build`, `edit` fields
    of config.json to set as they stand (the config class drops what it holds for redundant) or to leave out (ABSENT),
    `extra` tensors that lie in the file beside the model's, `wide` ends of names that are f32 in it whatever its type.
    With `whole` the arguments are those of text_config, and `whole` those of the config around it.
    """

    def __init__(self, name, task, *, about, dtype="float32", seed=1, layout="transformers", shards=1, spelling=5,
                 build=(), checkpoint=None, edit=None, tolerance=F32_TOLERANCE, extra=None, wide=(), whole=None,
                 **config):
        self.name, self.task, self.about, self.dtype = name, task, about, dtype
        self.layout, self.shards, self.spelling, self.build = layout, shards, spelling, list(build)
        self.edit, self.tolerance = edit or {}, tolerance
        self.extra, self.wide = extra or {}, tuple(wide)
        self.checkpoint = checkpoint  # name of another case whose checkpoint serves
        self.runs, self.generation = [], {}
        family = next(f for f in ("Qwen3_5Moe", "Qwen3_5", "Qwen3Moe", "Qwen3") if task.startswith(f))
        defaults = dict(vocab_size=203, hidden_size=48, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
                        num_key_value_heads=2, head_dim=16, max_position_embeddings=128, pad_token_id=0,
                        rope_parameters={"rope_type": "default", "rope_theta": 10000.0})
        if family == "Qwen3Moe":
            defaults |= dict(num_experts=6, num_experts_per_tok=3, moe_intermediate_size=24, norm_topk_prob=True,
                             hidden_size=40)
        if family.startswith("Qwen3_5"):
            defaults |= dict(hidden_size=40, num_hidden_layers=4, linear_num_key_heads=2, linear_num_value_heads=4,
                             linear_key_head_dim=8, linear_value_head_dim=8)
        if family == "Qwen3_5Moe":
            defaults |= dict(num_experts=6, num_experts_per_tok=3, moe_intermediate_size=24,
                             shared_expert_intermediate_size=16)
            defaults.pop("intermediate_size")
        arguments = {k: v for k, v in (defaults | config).items() if v is not ABSENT}
        if whole is not None:
            vision = dict(depth=1, hidden_size=16, intermediate_size=12, num_heads=2, patch_size=2, temporal_patch_size=1,
                          num_position_embeddings=4, out_hidden_size=arguments["hidden_size"])
            self.config = getattr(transformers, family + "Config")(text_config=arguments, vision_config=vision, **whole)
        else:
            kind = "TextConfig" if family.startswith("Qwen3_5") else "Config"
            self.config = getattr(transformers, family + kind)(**arguments)
        self.text = self.config.get_text_config()
        self.config._experts_implementation = "eager"
        self.config._attn_implementation = "eager"
        if checkpoint:
            self.model = self.read(torch.float32)
            return
        self.model = getattr(transformers, task)(self.config).eval()
        set_weights(self.model, seed)
        self.model = self.model.to(DTYPES[dtype]).float()  # as it will be read back
        self.model.tie_weights()

    def fresh(self):
        """The model without the memory that dynamic RoPE keeps of earlier calls."""
        model = type(self.model)(self.config).eval()
        model.load_state_dict(self.model.state_dict())
        model.tie_weights()
        return model

    def ids(self, rows, columns, seed=7, **options):
        return draw_ids(self.model, rows, columns, seed, **options)

    def eval(self, name, inputs, want=None, select=None, args=()):
        """Adds an `eval` run. `want`: HF's names; `select`: written as --select where these aren't the default."""
        self.runs.append(dict(name=name, verb="eval", inputs=inputs, want=want or self.default_fields(), select=select,
                              args=list(args)))

    def default_fields(self):
        if self.task.endswith("Model"):
            return ["last_hidden_state"]
        if self.task.endswith("QuestionAnswering"):
            return ["start_logits", "end_logits"]
        return ["logits"]

    def padded(self, name, lengths, side, seed=7, **options):
        """An `eval` run over sequences of these lengths, padded on `side`, with the attention mask."""
        mask = mask_of(lengths, side)
        ids = self.ids(len(lengths), max(lengths), seed, mask=mask)
        ids[mask == 0] = self.text.pad_token_id or 0
        self.eval(name, {"input_ids": ids, "attention_mask": mask}, **options)

    # -- on disk ---------------------------------------------------------------------------------------------------

    def write(self):
        directory = CASES / self.name
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        if self.checkpoint is None:
            write_checkpoint(self, directory / "checkpoint")
        runs = []
        for run in self.runs:
            save_file({k: v.contiguous() for k, v in run["inputs"].items()}, directory / f"{run['name']}.in.safetensors")
            out, entry = self.compute(run)
            save_file(out, directory / f"{run['name']}.out.safetensors")
            runs.append(entry)
        case = {"about": self.about, "checkpoint": f"../{self.checkpoint}/checkpoint" if self.checkpoint else "checkpoint",
                "weights": self.dtype, "build": self.build, "runs": runs}
        (directory / "case.json").write_text(json.dumps(case, indent=1) + "\n")
        size = sum(f.stat().st_size for f in directory.rglob("*") if f.is_file())
        print(f"{self.name}: {len(runs)} runs, {size / 1000:.0f} KB", flush=True)

    def loaded(self, dtype=torch.float32):
        """The checkpoint as transformers reads it back (transposed experts, which it doesn't for qwen3_moe, from memory)."""
        return self.fresh().to(dtype) if self.layout == "transposed" else self.read(dtype)

    def read(self, dtype):
        return getattr(transformers, self.task).from_pretrained(
            CASES / (self.checkpoint or self.name) / "checkpoint", dtype=dtype, attn_implementation="eager",
            experts_implementation="eager").eval()

    def compute(self, run):
        entry = {"name": run["name"], "verb": run["verb"], "args": run["args"], "tolerance": self.tolerance}
        if run["verb"] == "generate":
            from generation import sequences
            return {"sequences": sequences(self, run)}, entry
        out = free_positions(fields(self.loaded(), run["inputs"], run["want"]), run["inputs"])
        if run["select"]:
            entry["args"] = ["--select", run["select"]] + entry["args"]
            chosen = run["select"].split(",")
            out = {name: value for name, value in out.items() if name in chosen or name.rsplit(".", 1)[0] in chosen}
        for name, value in out.items():
            live = value[~torch.isnan(value)]
            rms = live.pow(2).mean().sqrt()
            if not torch.isfinite(live).all() or not 0.05 < rms < 20:
                raise Redraw(f"{self.name}/{run['name']}: {name} has RMS {rms}")
        if is_moe(self.model) and "input_ids" in run["inputs"]:
            self.check_routers(run)
        if self.dtype == "bfloat16":
            entry["hf_bf16_error"] = self.bf16_error(run, out)
        return out, entry

    def check_routers(self, run):
        gaps = router_gap(self.loaded(), run["inputs"])
        mask = run["inputs"].get("attention_mask", torch.ones_like(gaps)).bool()
        if self.task.endswith("SequenceClassification"):  # pools the last id that isn't padding even where it is masked
            columns = torch.arange(mask.shape[1]) * (run["inputs"]["input_ids"] != self.text.pad_token_id)
            mask[torch.arange(mask.shape[0]), columns.argmax(1)] = True
        least = gaps[mask].min().item()
        if least < (0.1 if self.dtype == "bfloat16" else 0.02):
            raise Redraw(f"{self.name}/{run['name']}: a router is near a tie ({least:.3f})")

    def bf16_error(self, run, expected):
        """{name: error of HF's own bf16 run}; refuses draws where rounding product inputs alone comes near to it."""
        inputs = {k: v.bfloat16() if v.is_floating_point() else v for k, v in run["inputs"].items()}
        theirs = fields(self.loaded(torch.bfloat16), inputs, run["want"])
        model = self.loaded()
        with rounded(model):
            allowed = fields(model, run["inputs"], run["want"])
        errors = {}
        for name, value in expected.items():
            errors[name] = error(theirs[name], value)
            ratio = error(allowed[name], value) / max(errors[name], 1e-30)
            if ratio > 0.75:
                raise Redraw(f"{self.name}/{run['name']}: {name}: rounding alone reaches {ratio:.2f} of HF's bf16 error "
                                 f"({errors[name]:.3f})")
        return errors
