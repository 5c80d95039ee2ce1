"""Stores what HF's tokenizers make of many texts: test/data/tokenizer (what the files hold: README.md there).

usage: tokenizer.py EXAMPLE_DIR REAL_DIR OUT_DIR
EXAMPLE_DIR holds the example's tokenizer files, REAL_DIR those of Qwen2 (151,643 tokens and the added ones).
"""

import json
import os
import random
import sys

from tokenizers import Regex, normalizers
from transformers import AutoTokenizer
from transformers.models.qwen2 import Qwen2Tokenizer
from transformers.models.qwen3_5 import Qwen3_5Tokenizer

import tokenizer_variants
from tokenizer_texts import texts

BLOCK = 4096  # code points to a hash


def fnv(data):
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def hash_ids(ids):
    return fnv(b"".join(i.to_bytes(4, "little") for i in ids))


def write_lines(path, records):
    with open(path, "w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")


def strings(example_dir, real_dir):
    example, real = Qwen2Tokenizer.from_pretrained(example_dir), Qwen2Tokenizer.from_pretrained(real_dir)
    qwen3_5 = Qwen3_5Tokenizer.from_pretrained(example_dir)
    rng = random.Random(20)
    specials = [str(token) for token in example.added_tokens_decoder.values()]
    for text in dict.fromkeys(texts(rng, specials)):
        ids = example(text)["input_ids"]
        record = {"text": text, "ids": ids, "real": hash_ids(real(text)["input_ids"])}
        marks = qwen3_5(text)["input_ids"]
        if marks != ids:
            record["qwen3_5"] = hash_ids(marks)
        decoded, plain = (example.decode(ids, skip_special_tokens=skip) for skip in (False, True))
        assert decoded == real.decode(real(text)["input_ids"])
        if decoded != text:
            record["decoded"] = decoded
        if plain != decoded:
            record["plain"] = plain
        yield record


def decodings(example_dir):
    """Ids as a model might draw them: mostly no UTF-8, some outside the vocabulary."""
    example = Qwen2Tokenizer.from_pretrained(example_dir)
    rng = random.Random(21)
    single = [i for i in range(len(example)) if len(example.convert_ids_to_tokens(i)) == 1]
    for _ in range(200):
        ids = [rng.choice([rng.choice(single), rng.randrange(len(example)), rng.randrange(len(example) + 40)])
               for _ in range(rng.randint(1, 12))]
        yield {"ids": ids, "decoded": example.decode(ids), "plain": example.decode(ids, skip_special_tokens=True)}


def unicode_blocks():
    patterns = {r"[\r\n]": "n", r"\s": "s", r"\p{L}": "L", r"\p{N}": "N", r"\p{M}": "M"}
    nfc = normalizers.NFC()
    for first in range(0, 0x110000, BLOCK):
        code_points = [c for c in range(first, first + BLOCK) if not 0xD800 <= c < 0xE000]
        text = "".join(map(chr, code_points))
        classes = dict.fromkeys(code_points, "o")
        for pattern, name in reversed(patterns.items()):
            kept = set(normalizers.Replace(Regex(pattern), "").normalize_str(text))
            classes.update((c, name) for c in code_points if chr(c) not in kept)
        # Alone; before and after marks of other classes; after a vowel and a syllable that may compose with it.
        normalized = "\n".join(nfc.normalize_str(s) for c in code_points for s in
                               (chr(c), f"a{chr(c)}\u0301\u0323", f"\u0345{chr(c)}\u0334", f"\uac00{chr(c)}\u3099"))
        yield {"first": first, "classes": fnv("".join(classes[c] for c in code_points).encode()),
               "nfc": fnv(normalized.encode())}


def main(example_dir, real_dir, out_dir):
    write_lines(os.path.join(out_dir, "strings.jsonl"), strings(example_dir, real_dir))
    write_lines(os.path.join(out_dir, "decodings.jsonl"), decodings(example_dir))
    write_lines(os.path.join(out_dir, "unicode.jsonl"), unicode_blocks())
    write_lines(os.path.join(out_dir, "variants.jsonl"), tokenizer_variants.variants())


if __name__ == "__main__":
    main(*sys.argv[1:])
