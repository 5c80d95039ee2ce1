"""Those whose speed is compared: each makes its model of a checkpoint and measures tests, named pp256 or tg64."""

import json
import os
import pathlib
import subprocess
import sys

import gguf

import gguf_model
import shapes

HERE = pathlib.Path(__file__).resolve().parent
OPENVINO_PYTHON = HERE / "openvino" / "bin" / "python"
SPARE_BYTES = 2e9  # that a disk keeps free


class Failure(Exception):
    """What stops a comparison, in a line."""


def require_disk(path, bytes_needed):
    disk = os.statvfs(path.parent)
    free = disk.f_bavail * disk.f_frsize - SPARE_BYTES
    if free < bytes_needed:
        raise Failure(f"{path}: {bytes_needed / 1e9:.1f} GB wanted, the disk has {max(0, free) / 1e9:.1f}: free some, "
                      "or let --delete drop what has been measured")


def run(command, own_session=False, realtime=False, environment=None, **rest):
    def prepare():
        # The kernel shares out cores by session: ask for this one to come first, where that is allowed.
        os.setsid()
        try:
            with open("/proc/self/autogroup", "w") as file:
                file.write("-20")
        except OSError:
            pass
        if realtime:
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))

    try:
        done = subprocess.run(list(map(str, command)), preexec_fn=prepare if own_session else None,
                              env={**os.environ, **(environment or {})}, **rest)
    except OSError as error:
        raise Failure(f"{command[0]}: {error.strerror}")
    except subprocess.SubprocessError:
        raise Failure(f"{command[0]}: cannot be started with its priority; --realtime is for root")
    if done.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))}: exit status {done.returncode}")
    return done


class Contestant:
    """`side` is whose it is, `model` its name for the format of the weights."""

    variants = ("",)  # suffixes of a test's name: ways to run it, of which the fastest counts

    def __init__(self, side, model, config, settings):
        self.side, self.model, self.config, self.settings = side, model, config, settings
        self.chosen = {}  # test -> its fastest variant

    def files(self):
        """Of the model; they are read before a run, so that none is measured against the disk."""
        raise NotImplementedError

    def outputs(self):
        """What `make` writes."""
        return self.files()

    def bytes_per_token(self):
        """Bytes of weights that one decode step reads."""
        raise NotImplementedError

    def measure_variants(self, tests):
        """{name with suffix: tokens/s}"""
        raise NotImplementedError

    def bits_per_weight(self):
        return 8 * sum(file.stat().st_size for file in self.files()) / shapes.count_parameters(self.config)

    def choose_variants(self, tests):
        """A first run, which isn't counted, of all variants."""
        speeds = self.measure_variants([test + suffix for test in tests for suffix in self.variants])
        for test in tests:
            self.chosen[test] = max((test + suffix for suffix in self.variants), key=speeds.get)

    def measure(self, tests):
        speeds = self.measure_variants([self.chosen[test] for test in tests])
        return {test: speeds[self.chosen[test]] for test in tests}

    def command_output(self, command, environment=None):
        for path in self.files():
            with open(path, "rb", buffering=0) as file:
                block = bytearray(1 << 24)
                while file.readinto(block):
                    pass
        done = run(command, own_session=True, realtime=self.settings.realtime, environment=environment,
                   stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout)


class Qwenc(Contestant):
    def __init__(self, weights, checkpoint, app, config, settings):
        super().__init__("qwenc", weights, config, settings)
        self.checkpoint, self.app = checkpoint, app
        self.report = None  # of the last run

    def make(self):
        compiler = self.settings.qwenc
        if self.app.exists() and self.app.stat().st_mtime > compiler.stat().st_mtime:
            return
        bits = {"none": 16.1, "q8": 8.6, "q4": 6}[self.model]
        require_disk(self.app, bits / 8 * shapes.count_parameters(self.config))
        run([compiler, "build", self.checkpoint, "-o", self.app, "--dtype=bf16", f"--quant={self.model}"])

    def files(self):
        return [self.app.with_name(self.app.name + ".weights")]

    def outputs(self):
        return [self.app, *self.files()]

    def bytes_per_token(self):
        return next(test["bytes_per_token"] for test in self.report["tests"] if test["test"].startswith("tg"))

    def measure_variants(self, tests):
        prompts = [test[2:] for test in tests if test.startswith("pp")]
        generations = [test[2:] for test in tests if test.startswith("tg")]
        self.report = self.command_output(
            [self.app, "bench", "-p", ",".join(prompts) or "0", "-n", ",".join(generations) or "0", "-r", "1",
             "--threads", self.settings.threads, "--json"])
        return {test["test"]: test["tokens_per_second"]["mean"] for test in self.report["tests"]}


class LlamaCpp(Contestant):
    variants = ("", "+fa")

    def __init__(self, model, checkpoint, path, config, settings):
        super().__init__("llama.cpp", model, config, settings)
        self.checkpoint, self.path = checkpoint, path
        self.bf16_path = path.with_name(path.name.replace(model, "BF16"))

    def make(self):
        parameters = shapes.count_parameters(self.config)
        if not self.path.exists() and not self.bf16_path.exists():
            require_disk(self.bf16_path, 2 * parameters)
            gguf_model.write_bf16(self.config, self.checkpoint, self.bf16_path)
        if not self.path.exists():
            require_disk(self.path, (8.6 if self.model == "Q8_0" else 5.2) / 8 * parameters)
            gguf_model.quantize(self.bf16_path, self.path, self.model, self.settings.threads)

    def files(self):
        return [self.path]

    def bytes_per_token(self):
        total = 0
        for tensor in gguf.GGUFReader(self.path).tensors:
            size = int(tensor.n_bytes)
            if tensor.name == "token_embd.weight" and not self.config["tie_word_embeddings"]:
                continue
            if "_exps." in tensor.name:
                size *= self.config["num_experts_per_tok"] / self.config["num_experts"]
            total += size
        return total

    def measure_variants(self, tests):
        # Each thread keeps its core, as the other sides have it: else a shared machine may run both on one core.
        pinned = {"OMP_PROC_BIND": "true", "OMP_PLACES": "cores"}
        return self.command_output([sys.executable, HERE / "llama_speed.py", self.path, self.settings.threads, *tests],
                                   pinned)


class OpenVino(Contestant):
    variants = ("", "+pa")

    def __init__(self, model, checkpoint, path, config, settings):
        super().__init__("OpenVINO GenAI", model, config, settings)
        self.checkpoint, self.path = checkpoint, path

    def make(self):
        if not self.path.exists():
            require_disk(self.path, 2 * shapes.count_parameters(self.config))
            run([OPENVINO_PYTHON, HERE / "openvino_model.py", self.checkpoint, self.model, self.path])

    def files(self):
        return [self.path / "openvino_model.bin"]

    def outputs(self):
        return [self.path]

    def bytes_per_token(self):
        return self.files()[0].stat().st_size

    def measure_variants(self, tests):
        return self.command_output([OPENVINO_PYTHON, HERE / "openvino_speed.py", self.path, self.settings.threads,
                                    *tests])
