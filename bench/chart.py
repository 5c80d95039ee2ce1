"""The results as a picture (SVG): for each shape, the program's speed over each peer's, and the fraction of the
machine's limit that each side reaches."""

import math

import results
import shapes

COLOURS = {"qwenc": "#1b6ca8", "llama.cpp": "#e08a1e", "OpenVINO GenAI": "#7b4fa3"}
WIDTH, PANEL_HEIGHT, MARGIN = 1200, 250, 56
PLOT_WIDTH = (WIDTH - 3 * MARGIN) / 2
FONT = "font-family=\"Helvetica, Arial, sans-serif\""


def text(x, y, words, size=12, anchor="middle", colour="#333", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" '
            f'font-weight="{weight}">{words}</text>')


def line(x0, y0, x1, y1, colour="#ddd", width=1):
    return f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" stroke="{colour}" stroke-width="{width}"/>'


def step_of(top):
    """Between grid lines: 1, 2 or 5 times a power of ten, for at most six of them."""
    unit = 10 ** math.floor(math.log10(top))
    return next(factor * unit for factor in (0.1, 0.2, 0.5, 1, 2) if top / (factor * unit) <= 6)


def bars(x, y, title, clusters, sides, top, emphasis=None):
    """A panel with its plot's upper left corner at x, y. clusters: [(label, {side: value})]."""
    bottom = y + PANEL_HEIGHT
    height = PANEL_HEIGHT / top
    out = [text(x, y - 12, title, 13, "start", weight="bold")]
    step = step_of(top)
    for i in range(int(top / step + 1e-9) + 1):
        level = bottom - i * step * height
        out += [line(x, level, x + PLOT_WIDTH, level), text(x - 6, level + 4, f"{i * step:g}", 11, "end")]
    slot = PLOT_WIDTH / len(clusters)
    width = min(34, 0.8 * slot / len(sides))
    for i, (label, values) in enumerate(clusters):
        centre = x + (i + 0.5) * slot
        present = [side for side in sides if side in values]
        for k, side in enumerate(present):
            value = values[side]
            left = centre + (k - len(present) / 2) * width
            length = min(value, top) * height
            out.append(f'<rect x="{left + 1:.1f}" y="{bottom - length:.1f}" width="{width - 2:.1f}" '
                       f'height="{length:.1f}" fill="{COLOURS[side]}"/>')
            digits = f"{value:.2f}".lstrip("0") if value < 1 else f"{value:.1f}"
            out.append(text(left + width / 2, bottom - length - 4, digits, 10))
        first, second = label
        out += [text(centre, bottom + 15, first, 11), text(centre, bottom + 29, second, 11, colour="#777")]
    if emphasis:
        out.append(line(x, bottom - emphasis * height, x + PLOT_WIDTH, bottom - emphasis * height, "#555", 1.5))
    return out


def clusters_of(groups, key):
    """[(label, {side: value})] of all tests, decode first; a peer's value is that of its fastest model."""
    found = []
    for kind in ("tg", "pp"):
        for group in groups:
            for test in group["sides"][0]["tests"]:
                if not test.startswith(kind):
                    continue
                entries = {"qwenc": [group["sides"][0]], **results.peers_of(group)}
                values = {side: results.fastest(models, test)["tests"][test][key] for side, models in entries.items()}
                found.append(((test, results.WEIGHTS_TITLES[group["weights"]]), values))
    return found


def legend(sides):
    out, x = [], WIDTH - MARGIN - 150 * len(sides)
    for side in sides:
        out += [f'<rect x="{x}" y="20" width="14" height="14" fill="{COLOURS[side]}"/>',
                text(x + 20, 32, side, 13, "start")]
        x += 150
    return out


def svg(report):
    names = list(dict.fromkeys(group["shape"] for group in report["groups"]))
    present = {entry["side"] for group in report["groups"] for entry in group["sides"]}
    sides = [side for side in COLOURS if side in present]
    out = [text(MARGIN, 32, f"Speed on {report['machine']['processor']}, "
                f"{report['groups'][0]['threads']} threads", 16, "start", weight="bold"), *legend(sides)]
    y = 100
    for name in names:
        groups = [group for group in report["groups"] if group["shape"] == name]
        ratios = [(label, {side: value for side, value in values.items() if side != "qwenc"})
                  for label, values in clusters_of(groups, "qwenc_ratio")]
        largest = max([1, *(value for _, values in ratios for value in values.values())])
        out += bars(MARGIN, y, f"{shapes.TITLES[name]}: qwenc's speed, times the peer's", ratios, sides[1:],
                    1.12 * largest, emphasis=1)
        out += bars(2 * MARGIN + PLOT_WIDTH, y, "fraction of read bandwidth (tg) or dot-product peak (pp)",
                    clusters_of(groups, "limit_fraction"), sides, 1.12)
        y += PANEL_HEIGHT + 90
    height = y - 40
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
            f'height="{height}" {FONT}>\n<rect width="100%" height="100%" fill="white"/>\n' + "\n".join(out) +
            "\n</svg>\n")
