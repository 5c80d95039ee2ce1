#!/usr/bin/env python3
"""Speed of a compiled program beside llama.cpp: same shape, same random bf16 weights, same machine, same minutes.

Run by the Python of the peers' environment (bench/setup.sh makes it). The two sides take turns, and medians are
compared: the machine may be shared, and what disturbs one side disturbs the other.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import checkpoint  # noqa: E402
import shapes  # noqa: E402


def own_session():
    """The kernel shares out cores by session: ask for this one to come first, where that is allowed."""
    os.setsid()
    try:
        with open("/proc/self/autogroup", "w") as file:
            file.write("-15")
    except OSError:
        pass


def measure(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, preexec_fn=own_session)
    if done.returncode != 0:
        sys.exit(f"compare: {' '.join(map(str, command))}: exit status {done.returncode}")
    return json.loads(done.stdout)


def ours(app, args):
    result = measure([app, "bench", "-p", str(args.prompt), "-n", str(args.generate), "-r", "1", "--json",
                      "--threads", str(args.threads)])
    return {
        "prompt": result["prompt"]["tokens_per_second"]["mean"],
        "generation": result["generation"]["tokens_per_second"]["mean"],
        "bandwidth": result["generation"]["bandwidth_fraction"],
    }


def theirs(model, args):
    return measure([sys.executable, HERE / "llama_speed.py", model, str(args.prompt), str(args.generate),
                    str(args.threads)])


def print_table(args, runs):
    def median(side, key):
        return statistics.median(run[key] for run in runs[side])

    print(f"Qwen3-{args.shape.upper()} bf16, {args.threads} threads, medians of {args.rounds} rounds, tokens/s\n")
    print("| test | qwenc | llama.cpp | ratio |")
    print("| --- | ---: | ---: | ---: |")
    for key, name in [("prompt", f"pp{args.prompt}"), ("generation", f"tg{args.generate}")]:
        a, b = median("qwenc", key), median("llama.cpp", key)
        print(f"| {name} | {a:.1f} | {b:.1f} | {a / b:.2f} |")
    print(f"\nqwenc reads its weights at {median('qwenc', 'bandwidth'):.2f} of the memory bandwidth when generating")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=shapes.SHAPES, default="0.6b")
    parser.add_argument("--prompt", type=int, default=256)
    parser.add_argument("--generate", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--qwenc", default=HERE.parent / "build" / "bin" / "qwenc", help="the compiler")
    parser.add_argument("--work", type=pathlib.Path, default=HERE / "work", help="where models and programs are kept")
    args = parser.parse_args()

    model = args.work / f"qwen3-{args.shape}"
    checkpoint.write(shapes.SHAPES[args.shape], model)
    app = args.work / f"qwen3-{args.shape}.app"
    subprocess.run([args.qwenc, "build", model, "-o", app], check=True)

    runs = {"qwenc": [], "llama.cpp": []}
    for i in range(args.rounds):
        runs["qwenc"].append(ours(app, args))
        runs["llama.cpp"].append(theirs(checkpoint.gguf_path_of(model), args))
        a, b = runs["qwenc"][-1], runs["llama.cpp"][-1]
        print(f"round {i + 1}: prompt {a['prompt']:.1f} : {b['prompt']:.1f}, "
              f"generation {a['generation']:.1f} : {b['generation']:.1f}", file=sys.stderr)
    print_table(args, runs)


main()
