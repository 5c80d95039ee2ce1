#!/usr/bin/env python3
"""What quantising loses: q8 and q4 beside ggml's formats of the same size, and the perplexity of the example.

The table holds relative squared errors, sum (w - w')^2 / sum w^2, on matrices drawn from several distributions and on
the example's trained weights; ggml's through ggml_quantize_chunk, without importance. Then what quantising takes, and
the perplexity of the example on eval.txt, compiled without quantising, with q8 and with q4. Run by the Python of the
peers' environment (bench/setup.sh makes it), after scripts/build.sh.
"""

import argparse
import ctypes
import json
import math
import pathlib
import subprocess
import tempfile
import time

import gguf
import llama_cpp
import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "tiny-dictionary"
DTYPES = {"F32": numpy.float32, "I64": numpy.int64}


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


def ours(directory):
    """Our quantiser out of the compiler's build."""
    library = pathlib.Path(directory) / "errors.so"
    subprocess.run(["c++", "-std=c++20", "-O2", "-shared", "-fPIC", f"-I{ROOT}", "-o", library,
                    ROOT / "bench" / "quality_errors.cpp", ROOT / "build" / "lib" / "libqwen_packer.a"], check=True)
    functions = ctypes.CDLL(str(library))

    def error(weights, name):
        assert weights.size % 512 == 0, "groups of 32 are quantised 16 at a time"
        function = functions[f"error_{name}"]
        function.restype = ctypes.c_double
        return function(pointer(weights), ctypes.c_int64(weights.size // 32))

    return error


def ggml():
    library = ctypes.CDLL(str(pathlib.Path(llama_cpp.__file__).parent / "lib" / "libggml-base.so"))
    library.ggml_quantize_chunk.restype = ctypes.c_size_t

    def error(weights, name):
        kind = gguf.GGMLQuantizationType[name]
        block, size = gguf.GGML_QUANT_SIZES[kind]
        rows = weights.reshape(-1, 256)  # a multiple of every format's block
        data = numpy.zeros((len(rows), 256 // block * size), numpy.uint8)
        library.ggml_quantize_chunk(ctypes.c_int(kind), pointer(rows), pointer(data), ctypes.c_int64(0),
                                    ctypes.c_int64(len(rows)), ctypes.c_int64(256), None)
        off = rows.astype(numpy.float64) - gguf.dequantize(data, kind)
        return (off * off).sum()

    return error


def read_safetensors(path):
    data = pathlib.Path(path).read_bytes()
    size = int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8:8 + size]).items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        raw = data[8 + size + begin:8 + size + end]
        if entry["dtype"] == "BF16":
            values = (numpy.frombuffer(raw, numpy.uint16).astype(numpy.uint32) << 16).view(numpy.float32)
        else:
            values = numpy.frombuffer(raw, DTYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"])
    return tensors


def write_safetensors(path, tensors):
    header, offset = {}, 0
    for name, values in tensors.items():
        header[name] = {"dtype": "I64", "shape": values.shape, "data_offsets": [offset, offset + values.nbytes]}
        offset += values.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(v.tobytes() for v in tensors.values()))


def matrices():
    def draw(seed):
        return numpy.random.default_rng(seed)

    count = 1 << 20
    yield "normal", draw(1).standard_normal(count)
    yield "Laplace", draw(2).laplace(size=count)
    for degrees in (5, 4, 3):
        yield f"Student t, {degrees} degrees", draw(degrees).standard_t(degrees, size=count)
    kinds = {}
    for name, values in read_safetensors(EXAMPLE / "model.safetensors").items():
        if ".layers." in name and values.ndim > 1 and not name.endswith(".gate.weight"):
            kinds.setdefault(name.split(".")[-2], []).append(values.ravel())
    for kind, values in sorted(kinds.items()):
        yield f"example, {kind}", numpy.concatenate(values)


def print_errors():
    print("| weights | q8 | Q8_0 | q4 | Q4_0 | IQ4_NL | Q4_K |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as directory:
        our_error, ggml_error = ours(directory), ggml()
        for name, values in matrices():
            weights = numpy.ascontiguousarray(values, numpy.float32)
            norm = (weights.astype(numpy.float64) ** 2).sum()
            errors = [our_error(weights, "q8"), ggml_error(weights, "Q8_0"), our_error(weights, "q4")]
            errors += [ggml_error(weights, kind) for kind in ("Q4_0", "IQ4_NL", "Q4_K")]
            print(f"| {name} | " + " | ".join(f"{error / norm:.3g}" for error in errors) + " |")


def print_times():
    weights = numpy.random.default_rng(1).standard_normal(1 << 18, numpy.float32)
    print("\n| format | ns per weight, one thread |\n| --- | ---: |")
    with tempfile.TemporaryDirectory() as directory:
        quantise = ours(directory)
        for name in ("q8", "q4"):
            times = []
            for _ in range(9):
                start = time.perf_counter()
                quantise(weights, name)
                times.append(time.perf_counter() - start)
            print(f"| {name} | {1e9 * min(times) / weights.size:.2f} |")


def perplexity(qwenc, flags):
    """exp of the mean loss over the answers' tokens, as test/programs/Perplexity.cpp has it."""
    batch, opening, close = 10, "<|im_start|>assistant\n", "<|im_end|>"
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        app, in_file, out_file = directory / "app", directory / "in.safetensors", directory / "out.safetensors"
        subprocess.run([qwenc, "build", EXAMPLE, "-o", app, f"--batch={batch}", *flags], check=True)

        def tokens(text):
            subprocess.run([app, "process", "--text", text, "--out", out_file], check=True)
            return read_safetensors(out_file)["input_ids"].ravel().tolist()

        turns = []
        for line in (EXAMPLE / "eval.txt").read_text().splitlines():
            turn = json.loads(line)
            prompt = tokens(f"<|im_start|>user\n{turn['user']}{close}\n{opening}")
            turns.append((prompt, tokens(turn["assistant"] + close)))
        loss = count = 0
        for first in range(0, len(turns), batch):
            rows = turns[first:first + batch]
            columns = max(len(prompt) + len(answer) for prompt, answer in rows)
            ids = numpy.zeros((len(rows), columns), numpy.int64)
            mask = numpy.zeros_like(ids)
            for row, (prompt, answer) in enumerate(rows):
                ids[row, :len(prompt + answer)] = prompt + answer
                mask[row, :len(prompt + answer)] = 1
            write_safetensors(in_file, {"input_ids": ids, "attention_mask": mask})
            subprocess.run([app, "eval", "--in", in_file, "--out", out_file], check=True)
            logits = read_safetensors(out_file)["logits"].astype(numpy.float64)
            for row, (prompt, answer) in enumerate(rows):
                before = logits[row, len(prompt) - 1:len(prompt) + len(answer) - 1]
                before = before - before.max(-1, keepdims=True)
                chosen = before[numpy.arange(len(answer)), answer]
                loss += (numpy.log(numpy.exp(before).sum(-1)) - chosen).sum()
                count += len(answer)
    return math.exp(loss / count)


def print_perplexity(qwenc):
    print("\n| example, 200 held-out turns | perplexity | change |\n| --- | ---: | ---: |")
    base = None
    for name, flags in (("bf16", []), ("q8", ["--quant=q8"]), ("q4", ["--quant=q4"])):
        value = perplexity(qwenc, flags)
        base = base or value
        print(f"| {name} | {value:.3f} | {100 * (value / base - 1):+.2f} % |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qwenc", default=ROOT / "build" / "bin" / "qwenc", help="the compiler")
    parser.add_argument("--errors-only", action="store_true", help="without the perplexity")
    args = parser.parse_args()
    print_errors()
    print_times()
    if not args.errors_only:
        print_perplexity(args.qwenc)


main()
