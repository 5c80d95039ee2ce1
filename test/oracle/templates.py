"""Stores what HF's apply_chat_template makes of chat templates: the real ones over many conversations, and snippets of
one construct each. Writes test/data/templates/conversations.json and snippets.json.

    python test/oracle/templates.py
"""

import json
import pathlib

from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast
from transformers.utils.chat_template_utils import _cached_compile_jinja_template

from template_snippets import CONTEXT, SNIPPETS

DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "templates"

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "  The weather of a place, <now> & here: „schön“ \n",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "Name of the city, e.g. 東京", "minLength": 1},
                "unit": {"type": ["string", "null"], "enum": ["celsius", "fahrenheit"], "default": None},
                "days": {"type": "integer", "description": " days ", "minimum": 0.5, "nested": {"a": [1, 2.0, True]}},
            },
            "required": ["city"],
        },
    },
}
BARE = {"name": "noop", "parameters": {"type": "object", "properties": {}}}
NO_PARAMETERS = {"type": "function", "function": {"name": "ping", "description": "Pings", "strict": True}}


def call(name, arguments, bare=False):
    function = {"name": name, "arguments": arguments}
    return function if bare else {"type": "function", "id": "call_1", "function": function}


def user(text):
    return {"role": "user", "content": text}


def assistant(text, **more):
    return {"role": "assistant", "content": text, **more}


def tool(text):
    return {"role": "tool", "content": text}


SYSTEM = {"role": "system", "content": "You are terse.\nVery."}
ARGUMENTS = {"city": "Zürich", "days": 3, "exact": 1e-07, "big": 18446744073709551615,
             "deep": {"x": [None, True, 2.50]}}
IMAGE = {"type": "image", "image": "a.png"}

CONVERSATIONS = {
    "user": [user("Hello!")],
    "system": [SYSTEM, user("Hello!")],
    "two turns": [user("1+1?"), assistant("2"), user("2+2?")],
    "ends with assistant": [user("1+1?"), assistant("2")],
    "unicode": [user("naïve 中文 🎉 \u200d e\u0301 \u00a0\t"), assistant("ﬁn"), user("<|im_end|>&<b>\"'")],
    "empty text": [SYSTEM, user(""), assistant(""), user("\n")],
    "think in content": [user("a"), assistant("<think>\nhm\n</think>\n\nb"), user("c"), assistant("<think>x</think>y")],
    "reasoning": [user("a"), assistant("b", reasoning_content="\nbecause\n"), user("c"),
                  assistant("\n\nd", reasoning_content="so")],
    "reasoning, other names": [user("a"), assistant("b", thinking="old"), user("c"), assistant("d", reasoning="o")],
    "reasoning is none": [user("a"), assistant("b", reasoning_content=None)],
    "reasoning is empty": [user("a"), assistant("b", reasoning_content="")],
    "tool call": [SYSTEM, user("Weather?"), assistant("", tool_calls=[call("get_weather", ARGUMENTS)]),
                  tool("{\"t\": 20}"), assistant("20 degrees.")],
    "tool calls": [user("Weather?"), assistant("Let me see.", reasoning_content="two cities",
                                               tool_calls=[call("get_weather", {"city": "A"}),
                                                           call("get_weather", {"city": "B"}, bare=True)]),
                   tool("1"), tool("2"), user("And?"), assistant("Fine")],
    "tool call, no content": [user("go"), assistant(None, tool_calls=[call("noop", {})]), tool("done")],
    "tool call, string arguments": [user("go"), assistant("", tool_calls=[call("noop", "{\"a\": 1}")]), tool("done")],
    "tool rounds": [user("go"), assistant("x", tool_calls=[call("noop", {"a": "1"})]), tool("r1"),
                    assistant("y", tool_calls=[call("noop", {"a": ["é", {"k": False}]})]), tool("r2"), tool("r3")],
    "tool response as user": [user("go"), assistant("x"), user("<tool_response>\n5\n</tool_response>")],
    "only a tool response": [user("<tool_response>5</tool_response>")],
    "system twice": [SYSTEM, user("a"), SYSTEM, user("b")],
    "system later": [user("a"), SYSTEM],
    "unknown role": [user("a"), {"role": "critic", "content": "b"}],
    "empty": [],
    "no content": [{"role": "user"}],
    "content is a number": [user(5)],
    "parts": [user([{"type": "text", "text": "What "}, IMAGE, {"type": "text", "text": "is?"}, {"video": "v.mp4"}])],
    "parts, unknown": [user([{"type": "sound"}])],
    "image in system": [{"role": "system", "content": [IMAGE]}, user("a")],
    "text parts in system": [{"role": "system", "content": [{"type": "text", "text": " Be good. "}]}, user("a")],
}

OPTIONS = [
    {"add_generation_prompt": False},
    {"add_generation_prompt": True},
    {"add_generation_prompt": True, "enable_thinking": False},
    {"add_generation_prompt": True, "enable_thinking": True, "add_vision_id": True},
    {"tools": [WEATHER, BARE, NO_PARAMETERS], "add_generation_prompt": True},
    {"tools": [], "enable_thinking": False, "add_generation_prompt": False},
]

TOKENIZER = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()), eos_token="<|im_end|>")


def render(template, messages, options):
    try:
        return TOKENIZER.apply_chat_template(messages, chat_template=template, tokenize=False, **options)
    except Exception as problem:
        return problem


def conversation_cases():
    cases = []
    for path in sorted(DATA.glob("*.jinja")):
        template = path.read_text()
        for name, messages in CONVERSATIONS.items():
            for index, options in enumerate(OPTIONS):
                if index in (3, 5) and name not in ("user", "tool calls", "parts", "tool rounds"):
                    continue
                if path.stem in ("tiny-dictionary", "qwen2_5") and index in (2, 3):
                    continue
                result = render(template, messages, options)
                case = {"template": path.name, "conversation": name, "options": index}
                if isinstance(result, Exception):
                    case["raises"] = f"{type(result).__name__}: {result}".split("\n")[0][:80]
                else:
                    case["text"] = result
                cases.append(case)
    return cases


def snippet_cases():
    cases = []
    for source in SNIPPETS:
        try:
            # In one piece: a snippet must not see what an earlier one left in a cache.
            cases.append({"source": source, "text": _cached_compile_jinja_template(source).render(**CONTEXT)})
        except Exception as problem:
            cases.append({"source": source, "raises": f"{type(problem).__name__}: {problem}".split("\n")[0][:80]})
    return cases


def intern_texts(cases):
    """Long prompts share their beginnings (the tools): stores each text as the length of what it has in common with
    the text before, and the rest."""
    before = ""
    for case in cases:
        if "text" not in case:
            continue
        text = case.pop("text")
        common = 0
        while common < min(len(text), len(before)) and text[common] == before[common]:
            common += 1
        case["common"] = len(text[:common].encode())
        case["rest"] = text[common:]
        before = text
    return cases


def write(name, value):
    path = DATA / name
    path.write_text(json.dumps(value, ensure_ascii=False, indent=0) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    conversations = conversation_cases()
    snippets = snippet_cases()
    write("conversations.json", {"conversations": CONVERSATIONS, "options": OPTIONS,
                                 "cases": intern_texts(conversations)})
    write("snippets.json", {"context": CONTEXT, "cases": snippets})
    print(len(conversations), "conversations,", len(snippets), "snippets,",
          sum("raises" in case for case in snippets), "of them raise")
