"""Home: the digit to draw, its layers, and the mistakes to make.

`record_files()` writes what the page and its script need to know. `draw()`,
with `python -m pages --pictures`, draws the pictures: the test digits, ten of
them to begin with, and the maps that stand there without JavaScript.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import load_file

from lab import mnist
from lab.frameworks import ROOT, reference
from pages.markup.stale_remarks import stale_record_days, stale_sentence
from pages.markup.templates import render_template
from pages.paths import GENERATED

WEIGHTS = ROOT / "data" / "mnist.safetensors"
RECORD = ROOT / "evidence" / "digit" / "breaks.json"
REDRAWN = ROOT / "evidence" / "digit" / "redrawn.json"
ASSETS = ROOT / "docs" / "assets" / "digit"
STILL_DIGIT = 7  # the digit of the still pictures
AMBER = 184, 110, 0
# Of each layer: its name, what it is called, side, maps, maps in a row.
LAYERS = [
    ("image", "the image, 28×28×1", 28, 1, 1),
    ("conv1", "conv 1 and ReLU, 28×28×32", 28, 32, 8),
    ("pool1", "pool 1, 14×14×32", 14, 32, 8),
    ("conv2", "conv 2 and ReLU, 14×14×64", 14, 64, 16),
    ("pool2", "pool 2, 7×7×64", 7, 64, 16),
]
# Of each mistake: its name, the switch, what is written about it.
MISTAKES = [
    ("none", "Nothing broken", "same-numbers.md", "The same numbers"),
    (
        "flatten",
        "Dense rows transposed, not permuted",
        "what-went-wrong.md#flatten",
        "the cure",
    ),
    (
        "bytes",
        "PyTorch’s kernels read as H×W×I×O",
        "port.md#wrong-and-no-error",
        "the cure",
    ),
    (
        "swapped",
        "Height and width exchanged",
        "layouts.md#reshape-is-not-transpose",
        "why",
    ),
    (
        "pixels",
        "Pixels from 0 to 255",
        "what-went-wrong.md#imagenet-modes",
        "the cure",
    ),
    ("twice", "Softmax twice", "what-went-wrong.md#softmax-twice", "the cure"),
    ("stride", "A pool of stride 1", "layers/pooling.md", "whose default"),
]


def first_of_each_digit(labels: np.ndarray) -> list[int]:
    """Return the first test digit of each class."""
    return [int((labels == digit).argmax()) for digit in range(10)]


def facts_module() -> str:
    """Return what docs/assets/digit/digit.js knows of its files."""
    labels = mnist.load().test_labels
    digest = hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
    digits = "".join(map(str, labels))
    samples = json.dumps(first_of_each_digit(labels))
    lines = [
        f'  + "{digits[start : start + 70]}"'
        for start in range(0, len(digits), 70)
    ]
    return "\n".join(
        [
            "// Written by `python -m pages`.",
            "",
            "/** SHA-256 of weights.safetensors. */",
            f'export const DIGEST =\n  "{digest}";',
            "",
            "/** The labels of tests.png's digits, in their order. */",
            'export const LABELS = ""',
            *lines[:-1],
            f"{lines[-1]};",
            "",
            "/** The first of each class. */",
            f"export const SAMPLES = {samples};\n",
        ]
    )


def record_text(name: str) -> str:
    """Return the record of a mistake, in words."""
    record = json.loads(RECORD.read_text("utf-8"))
    if name not in record:
        return "it does not run"
    outcome = record[name]
    return (
        f"{outcome['right']} of 1,000 test digits right, on the average "
        f"{outcome['sure']:.0%} sure"
    )


def site_address(link: str) -> str:
    """As the built site has it, from Home."""
    page, _, anchor = link.partition("#")
    return page.removesuffix(".md") + "/" + (f"#{anchor}" if anchor else "")


def digit_section() -> str:
    """Return the board, the layers and the mistakes, in HTML."""
    layers = [
        {
            "name": name,
            "title": title,
            "width": columns * (side + 1) - 1,
            "height": maps // columns * (side + 1) - 1,
            "maps": maps,
        }
        for name, title, side, maps, columns in LAYERS
    ]
    mistakes = [
        {
            "name": name,
            "title": title,
            "record": record_text(name),
            "address": site_address(link),
            "link_text": link_text,
        }
        for name, title, link, link_text in MISTAKES
    ]
    return render_template(
        "digit.html",
        still=STILL_DIGIT,
        layers=layers,
        mistakes=mistakes,
        remark=stale_sentence({"": stale_record_days(RECORD)}),
    )


def record_files() -> dict[Path, str]:
    """Return the section of Home, and what its script knows."""
    return {
        GENERATED / "digit.md": digit_section(),
        ASSETS / "facts.js": facts_module(),
    }


def draw_pictures() -> None:
    """docs/assets/digit/*.png."""
    digits = mnist.load()
    sheet = digits.test_images.reshape(25, 40, 28, 28).swapaxes(1, 2)
    write_png(sheet.reshape(25 * 28, 40 * 28), "tests")
    chosen = digits.test_images[first_of_each_digit(digits.test_labels)]
    row = np.concatenate(list(chosen), axis=1)
    write_png(np.dstack([np.zeros_like(row), row]), "samples")

    listing = reference().framework.functions()
    model = listing["build_model"]()
    listing["load_weights"](model, load_file(WEIGHTS))
    x = chosen[STILL_DIGIT].reshape(1, 28, 28, 1) / 255
    after = {"image": x}
    names = iter(["", "conv1", "pool1", "", "conv2", "pool2"])
    for layer, *weights in model[:6]:
        x, _ = layer(x, *weights)
        after[next(names)] = x
    for name, _, side, number, columns in LAYERS:
        picture = np.zeros(
            (
                number // columns * (side + 1) - 1,
                columns * (side + 1) - 1,
                4,
            ),
            np.uint8,
        )
        values = after[name][0] / after[name].max()
        for c in range(number):
            top, left = (n * (side + 1) for n in divmod(c, columns))
            tile = picture[top : top + side, left : left + side]
            tile[..., :3] = AMBER
            tile[..., 3] = np.round(255 * values[..., c])
        write_png(picture, name)


def write_png(pixels: np.ndarray, name: str) -> None:
    """docs/assets/digit/<name>.png, whole or not at all."""
    path = ASSETS / f"{name}.png"
    temporary = path.with_name(f".{name}.png")
    Image.fromarray(pixels).save(temporary, optimize=True)
    temporary.replace(path)
