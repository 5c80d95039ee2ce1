"""What was measured: medians, ratios, fractions of the machine's limits; as JSON and as Markdown."""

import statistics
import time

import shapes

WEIGHTS_TITLES = {"none": "bf16", "q8": "q8", "q4": "q4"}


def processor():
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "unknown"


class Group:
    """All rounds of one shape and one format of weights. The first side is the program."""

    def __init__(self, shape, weights, tests, sides):
        self.shape, self.weights, self.tests, self.sides = shape, weights, tests, sides
        self.speeds = {side: {test: [] for test in tests} for side in sides}
        self.fractions = {side: {test: [] for test in tests} for side in sides}
        self.read, self.dot = [], []

    def add(self, side, speeds):
        if side is self.sides[0]:
            self.read.append(side.report["read_gigabytes_per_second"]["mean"])
            self.dot.append(side.report["dot_gigaops_per_second"]["mean"])
        for test, speed in speeds.items():
            self.speeds[side][test].append(speed)
            self.fractions[side][test].append(self.fraction(side, test, speed))

    def fraction(self, side, test, speed):
        """Of the limit that the program's bench measured in this round: reading for tg, dot products for pp."""
        program = self.sides[0]
        entry = next(entry for entry in program.report["tests"] if entry["test"] == test)
        if side is program:
            return entry["bandwidth_fraction" if test.startswith("tg") else "dot_fraction"]
        if test.startswith("tg"):
            return side.bytes_per_token() * speed * 1e-9 / self.read[-1]
        return 2e-9 * entry["multiplies_per_token"] * speed / self.dot[-1]

    def last_round(self):
        return "; ".join(f"{side.side} {side.model} " +
                         " ".join(f"{test} {self.speeds[side][test][-1]:.1f}" for test in self.tests)
                         for side in self.sides)

    def summary(self, settings):
        entries = []
        for side in self.sides:
            tests = {}
            for test in self.tests:
                speeds, ours = self.speeds[side][test], self.speeds[self.sides[0]][test]
                tests[test] = {"run_as": side.chosen[test], "samples": speeds, "median": statistics.median(speeds),
                               "limit_fraction": statistics.median(self.fractions[side][test]),
                               "qwenc_ratio": statistics.median(a / b for a, b in zip(ours, speeds))}
            entries.append({"side": side.side, "model": side.model, "bits_per_weight": side.bits_per_weight(),
                            "bytes_per_token": side.bytes_per_token() if self.generates() else None, "tests": tests})
        return {"shape": self.shape, "weights": self.weights, "threads": settings.threads, "rounds": settings.rounds,
                "measured": time.strftime("%Y-%m-%d %H:%M"), "dot_form": self.sides[0].report["dot_form"],
                "read_gigabytes_per_second": statistics.median(self.read),
                "dot_gigaops_per_second": statistics.median(self.dot), "sides": entries}

    def generates(self):
        return any(test.startswith("tg") for test in self.tests)


def replace(report, group):
    """Groups are kept in the order of shapes.SHAPES and WEIGHTS_TITLES."""
    def place(entry):
        return list(shapes.SHAPES).index(entry["shape"]), list(WEIGHTS_TITLES).index(entry["weights"])

    report["groups"] = sorted([entry for entry in report["groups"] if place(entry) != place(group)] + [group],
                              key=place)


def peers_of(group):
    """{name of a peer: its models' entries}"""
    peers = {}
    for entry in group["sides"][1:]:
        peers.setdefault(entry["side"], []).append(entry)
    return peers


def fastest(entries, test):
    return max(entries, key=lambda entry: entry["tests"][test]["median"])


def markdown(report):
    machine = report["machine"]
    text = [f"{machine['processor']}, {machine['cores']} cores. Tokens/s, medians of runs that take turns. A fraction "
            "is of the limit that was measured in the same minutes: plain reading for tg (decode), dot products of the "
            "same form for pp (prefill). A ratio is the program's speed to that of the peer's fastest model "
            "in the same round, the median too.\n"]
    for shape in dict.fromkeys(group["shape"] for group in report["groups"]):
        groups = [group for group in report["groups"] if group["shape"] == shape]
        text += shape_table(shapes.TITLES[shape], groups) + [""] + models_table(groups) + [""]
    return "\n".join(text)


def shape_table(title, groups):
    peers = list(dict.fromkeys(name for group in groups for name in peers_of(group)))
    lines = [f"## {title}\n", "| weights | test | qwenc | fraction |" + "".join(f" {peer} | ratio |" for peer in peers),
             "| --- | --- | ---: | ---: |" + " --- | ---: |" * len(peers)]
    for group in groups:
        ours = group["sides"][0]["tests"]
        for test in ours:
            line = (f"| {WEIGHTS_TITLES[group['weights']]} | {test} | {ours[test]['median']:.1f} | "
                    f"{ours[test]['limit_fraction']:.2f} |")
            for peer in peers:
                entries = peers_of(group).get(peer)
                if not entries:
                    line += " | |"
                    continue
                speeds = ", ".join(f"{entry['model']} {entry['tests'][test]['median']:.1f}" for entry in entries)
                line += f" {speeds} | **{fastest(entries, test)['tests'][test]['qwenc_ratio']:.2f}** |"
            lines.append(line)
    return lines


def models_table(groups):
    lines = ["| weights | bits per weight | measured limits | threads, rounds, when |", "| --- | --- | --- | --- |"]
    for group in groups:
        bits = ", ".join(f"{entry['side']} {entry['model']} {entry['bits_per_weight']:.2f}" for entry in group["sides"])
        lines.append(f"| {WEIGHTS_TITLES[group['weights']]} | {bits} | {group['read_gigabytes_per_second']:.1f} GB/s, "
                     f"{group['dot_gigaops_per_second']:.0f} GOP/s {group['dot_form']} | {group['threads']}, "
                     f"{group['rounds']}, {group['measured']} |")
    return lines
