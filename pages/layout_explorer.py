"""What the layout explorer and the calculator know of the frameworks:
docs/assets/explorer/frameworks.js, a module of JavaScript."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lab.frameworks import ROOT, Framework, frameworks

MODULE = """\
// Written by `python -m pages` from snippets/*/framework.toml.

/**
 * Whose order a layout is. A tensor's own name for one stands before it.
 * @type {{Object<string, string>}}
 */
export const NAMES = {names};

/**
 * The orders that they have, of images, kernels and the dense layer's kernel.
 * @type {{{{image: string[], kernel: string[], dense: string[]}}}}
 */
export const ORDERS = {orders};

/**
 * How one moves an array `x` from one layout to another.
 * @typedef {{object}} Arrays
 * @property {{string}} name  the folder
 * @property {{string}} label
 * @property {{string}} module  whose reshape() and transpose() take x
 * @property {{string}} method  that transposes, where x has methods instead
 * @property {{string}} whole  around all of that, with {{}} in its place
 * @property {{boolean}} batchFirst  the batch is no axis that can be moved
 * @property {{Object<string, string>}} sameShape  "NCHW NHWC" → what moves the
 *   memory alone
 */

/** @type {{Arrays[]}} */
export const ARRAYS = {arrays};
"""


def join_unique(labels: Iterable[str]) -> str:
    """Return each once, in the order of the site."""
    return ", ".join(dict.fromkeys(labels))


def layout_names(all_frameworks: Iterable[Framework]) -> dict[str, str]:
    """{layout: whose it is}. The reference is left out: what it wants is
    this site's choice."""
    asked = [f for f in all_frameworks if not f.reference]
    plain: dict[str, list[str]] = {}
    shaped: dict[str, dict[str, list[str]]] = {}
    for f in asked:
        plain.setdefault(f.image_layout, []).append(f.label)
        plain.setdefault(f.kernel_layout, []).append(f.label)
        shape = "×".join(map(str, f.dense_shape))
        of_shape = shaped.setdefault(f"dense {f.dense_layout}", {})
        of_shape.setdefault(shape, []).append(f.label)
        # Flattened, the features lie as the rows of the dense layer do.
        if len(f.dense_shape) == 2:
            order = f.dense_layout.replace("O", "")
            of_shape = shaped.setdefault(f"flat N{order}", {})
            shape = f"N×{max(f.dense_shape)}"
            of_shape.setdefault(shape, []).append(f.label)
    # What keeps the shape comes last: it is a matter of memory alone.
    whose = {layout: [join_unique(labels)] for layout, labels in plain.items()}
    for f in asked:
        for layout, name in f.also.items():
            whose.setdefault(layout, []).append(f"{f.label}’s {name}")
    for layout, shapes in shaped.items():
        whose[layout] = [
            f"{join_unique(who)}: {s}" for s, who in shapes.items()
        ]
    return {
        layout: "; ".join(dict.fromkeys(owners))
        for layout, owners in whose.items()
    }


def axis_orders(all_frameworks: Iterable[Framework]) -> dict[str, list[str]]:
    """Return the layouts of each kind of tensor, each once."""
    every = list(all_frameworks)
    return {
        "image": list(dict.fromkeys(f.image_layout for f in every)),
        "kernel": list(dict.fromkeys(f.kernel_layout for f in every)),
        "dense": list(dict.fromkeys(f.dense_layout for f in every)),
    }


def array_calls(all_frameworks: Iterable[Framework]) -> list[dict[str, Any]]:
    """Return what [arrays] says of each that has it, as calculator.js takes
    it."""
    return [
        {
            "name": f.name,
            "label": f.label,
            "module": f.arrays.module,
            "method": f.arrays.method,
            "whole": f.arrays.whole,
            "batchFirst": f.arrays.batch_first,
            "sameShape": {
                f"{framework_layout} {layout}": f.arrays.same_shape.replace(
                    "{}", name
                )
                for layout, name in f.also.items()
                for framework_layout in (f.image_layout, f.kernel_layout)
                if f.arrays.same_shape
                and sorted(framework_layout) == sorted(layout)
            },
        }
        for f in all_frameworks
        if f.arrays
    ]


def folder_files(found: Iterable[Framework] | None = None) -> dict[Path, str]:
    """Return every generated file: path to text."""
    every = list(frameworks() if found is None else found)
    made = {
        "names": layout_names(every),
        "orders": axis_orders(every),
        "arrays": array_calls(every),
    }
    text = MODULE.format(
        **{
            name: json.dumps(value, indent=2, ensure_ascii=False)
            for name, value in made.items()
        }
    )
    return {ROOT / "docs" / "assets" / "explorer" / "frameworks.js": text}
