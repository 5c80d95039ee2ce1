"""Small tokenizers whose files differ in what HF reads from them: where added tokens are declared, which class."""

import json
import os
import tempfile

from transformers import AutoTokenizer
from tokenizers.pre_tokenizers import ByteLevel
from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX as QWEN2
from transformers.models.qwen3_5.tokenization_qwen3_5 import PRETOKENIZE_REGEX as QWEN3_5

MERGES = ["h e", "l l", "he ll", "hell o", "Ġ w", "o r", "Ġw or", "l d", "Ġwor ld", "a b", "b c", "ab c", "a bc", "Ġ Ġ"]
ALPHABET = sorted(ByteLevel.alphabet())
TOKENS = ALPHABET + list(dict.fromkeys(merge.replace(" ", "") for merge in MERGES)) + ["helloabc", "<unused>"]
VOCAB = {token: i for i, token in enumerate(TOKENS)}
NEXT = len(VOCAB)

TEXTS = ["hello world", "abc abcabc helloabc", "<|endoftext|> hello<|im_end|>\n", "x <mask> y\t<mask>\n z<mask>", "  <pad>  <pad>  ",
         "<|e<|endoftext|>x|>", "ångström Å <Å> <A\u030a> <\u212b>", "<end><end> <unused> <image>", "a\u0301bc'S ॐकि १२",
         "<tool></tool>tool é! e\u0301!", "hello  <l> <r> <b> \u3000<b>\u00a0x"]


def token(content, **flags):
    defaults = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    return {"content": content} | defaults | flags


def with_id(number, declared):
    return {"id": number} | declared


def tokenizer_json(added=(), pattern=QWEN2, model=None, **fields):
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    bpe = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
           "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
           "vocab": VOCAB, "merges": MERGES} | (model or {})
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": list(added),
            "normalizer": {"type": "NFC"}, "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, byte_level]},
            "post_processor": byte_level, "decoder": byte_level, "model": bpe} | fields


STANDARD = [token("<|endoftext|>", special=True), token("<|im_end|>", special=True), token("<tool>"), token("</tool>")]
STRIPPING = STANDARD + [token("<mask>", lstrip=True), token("<pad>", lstrip=True, rstrip=True), token("<l>", lstrip=True),
                        token("<r>", rstrip=True), token("<b>", lstrip=True, rstrip=True, normalized=True)]
NORMALIZED = STANDARD + [token("<Å>", normalized=True), token("<A\u030a>x", normalized=True), token("\u212b"),
                         token("é!", normalized=True, special=True), token("<end>", normalized=True)]


def listed(tokens):
    return [with_id(NEXT + i, t) for i, t in enumerate(tokens)]


def decoder(tokens):
    return {str(NEXT + i): t for i, t in enumerate(tokens)}


def config(tokens=None, **fields):
    base = {"tokenizer_class": "Qwen2Tokenizer", "unk_token": None, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
    return base | ({} if tokens is None else {"added_tokens_decoder": decoder(tokens)}) | fields


def vocab_files(**files):
    return {"vocab.json": VOCAB, "merges.txt": "#version: 0.2\n" + "\n".join(MERGES) + "\n"} | files


VARIANTS = {
    "plain": ("qwen3", {"tokenizer.json": tokenizer_json(listed(STANDARD)), "tokenizer_config.json": config(STANDARD)}),
    "no config": ("qwen3", {"tokenizer.json": tokenizer_json(listed(STANDARD))}),
    "no config, no added tokens": ("qwen3_moe", {"tokenizer.json": tokenizer_json()}),
    "vocab files": ("qwen3", vocab_files(**{"tokenizer_config.json": config(STANDARD)})),
    "vocab files alone": ("qwen3", vocab_files()),
    "added_tokens.json": ("qwen3", vocab_files(**{
        "tokenizer_config.json": config(), "added_tokens.json": {"<|endoftext|>": NEXT, "<|im_end|>": NEXT + 1, "<\u212b>": NEXT + 2},
        "special_tokens_map.json": {"eos_token": token("<|im_end|>"), "additional_special_tokens": ["<image>"]}})),
    "list in tokenizer.json is ignored": ("qwen3", {
        "tokenizer.json": tokenizer_json(listed(STANDARD + [token("hello")])), "tokenizer_config.json": config(STANDARD)}),
    "special by name": ("qwen3", {"tokenizer.json": tokenizer_json(), "tokenizer_config.json": config(
        STANDARD, eos_token="<tool>", image_token="<image>", additional_special_tokens=["</tool>", "<unused>", "<mask>"])}),
    "extra by name": ("qwen3", {"tokenizer.json": tokenizer_json(), "tokenizer_config.json": config(
        STANDARD, extra_special_tokens={"image_token": "<image>"})}),
    "special tokens as objects": ("qwen3", {"tokenizer.json": tokenizer_json(), "tokenizer_config.json": config(
        STRIPPING, eos_token={"__type": "AddedToken"} | token("<end>", lstrip=True, normalized=True), pad_token="<pad>")}),
    "stripping": ("qwen3", {"tokenizer.json": tokenizer_json(), "tokenizer_config.json": config(STRIPPING)}),
    "normalized": ("qwen3", {"tokenizer.json": tokenizer_json(), "tokenizer_config.json": config(NORMALIZED)}),
    "added token of the vocabulary": ("qwen3", {"tokenizer.json": tokenizer_json(), "tokenizer_config.json": config(
        None, added_tokens_decoder={str(VOCAB["<unused>"]): token("<unused>"), str(VOCAB["hello"]): token("hello", special=True)} | decoder(STANDARD))}),
    "file's ignore_merges is ignored": ("qwen3", {
        "tokenizer.json": tokenizer_json(model={"ignore_merges": True}), "tokenizer_config.json": config(STANDARD)}),
    "backend, ignore_merges": ("qwen3", {
        "tokenizer.json": tokenizer_json(listed(STRIPPING), QWEN3_5, {"ignore_merges": True}),
        "tokenizer_config.json": config(STRIPPING, tokenizer_class="PreTrainedTokenizerFast")}),
    "backend": ("qwen3", {"tokenizer.json": tokenizer_json(listed(NORMALIZED)),
                          "tokenizer_config.json": config(tokenizer_class="TokenizersBackend", eos_token="<end>", pad_token="<pad>")}),
    "qwen3_5": ("qwen3_5", {"tokenizer.json": tokenizer_json(), "tokenizer_config.json": config(
        STRIPPING, tokenizer_class="Qwen2Tokenizer", eos_token="<tool>", extra_special_tokens=["<pad>", "<image>"])}),
    "qwen3_5_text": ("qwen3_5_text", {"tokenizer.json": tokenizer_json(), "tokenizer_config.json": config(STANDARD)}),
    "merges": ("qwen3", {"tokenizer.json": tokenizer_json(model={
        # A pair that stands twice counts where it stands last; "abc" comes of two pairs, the second of higher rank.
        "merges": ["b c", "a b", "a bc", "b c", "ab c", "h e", ["l", "l"], "he ll"]}), "tokenizer_config.json": config(STANDARD)}),
    "bytes without token": ("qwen3", {"tokenizer.json": tokenizer_json(model={
        "vocab": {t: i for i, t in enumerate(t for t in TOKENS if t not in ("w", "Ċ"))},
        "merges": [m for m in MERGES if "w" not in m]}), "tokenizer_config.json": config(
            None, added_tokens_decoder={str(NEXT - 2): token("<|endoftext|>", special=True)}, eos_token="<|endoftext|>")}),
    "gaps between ids": ("qwen3", {"tokenizer.json": tokenizer_json(model={
        "vocab": {t: 3 * i for t, i in VOCAB.items()}}), "tokenizer_config.json": config(eos_token="<|endoftext|>")}),
}


def variants():
    for name, (model_type, files) in VARIANTS.items():
        with tempfile.TemporaryDirectory() as folder:
            for file, content in ({"config.json": {"model_type": model_type}} | files).items():
                with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
                    out.write(content if isinstance(content, str) else json.dumps(content))
            hf = AutoTokenizer.from_pretrained(folder)
        cases = []
        for text in TEXTS:
            ids = hf(text)["input_ids"]
            cases.append({"text": text, "ids": ids, "decoded": hf.decode(ids), "plain": hf.decode(ids, skip_special_tokens=True)})
        yield {"name": name, "model_type": model_type, "size": max(hf.get_vocab().values()) + 1, "files": files, "cases": cases}
