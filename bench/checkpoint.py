"""A random bf16 checkpoint of a given shape, as Hugging Face checkpoints come."""

import json
import math
import pathlib
import struct

import numpy as np

import shapes

WEIGHTS = "model.safetensors"


def random_bf16(rng, shape):
    """Values of the size that trained weights have, as bf16 bit patterns [shape] u16; norms are near 1."""
    if len(shape) == 1:
        values = 1 + 0.1 * rng.standard_normal(shape, dtype=np.float32)
    else:
        values = rng.standard_normal(shape, dtype=np.float32) * np.float32(shape[-1] ** -0.5)
    return (values.view(np.uint32) >> 16).astype(np.uint16)


def write(config, directory, seed=1):
    """Writes config.json and model.safetensors into `directory`, unless they are there."""
    directory = pathlib.Path(directory)
    if (directory / WEIGHTS).exists():
        return
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "config.json").write_text(json.dumps(config, indent=2))

    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for names, _, shape in shapes.tensors(config):
        size = 2 * math.prod(shape)
        for name in names:
            header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [offset, offset + size]}
            offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)

    temporary = directory / (WEIGHTS + ".part")
    rng = np.random.default_rng(seed)
    with open(temporary, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for names, _, shape in shapes.tensors(config):
            for _ in names:
                random_bf16(rng, shape).tofile(file)
    temporary.rename(directory / WEIGHTS)


class Reader:
    """The tensors of a checkpoint that `write` wrote, mapped into memory."""

    def __init__(self, directory):
        path = pathlib.Path(directory) / WEIGHTS
        with open(path, "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            self.header = json.loads(file.read(length))
        self.data = np.memmap(path, np.uint16, mode="r", offset=8 + length)

    def stacked(self, names):
        """bf16 bit patterns of tensors that follow one another in the file: [shape], several: [number, shape]."""
        first, last = self.header[names[0]], self.header[names[-1]]
        values = self.data[first["data_offsets"][0] // 2:last["data_offsets"][1] // 2]
        return values.reshape(([len(names)] if len(names) > 1 else []) + first["shape"])
