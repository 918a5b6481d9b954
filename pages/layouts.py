"""Tensor layouts: which framework wants what."""

from pathlib import Path

from lab.frameworks import Framework, frameworks
from pages.markup.tables import table
from pages.paths import GENERATED

# The axes of the second convolution's kernel.
KERNEL = {"O": 64, "I": 32, "H": 3, "W": 3}


def cells(framework: Framework) -> list[str]:
    """What it wants."""
    kernel = [KERNEL[axis] for axis in framework.kernel_layout]
    shapes = kernel, framework.dense_shape
    return [
        framework.image_layout,
        framework.kernel_layout,
        *("×".join(map(str, shape)) for shape in shapes),
    ]


def layouts() -> str:
    """A row for each label; for each era, where they differ."""
    rows = {}
    for f in frameworks():
        alike = [g for g in frameworks() if g.label == f.label]
        same = all(cells(g) == cells(f) for g in alike)
        name = f.label if same else f"{f.label}, {f.era}"
        rows[name] = [name, *cells(f)]
    head = ["framework", "images", "kernels", "second convolution",
            "dense layer"]  # fmt: skip
    return table(head, list(rows.values()), "lllll")


def folder_files() -> dict[Path, str]:
    """The table of layouts."""
    return {GENERATED / "layouts.md": layouts()}
