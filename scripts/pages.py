"""Write docs/generated/*.md from results/*.json, and the notebooks from the
snippets: `python scripts/pages.py`. A test compares what is committed."""

import json
import os
import re
import tomllib
from pathlib import Path
from statistics import median

import nbformat

ROOT = Path(__file__).parent.parent
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
    """The result files of `data`, one for each seed."""
    return sorted((ROOT / "results").glob(f"{data}-seed-*.json"))


def rows(data):
    """For each framework and backend its runs, one for each seed."""
    found = {}
    for path in measured(data):
        for run in json.loads(path.read_text())["results"]:
            key = f"`{run['name']}`", run["backend"] or "—"
            found.setdefault(key, []).append(run)
    return found


def sources(data):
    first, *_, last = measured(data)
    return (
        f"\nFrom `results/{first.name}` to `{last.name}`; `make results` "
        "measures again.\n"
    )


def frameworks():
    """Every framework.toml, today's first."""
    found = [
        tomllib.loads(path.read_text("utf-8")) | {"name": path.parent.name}
        for path in (ROOT / "snippets").glob("*/framework.toml")
    ]
    return sorted(found, key=lambda f: (f["era"] == "2018", f["order"]))


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
    first = json.loads(measured("mnist-5k")[0].read_text())
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
    return {
        generated / "gates-mnist-5k.md": gates("mnist-5k"),
        generated / "gates-mnist.md": gates("mnist"),
        generated / "first-numbers.md": first_numbers(),
        generated / "layouts.md": layouts(),
        generated / "projects.md": projects(),
    } | {
        ROOT / "docs" / "notebooks" / f"{name}.ipynb": notebook(*how)
        for name, how in NOTEBOOKS.items()
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}")
        temporary.write_text(text, "utf-8")
        os.replace(temporary, path)
        print("wrote", path.relative_to(ROOT))
