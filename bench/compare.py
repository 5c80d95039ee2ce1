#!/usr/bin/env python3
"""Speed of compiled programs beside llama.cpp and OpenVINO GenAI: same shapes, same random weights, same machine, same
minutes, as tables (Markdown), figures (JSON) and a picture (SVG). Run by the Python of the peers' environment
(bench/setup.sh makes it).

All that are compared take turns, and medians are given: the machine may be shared, and what disturbs one side disturbs
the others.
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import chart  # noqa: E402
import checkpoint  # noqa: E402
import contestants  # noqa: E402
import results  # noqa: E402
import shapes  # noqa: E402

# The peers' formats of no more bits per weight.
LLAMA_CPP_MODELS = {"none": ["BF16"], "q8": ["Q8_0"], "q4": ["Q4_0", "Q4_K_M"]}
OPENVINO_MODELS = {"none": ["bf16"], "q8": ["int8"], "q4": ["int4"]}
OPENVINO_SHAPES = ["0.6b", "tiny"]  # the export holds all weights in memory, wider than they are stored


def log(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", nargs="+", choices=shapes.SHAPES, default=["0.6b", "4b", "moe"])
    parser.add_argument("--weights", nargs="+", choices=LLAMA_CPP_MODELS, default=["q4", "q8", "none"])
    parser.add_argument("--peers", nargs="*", choices=["llama.cpp", "openvino"], default=["llama.cpp", "openvino"],
                        help="OpenVINO is measured where bench/openvino is, on 0.6b")
    parser.add_argument("--prompts", nargs="*", type=int, default=[256, 512])
    parser.add_argument("--generate", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--realtime", action="store_true",
                        help="runs hold back all else on the machine (SCHED_RR; for root)")
    parser.add_argument("--delete", action="store_true", help="drop models once measured: the disk needs a third")
    parser.add_argument("--qwenc", type=pathlib.Path, default=HERE.parent / "build" / "bin" / "qwenc",
                        help="the compiler")
    parser.add_argument("--work", type=pathlib.Path, default=HERE / "work", help="where models and programs are kept")
    parser.add_argument("--out", type=pathlib.Path, help="results, as OUT.md, OUT.json and OUT.svg (default: "
                        "compare in --work); a shape and format measured anew replaces what OUT.json has of it")
    settings = parser.parse_args()
    settings.out = settings.out or settings.work / "compare"
    return settings


def contestants_of(shape, weights, directory, settings):
    """The program first, then each peer's model; `directory` holds the checkpoint."""
    def beside(suffix):
        return directory.with_name(f"{directory.name}.{suffix}")

    config = shapes.SHAPES[shape]
    sides = [contestants.Qwenc(weights, directory, beside(f"{weights}.app"), config, settings)]
    if "llama.cpp" in settings.peers:
        sides += [contestants.LlamaCpp(model, directory, beside(f"{model}.gguf"), config, settings)
                  for model in LLAMA_CPP_MODELS[weights]]
    if "openvino" in settings.peers and shape in OPENVINO_SHAPES and contestants.OPENVINO_PYTHON.exists():
        sides += [contestants.OpenVino(model, directory, beside(f"{model}.openvino"), config, settings)
                  for model in OPENVINO_MODELS[weights]]
    return sides


def compare(shape, weights, sides, settings):
    """One group of results: all sides take turns at all tests."""
    tests = [f"pp{tokens}" for tokens in settings.prompts] + ([f"tg{settings.generate}"] if settings.generate else [])
    for side in sides:
        side.choose_variants(tests)
    group = results.Group(shape, weights, tests, sides)
    for i in range(settings.rounds):
        for side in sides:
            group.add(side, side.measure(tests))
        log(f"{shape} {weights} round {i + 1}, load {os.getloadavg()[0]:.1f}: {group.last_round()}")
    return group.summary(settings)


def drop(paths):
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def write(report, settings):
    for suffix, text in [(".json", json.dumps(report, indent=1)), (".md", results.markdown(report)),
                         (".svg", chart.svg(report))]:
        settings.out.with_name(settings.out.name + suffix).write_text(text)


def load_report(settings):
    path = settings.out.with_name(settings.out.name + ".json")
    report = json.loads(path.read_text()) if path.exists() else {"groups": []}
    report["machine"] = {"processor": results.processor(), "cores": os.cpu_count(), "kernel": platform.release()}
    return report


def main():
    settings = parse()
    settings.work.mkdir(parents=True, exist_ok=True)
    report = load_report(settings)
    for shape in settings.shapes:
        directory = settings.work / shape
        config = shapes.SHAPES[shape]
        if not (directory / checkpoint.WEIGHTS).exists():
            log(f"{shape}: writing a checkpoint")
            contestants.require_disk(directory, 2 * shapes.count_parameters(config))
            checkpoint.write(config, directory)
        for weights in settings.weights:
            sides = contestants_of(shape, weights, directory, settings)
            for side in sides:
                log(f"{shape} {weights}: making the model of {side.side} {side.model}")
                side.make()
            group = compare(shape, weights, sides, settings)
            results.replace(report, group)
            write(report, settings)
            if settings.delete:
                drop(path for side in sides if side.model != "BF16" for path in side.outputs())
        if settings.delete:
            drop([directory, directory.with_name(f"{shape}.BF16.gguf")])
    print(results.markdown(report))


try:
    main()
except contestants.Failure as failure:
    sys.exit(f"compare: {failure}")
