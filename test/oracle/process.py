"""Makes test/data/programs/process.json: what the example's HF tokenizer makes of texts and messages."""

import json
from pathlib import Path

from transformers import AutoTokenizer

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [
    "What is a lamp?",
    "",
    " two  spaces\tand a tab\n\nand lines \r\n",
    "<|im_start|>user\nwho are you?<|im_end|>\n",
    "Zu\u0308rich, naïve, Ελλάδα, русский, 日本語, 한국어, हिन्दी, 🙂👩‍🚀",
    "numbers 1234567890 and it's we'll I'M",
]
MESSAGES = [
    [{"role": "user", "content": "What is a lamp?"}],
    [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "river"},
     {"role": "assistant", "content": "a large natural stream of water"}, {"role": "user", "content": "and lake?\n"}],
]


def main():
    tokenizer = AutoTokenizer.from_pretrained(ROOT / "examples" / "tiny-dictionary")
    texts = [{"text": t, "input_ids": tokenizer(t)["input_ids"]} for t in TEXTS]
    messages = [{"messages": m, "input_ids": tokenizer.apply_chat_template(m, add_generation_prompt=True)["input_ids"]}
                for m in MESSAGES]
    path = ROOT / "test" / "data" / "programs" / "process.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"texts": texts, "messages": messages}, indent=1) + "\n")


if __name__ == "__main__":
    main()
