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
SEEDS = sorted((ROOT / "results").glob("mnist-5k-seed-*.json"))
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


def rows():
    """For each framework and backend its runs, one for each seed."""
    found = {}
    for path in SEEDS:
        for run in json.loads(path.read_text())["results"]:
            title = "/".join(filter(None, [run["name"], run["backend"]]))
            found.setdefault(title, []).append(run)
    return found


def sources():
    names = ", ".join(f"`results/{path.name}`" for path in SEEDS)
    return f"\nFrom {names}; `make results` makes them again.\n"


def gates():
    """The gates of every framework.toml beside what was measured."""
    lines = [
        "| framework | backend | worst of 5 | median | best | gate |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for title, runs in rows().items():
        folder = ROOT / "snippets" / runs[0]["name"]
        toml = tomllib.loads((folder / "framework.toml").read_text("utf-8"))
        backend = runs[0]["backend"] or ""
        (gate,) = (
            run["gates"]["mnist-5k"]
            for run in toml["runs"]
            if run["backend"] == backend
        )
        accuracy = [run["test_accuracy"] for run in runs]
        lines.append(
            f"| `{title.split('/')[0]}` | {backend or '—'} "
            f"| {min(accuracy):.3f} | {median(accuracy):.3f} "
            f"| {max(accuracy):.3f} | {gate:.3f} |"
        )
    return "\n".join(lines) + "\n" + sources()


def first_numbers():
    """Speed and memory: medians over the five runs."""
    first = json.loads(SEEDS[0].read_text())
    machine = first["machine"]
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}, "
        f"Python {machine['python']} (3.6 for 2018), CPU alone, "
        f"{first['date'][:10]}. Medians of five runs; in brackets the "
        "slowest and the fastest.",
        "",
        "| framework | version | backend | images/s | training, s "
        "| start-up, s | peak memory, MiB |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for title, runs in rows().items():
        speed = [run["images_per_second"] for run in runs]
        seconds = [run["seconds"]["training"] for run in runs]
        start = [run["seconds"]["start_up"] for run in runs]
        memory = [run["peak_memory_bytes"] / 2**20 for run in runs]
        lines.append(
            f"| `{title.split('/')[0]}` | {runs[0]['version']} "
            f"| {runs[0]['backend'] or '—'} | {median(speed):,.0f} "
            f"({min(speed):,.0f}–{max(speed):,.0f}) | {median(seconds):.1f} "
            f"| {median(start):.1f} | {median(memory):,.0f} |"
        )
    return "\n".join(lines) + "\n" + sources()


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
            '    print("".join(" .:#@"[int(4 * v)] * 1 for v in row))\n'
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
        generated / "gates.md": gates(),
        generated / "first-numbers.md": first_numbers(),
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
