"""The notebooks: a framework's convnet.py, a cell for each section.

docs/notebooks/ says which: <label>.ipynb, in small letters, is that of the
framework of today that has this label.
"""

import base64
import re
from pathlib import Path

import nbformat

from lab.frameworks import ROOT, Framework, implementations
from pages.charts import network_drawing
from pages.charts.network_drawing import AXIS_ORDERS
from pages.markup import titles

NOTEBOOKS = ROOT / "docs" / "notebooks"
SECTION_TITLES = {
    "model": "Define: the last layer returns logits.",
    "train": "Train: a list of the mean loss of each epoch comes back.",
    "evaluate": "Evaluate: the share of digits that are right.",
    "predict": "Predict: ten probabilities for each digit.",
    "dropout": "With dropout before the last layer.",
    "dense": "With a dense layer of 64 more.",
    "save": "Save and load the weights.",
    "resume": "What `train` keeps, to go on after a stop.",
}
SECTION = re.compile(
    r"# --8<-- \[start:(\w+)\]\n(.*?)# --8<-- \[end:\1\]\n", re.DOTALL
)
# TensorFlow, where a framework runs on it, says a page of its own processor,
# some of it before it heeds the variable.
QUIET_CELL = """\
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)"""
DIGIT_CELL = """\
import matplotlib.pyplot as plt

%config InlineBackend.figure_formats = ["svg"]
GREY, AMBER = "#7d7d7d", "#b86e00"  # both legible on white and on black

digit = images[test][:1]
figure, (left, right) = plt.subplots(
    1, 2, figsize=(6, 2), width_ratios=[1, 2.6], facecolor="none"
)
left.imshow(digit.reshape(28, 28), cmap="gray")
left.set_title(f"label {labels[test][0]}", color=GREY)
left.axis("off")
right.bar(range(10), predict(model, digit)[0], color=AMBER)
right.set(xticks=range(10), ylim=(0, 1), yticks=(0, 1), facecolor="none")
right.tick_params(colors=GREY)
right.spines[:].set_visible(False)
plt.show()"""


def notebook_frameworks() -> dict[Path, Framework]:
    """Return which framework each notebook is of."""
    today = {
        NOTEBOOKS / f"{i.framework.label.lower()}.ipynb": i.framework
        for i in implementations(era="today")
    }
    return {path: f for path, f in today.items() if path.exists()}


def backend_sentence(framework: Framework) -> str:
    """Return a sentence on a framework's backends, if it has several."""
    first, *others = implementations([framework.name])
    if not others:
        return ""
    variable = next(iter(first.backend.environment))
    return (
        f"{framework.label} runs on {titles.backend_label(first)} here; "
        f"`{variable}` would choose another."
    )


def make_notebook(framework: Framework) -> str:
    """Return a framework's convnet.py as a notebook."""
    source = framework.source()
    head = source[: source.index("# --8<--")].split('"""')[2].strip()
    main = source.split('if __name__ == "__main__":\n')[1]
    main = re.sub(r"^    ", "", main, flags=re.MULTILINE).strip()
    new = nbformat.v4
    order = framework.image_layout
    picture = base64.b64encode(
        network_drawing.network_file(order).encode()
    ).decode()
    first = implementations([framework.name])[0]
    quiet = first.backend.name == "tensorflow"
    cells = [
        new.new_markdown_cell(
            f"# {framework.label}: the whole file, run\n\nThe sections of "
            f"`snippets/{framework.name}/convnet.py`, executed when this site "
            f"was built. {backend_sentence(framework)}\n\n![The network, "
            f"{AXIS_ORDERS[order]}: {network_drawing.describe_shapes(order)}]"
            "(attachment:network.svg)",
            attachments={"network.svg": {"image/svg+xml": picture}},
        ),
        *([new.new_code_cell(QUIET_CELL)] if quiet else []),
        new.new_code_cell(head),
    ]
    for name, code in SECTION.findall(source):
        cells.append(new.new_markdown_cell(SECTION_TITLES[name]))
        cells.append(new.new_code_cell(code.strip()))
    cells += [
        new.new_markdown_cell("4,000 digits to train on, 1,000 to test on."),
        new.new_code_cell(main),
        new.new_markdown_cell("One digit, and what the network thinks of it."),
        new.new_code_cell(DIGIT_CELL),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    book = new.new_notebook(cells=cells)
    book.metadata.kernelspec = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    return nbformat.writes(book) + "\n"


def folder_files() -> dict[Path, str]:
    """Return every notebook."""
    return {
        path: make_notebook(f) for path, f in notebook_frameworks().items()
    }
