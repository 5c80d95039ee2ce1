"""OpenVINO's model of a checkpoint, exported by optimum-intel. Run by the Python of bench/openvino.

usage: openvino_model.py CHECKPOINT FORMAT OUT; FORMAT is bf16, int8 or int4, as optimum-cli has them
"""

import pathlib
import subprocess
import sys

import openvino
import openvino_tokenizers
import tokenizers
import transformers

# bf16 is what the checkpoint has: no conversion is asked for.
WEIGHT_FORMATS = {"bf16": [], "int8": ["--weight-format", "int8"], "int4": ["--weight-format", "int4"]}


def save_tokenizer(directory):
    """GenAI wants a tokenizer beside a model, though prompts of token ids never use it: one of a single word."""
    model = tokenizers.models.WordLevel({"a": 0}, unk_token="a")
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizers.Tokenizer(model), unk_token="a",
                                                     eos_token="a")
    encoder, decoder = openvino_tokenizers.convert_tokenizer(tokenizer, with_detokenizer=True)
    openvino.save_model(encoder, directory / "openvino_tokenizer.xml")
    openvino.save_model(decoder, directory / "openvino_detokenizer.xml")


def main():
    checkpoint, weight_format, out = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    if out.exists():
        return
    temporary = out.with_name(out.name + ".part")
    command = [pathlib.Path(sys.executable).with_name("optimum-cli"), "export", "openvino", "--model", checkpoint,
               "--task", "text-generation-with-past", *WEIGHT_FORMATS[weight_format], temporary]
    subprocess.run(command, check=True, stdout=sys.stderr)
    save_tokenizer(temporary)
    temporary.rename(out)


main()
