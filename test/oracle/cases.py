"""Makes test/data/cases: `RUN cases.py [NAME...]`, RUN being a Python with torch and transformers (test/oracle/README.md)."""

import sys

import cases_delta
import cases_delta_heads
import cases_dense
import cases_heads
import cases_moe
import cases_rope
from values import Redraw

SEEDS = range(1, 60)


def main(wanted):
    builders = {}
    for module in (cases_dense, cases_rope, cases_heads, cases_moe, cases_delta, cases_delta_heads):
        builders |= module.CASES
    unknown = set(wanted) - set(builders)
    if unknown:
        sys.exit(f"unknown cases: {', '.join(sorted(unknown))}; known: {', '.join(builders)}")
    for name in wanted or builders:
        for seed in SEEDS:
            try:
                builders[name](name, seed).write()
                break
            except Redraw as reason:
                print(f"  seed {seed}: {reason}", flush=True)
        else:
            sys.exit(f"{name}: no seed serves")


if __name__ == "__main__":
    main(sys.argv[1:])
