"""Write docs/generated/*.md from results/*.json, and the notebooks from the
snippets: `python -m scripts.pages`. A test compares what is committed."""

import json
import math
import re
from statistics import mean, median, stdev

import nbformat
from scipy.stats import f_oneway, ttest_rel

from scripts import cachelines
from snippets.running import ROOT, frameworks, write_text
from snippets.seeds import SEEDS

# docs/notebooks/<name>.ipynb: folder, title and a line of its own.
NOTEBOOKS = {
    "pytorch": ("pytorch2", "PyTorch", ""),
    "keras": (
        "keras3",
        "Keras",
        "Keras runs on TensorFlow here; `KERAS_BACKEND` would choose another.",
    ),
}
ABOUT = {
    "model": "Define: the last layer returns logits.",
    "train": "Train: a list of the mean loss of each epoch comes back.",
    "evaluate": "Evaluate: the share of digits that are right.",
    "predict": "Predict: ten probabilities for each digit.",
    "dropout": "With dropout before the last layer.",
    "dense": "With a dense layer of 64 more.",
    "save": "Save and load the weights.",
}


def measured(data):
    """The result files of `data`: for each seed one or more."""
    return sorted((ROOT / "results").glob(f"{data}-seed-*.json"))


def rows(data):
    """For each framework and backend its runs, one for each seed."""
    found = {}
    for path in measured(data):
        for run in json.loads(path.read_text())["results"]:
            key = f"`{run['name']}`", run["backend"] or "—"
            found.setdefault(key, []).append(run)
    names = [f"`{f['name']}`" for f in frameworks()]
    return {key: found[key] for key in sorted(
        found, key=lambda key: names.index(key[0])
    )}


def sources(data):
    return (
        f"\nFrom `results/{data}-seed-*.json`; `make results` measures "
        "again.\n"
    )


def gates(data):
    """The gates of every framework.toml beside what was measured."""
    gate = {
        (f"`{f['name']}`", run["backend"] or "—"): run["gates"][data]
        for f in frameworks()
        for run in f["runs"]
    }
    lines = [
        "| framework | backend | worst of 5 | median | best | gate |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for key, runs in rows(data).items():
        accuracy = sorted(run["test_accuracy"] for run in runs)
        assert len(accuracy) == 5, f"{data}, {key}: not five seeds"
        worst, best = accuracy[0], accuracy[-1]
        digits = 3 if data == "mnist-5k" else 4
        cells = [
            f"{value:.{digits}f}"
            for value in (worst, median(accuracy), best, gate[key])
        ]
        lines.append(f"| {' | '.join([*key, *cells])} |")
    return "\n".join(lines) + "\n" + sources(data)


def first_numbers():
    """Speed and memory: medians over the five runs."""
    first = json.loads((ROOT / "results/mnist-5k-seed-0.json").read_text())
    machine = first["machine"]
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}, "
        f"Python {machine['python']} (3.6 for 2018), CPU alone, "
        f"{first['date'][:10]}. Medians of five runs, and the slowest "
        "and the fastest of them.",
        "",
        "| framework | version | backend | images/s | slowest–fastest "
        "| training, s | start-up, s | peak memory, MiB | accuracy |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for (name, backend), runs in rows("mnist-5k").items():
        speed = [run["images_per_second"] for run in runs]
        cells = [
            median(run["seconds"]["training"] for run in runs),
            median(run["seconds"]["start_up"] for run in runs),
            median(run["peak_memory_bytes"] / 2**20 for run in runs),
            median(run["test_accuracy"] for run in runs),
        ]
        lines.append(
            f"| {name} | {runs[0]['version']} | {backend} "
            f"| {median(speed):,.0f} | {min(speed):,.0f}–{max(speed):,.0f} "
            "| {:.1f} | {:.1f} | {:,.0f} | {:.3f} |".format(*cells)
        )
    return "\n".join(lines) + "\n" + sources("mnist-5k")


def layouts():
    """Which framework wants what; 2018 and today agree."""
    lines = {}
    for f in frameworks():
        kernel = [{"O": 64, "I": 32, "H": 3, "W": 3}[axis]
                  for axis in f["kernel_layout"]]
        cells = [f["label"], f["image_layout"], f["kernel_layout"]]
        cells += ["×".join(map(str, n)) for n in (kernel, f["dense_shape"])]
        line = f"| {' | '.join(cells)} |"
        assert lines.setdefault(f["label"], line) == line
    head = [
        "| framework | images | kernels | second convolution | dense layer |",
        "| --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *lines.values()]) + "\n"


def projects():
    """Every framework with its links."""
    version = {
        name.strip("`"): runs[0]["version"]
        for (name, _), runs in rows("mnist-5k").items()
    }
    lines = [
        "| framework | project | licence | status |",
        "| --- | --- | --- | --- |",
    ]
    for f in frameworks():
        address = re.sub(r"https://(www\.)?|/tree/.*", "", f["project"])
        lines.append(
            f"| {f['label']} {version[f['name']]} "
            f"| [{address}]({f['project']}) "
            f"| [{f['licence_name']}]({f['licence']}) | {f['status']} |"
        )
    return "\n".join(lines) + "\n"


def proof():
    """results/parity.json, and its rows with the control last."""
    found = json.loads((ROOT / "results" / "parity.json").read_text("utf-8"))
    rows = [row for row in found["results"] if row["name"] != "numpy_float64"]
    assert len(rows) == 10 and not any(row["error"] for row in rows)
    control = found["control"] | {"name": "numpy_float64", "backend": None}
    return found, [*rows, control]


def title_of(row):
    """A row's name on the page, with the version that ran."""
    if row["name"] == "numpy_float64":
        return "NumPy, weights moved"
    version = row["version"].partition("+")[0]
    on = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}
    backend = f" on {on[row['backend']]}" if row["backend"] else ""
    return f"{row['label']} {version}{backend}"


def parity():
    """The table of the same numbers, and the same in units of rounding."""
    found, rows = proof()
    machine = found["machine"]
    head = (
        "| framework | logits | loss | gradient | weights, 1 step | 10 steps "
        "| 100 steps |"
    )
    rule = "| --- |" + 6 * " ---: |"
    lines = [head, rule]
    for row in rows:
        cells = [row[f"max_abs_{k}"] for k in ("logits", "loss", "gradient")]
        cells += row["max_abs_weights"].values()
        lines.append(
            f"| {title_of(row)} | {' | '.join(map(exponential, cells))} |"
        )
    most = found["tolerances"]
    cells = [most["logits"], most["loss"], most["gradient"]]
    cells += most["weights"].values()
    lines.append(f"| *tolerance* | {' | '.join(map(exponential, cells))} |")
    return "\n".join(lines) + (
        f"\n\nFrom `results/parity.json`: {machine['cpu']}, "
        f"{machine['cores']} cores, CPU alone, {found['date'][:10]}.\n"
    )


def units():
    """The same in units of float32's spacing, and the trained weights."""
    _, rows = proof()
    lines = [
        "| framework | logits | gradient | weights, 1 step | 10 steps "
        "| 100 steps | trained: probabilities | accuracy | other answers |",
        "| --- |" + 8 * " ---: |",
    ]
    for row in rows:
        unit = row["rounding_units"]
        cells = [unit["logits"], unit["gradient"], *unit["weights"].values()]
        cells = [f"{x:.1f}" if x < 100 else f"{x:,.0f}" for x in cells]
        cells.append(exponential(row["max_abs_trained_probabilities"]))
        cells.append(f"{row['trained_accuracy']:.3f}")
        cells.append(str(row["other_answers"]))
        lines.append(f"| {title_of(row)} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def losses():
    """The reference's loss on the way to 100 steps."""
    found, _ = proof()
    steps = 1, 5, 10, 14, 15, 16, 17, 18, 20, 25, 30, 40, 50, 100
    lines = [
        "| step | " + " | ".join(map(str, steps)) + " |",
        "| --- |" + len(steps) * " ---: |",
        "| loss | "
        + " | ".join(f"{found['losses'][n - 1]:.2f}" for n in steps)
        + " |",
    ]
    return "\n".join(lines) + "\n\nFrom `results/parity.json`.\n"


def exponential(value):
    """1.1e-07 as 1.1e-7, and nothing as 0."""
    return "0" if value == 0 else re.sub(r"e-0", "e-", f"{value:.1e}")


def parity_figure():
    """The weights' differences after 1, 10 and 100 steps, a dot each."""
    _, rows = proof()
    left, right, top, step = 170, 352, 48, 22
    bottom = top + step * len(rows)

    def x(value):
        return left + (math.log10(value) + 9) / 8 * (right - left)

    texts, dots = [], []
    for i, row in enumerate(rows):
        y = top + step * (i + 0.5)
        texts.append(f'<text x="0" y="{y + 4:.0f}">{title_of(row)}</text>')
        dots += [
            f'<circle cx="{x(value):.1f}" cy="{y:.0f}" r="4.5" '
            f'class="after-{n}"/>'
            for n, value in row["max_abs_weights"].items()
        ]
    grid = "".join(
        f"M{x(10.0**e):.1f} {top}V{bottom}" for e in range(-9, 0, 2)
    )
    texts += [
        f'<text x="{x(10.0**e):.1f}" y="{bottom + 18}" '
        f'text-anchor="middle">1e{e}</text>'
        for e in range(-9, 0, 2)
    ]
    texts.append('<text x="0" y="14">Largest difference of any weight</text>')
    texts.append(f'<text x="0" y="{top - 12}">after</text>')
    for at, n, text in (50, 1, "1 step"), (114, 10, "10"), (160, 100, "100"):
        dots.append(
            f'<circle cx="{at}" cy="{top - 16}" r="4.5" class="after-{n}"/>'
        )
        texts.append(f'<text x="{at + 9}" y="{top - 12}">{text}</text>')
    said = "; ".join(
        f"{title_of(row)} "
        + ", ".join(map(exponential, row["max_abs_weights"].values()))
        for row in rows
    )
    return (
        f'<svg class="parity" viewBox="0 0 368 {bottom + 26}" role="img" '
        'aria-labelledby="parity-title parity-desc" '
        'xmlns="http://www.w3.org/2000/svg" '
        'font-family="system-ui, sans-serif" font-size="12">\n'
        '<title id="parity-title">How far each framework is from float64 '
        "after 1, 10 and 100 steps</title>\n"
        f'<desc id="parity-desc">{said}</desc>\n'
        f'<path d="{grid}" stroke="currentColor" opacity="0.25"/>\n'
        f'<g stroke="none">{"".join(dots)}</g>\n'
        f'<g fill="currentColor">{"".join(texts)}</g>\n</svg>\n'
    )


def seeds():
    """Each framework's accuracies after 12 epochs: for each key (name,
    backend), those from the same weights, those from its own, and those from
    the same with a new order of the digits in each epoch."""
    found = {}
    for f in frameworks():
        if f["import_name"] != "numpy":
            for run in f["runs"]:
                weights = "same", "own", "reshuffled"
                found[f["name"], run["backend"]] = {w: [] for w in weights}
    for path in sorted((ROOT / "results" / "seeds").glob("*.json")):
        run = json.loads(path.read_text("utf-8"))
        key = run["name"], run["backend"] or ""
        found[key][run["weights"]].append(run["test_accuracy"])
    return found


def label_of(name, backend):
    """A framework's name on the page, with its era's version and backend."""
    proven, _ = proof()
    for row in proven["results"]:
        if (row["name"], row["backend"] or "") == (name, backend):
            return title_of(row)
    raise KeyError(name, backend)


def seeds_table():
    """Mean ± standard deviation, and what they say together."""
    found = seeds()
    wanted = {
        (f["name"], run["backend"]): len(SEEDS[f["era"]])
        for f in frameworks()
        for run in f["runs"]
    }
    lines = [
        "| framework | the same initial weights | its own |",
        "| --- | ---: | ---: |",
    ]
    for key, runs in found.items():
        label = label_of(*key)
        same, own, more = (
            spread_of(runs[weights], wanted[key])
            for weights in ("same", "own", "reshuffled")
        )
        lines.append(f"| {label} | {same} | {own} |")
        if runs["reshuffled"]:
            lines.append(f"| {label}, a new order each epoch | {more} | — |")
    said = [verdict(weights, found, wanted) for weights in ("same", "own")]
    said += [reshuffling(key, found, wanted) for key in found]
    said = list(filter(None, said))
    return "\n".join(lines) + "\n\n" + "\n\n".join(said) + (
        "\n\nFrom `results/seeds/*.json`; `make seeds` measures what is "
        "missing.\n"
    )


def spread_of(accuracies, wanted):
    """99.01 ± 0.10, in percent, and how many of the `wanted` these are."""
    percent = [100 * accuracy for accuracy in accuracies]
    cell = "not measured"
    if len(percent) > 1:
        cell = f"{mean(percent):.2f} ± {stdev(percent):.2f}"
    elif percent:
        cell = f"{percent[0]:.2f}"
    if 0 < len(percent) < wanted:
        cell += f" ({len(percent)} of {wanted})"
    return cell


def verdict(weights, found, wanted):
    """One sentence: do the frameworks differ by more than their seeds do?"""
    words = {"same": "From the same weights", "own": "From their own weights"}
    groups = {key: runs[weights] for key, runs in found.items()}
    have = sum(map(len, groups.values()))
    need = sum(wanted[key] for key in groups)
    if have < need:
        return f"{words[weights]}: {have} of {need} runs are measured so far."
    p = f_oneway(*groups.values()).pvalue
    how = f"one-way analysis of variance, p = {p:.2g}"
    if p > 0.05:
        return (
            f"{words[weights]}, no framework differs from the others by more "
            f"than its seeds do ({how})."
        )
    means = {mean(runs): label_of(*key) for key, runs in groups.items()}
    return (
        f"{words[weights]}, the frameworks differ by more than their seeds do "
        f"({how}): {means[max(means)]} has the highest mean and "
        f"{means[min(means)]} the lowest."
    )


def reshuffling(key, found, wanted):
    """Two sentences: what a new order each epoch changes, from seed to the
    same seed, and how the frameworks compare with these runs in place."""
    same, more = found[key]["same"], found[key]["reshuffled"]
    if not len(same) == len(more) == wanted[key]:
        return None
    test = ttest_rel(more, same)
    low, high = test.confidence_interval()
    percent = [100 * d for d in (mean(more) - mean(same), low, high)]
    gained, low, high = (f"{d:+.2f}".replace("-", "−") for d in percent)
    groups = {k: runs["same"] for k, runs in found.items()} | {key: more}
    p = f_oneway(*groups.values()).pvalue
    return (
        f"A new order each epoch gains {label_of(*key)} {gained} percentage "
        f"points (95 % interval {low} to {high}, paired t-test over "
        f"{len(more)} seeds, p = {test.pvalue:.2g}). With these runs in its "
        f"place the analysis from the same weights has p = {p:.2g}."
    )


def seeds_figure():
    """A dot for each run: filled from the same weights, hollow from own."""
    found = {key: runs for key, runs in seeds().items() if any(runs.values())}
    left, right, top, step = 170, 352, 30, 22
    bottom = top + step * len(found)
    everything = [100 * a for runs in found.values()
                  for accuracies in runs.values() for a in accuracies]
    low, high = min([98.4, *everything]), max([99.4, *everything])

    def x(percent):
        return left + (percent - low) / (high - low) * (right - left)

    texts, dots, said = [], [], []
    for i, (key, runs) in enumerate(found.items()):
        y = top + step * (i + 0.5)
        texts.append(f'<text x="0" y="{y + 4:.0f}">{label_of(*key)}</text>')
        for weights, shift in ("same", -4), ("own", 4):
            percent = [100 * accuracy for accuracy in runs[weights]]
            dots += [
                f'<circle cx="{x(value):.1f}" cy="{y + shift:.0f}" r="3.5" '
                f'class="{weights}"/>'
                for value in percent
            ]
            values = ", ".join(f"{v:.2f}" for v in percent) or "not measured"
            said += [f"{label_of(*key)}, {weights} weights: {values}"]
    ticks = [98.5, 98.75, 99, 99.25]
    grid = "".join(f"M{x(tick):.1f} {top}V{bottom}" for tick in ticks)
    texts += [
        f'<text x="{x(tick):.1f}" y="{bottom + 18}" text-anchor="middle">'
        f"{tick:g}</text>"
        for tick in ticks
    ]
    texts.append('<text x="0" y="14">Test accuracy, %, after 12 epochs</text>')
    return (
        f'<svg class="seeds" viewBox="0 0 368 {bottom + 26}" role="img" '
        'aria-labelledby="seeds-title seeds-desc" '
        'xmlns="http://www.w3.org/2000/svg" '
        'font-family="system-ui, sans-serif" font-size="12">\n'
        '<title id="seeds-title">Test accuracy of every run</title>\n'
        f'<desc id="seeds-desc">{"; ".join(said)}</desc>\n'
        f'<path d="{grid}" stroke="currentColor" opacity="0.25"/>\n'
        f"<g>{''.join(dots)}</g>\n"
        f'<g fill="currentColor">{"".join(texts)}</g>\n</svg>\n'
    )


def notebook(folder, title, line):
    """convnet.py of `folder` as a notebook: a cell for each section."""
    source = (ROOT / "snippets" / folder / "convnet.py").read_text("utf-8")
    marked = re.compile(
        r"# --8<-- \[start:(\w+)\]\n(.*?)# --8<-- \[end:\1\]\n", re.DOTALL
    )
    head = source[: source.index("# --8<--")].split('"""')[2].strip()
    main = source.split('if __name__ == "__main__":\n')[1]
    main = re.sub(r"^    ", "", main, flags=re.MULTILINE).strip()
    new = nbformat.v4
    cells = [
        new.new_markdown_cell(
            f"# {title}: the whole file, run\n\nThe sections of `snippets/"
            f"{folder}/convnet.py`, executed when this site was built. {line}"
        ),
        new.new_code_cell(head),
    ]
    for name, code in marked.findall(source):
        cells.append(new.new_markdown_cell(ABOUT[name]))
        cells.append(new.new_code_cell(code.strip()))
    cells += [
        new.new_markdown_cell("4,000 digits to train on, 1,000 to test on."),
        new.new_code_cell(main),
        new.new_markdown_cell("One digit, and what the network thinks of it."),
        new.new_code_cell(
            "digit = images[test][:1]\n"
            "for row in digit.reshape(28, 28)[::2]:\n"
            '    print("".join(" .:#@"[int(4 * v)] for v in row))\n'
            'print("label", labels[test][0])\n'
            "print(predict(model, digit).round(3))"
        ),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    book = new.new_notebook(cells=cells)
    book.metadata.kernelspec = {
        "display_name": "Python 3", "language": "python", "name": "python3",
    }
    return nbformat.writes(book) + "\n"


def pages():
    """Every generated file: path to text."""
    generated = ROOT / "docs" / "generated"
    figures = ROOT / "docs" / "assets" / "figures"
    return {
        generated / "gates-mnist-5k.md": gates("mnist-5k"),
        generated / "gates-mnist.md": gates("mnist"),
        generated / "first-numbers.md": first_numbers(),
        generated / "layouts.md": layouts(),
        generated / "projects.md": projects(),
        generated / "parity.md": parity(),
        generated / "parity-units.md": units(),
        generated / "losses.md": losses(),
        generated / "seeds.md": seeds_table(),
        figures / "seeds.svg": seeds_figure(),
        figures / "parity.svg": parity_figure(),
    } | cachelines.parts() | {
        ROOT / "docs" / "notebooks" / f"{name}.ipynb": notebook(*how)
        for name, how in NOTEBOOKS.items()
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
        print("wrote", path.relative_to(ROOT))
