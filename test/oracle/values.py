"""Names that the generators share."""

import torch

ABSENT = object()  # as a config value: not written to config.json, so that HF's default holds
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


class Redraw(Exception):
    """The drawn weights or ids make a bad test (a near tie, no contrast); another seed is needed."""
