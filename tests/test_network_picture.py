"""The network's picture: what it says, held against NumPy and the models."""

import re

import numpy as np
import pytest
from safetensors.numpy import load_file

from lab.frameworks import ROOT, frameworks
from pages.charts import network_blocks, network_drawing
from pages.charts.network_drawing import AXIS_ORDERS
from pages.paths import ASSETS

ORDERS = sorted(AXIS_ORDERS)


@pytest.mark.parametrize("order", ORDERS)
def test_flattened_in_the_order_of_a_real_array(order: str) -> None:
    """A row-major array of that order, each number its own (h, w, c)."""
    shape = {"H": 7, "W": 7, "C": 64}
    places = np.empty([*shape.values()], object)
    for place in np.ndindex(*shape.values()):
        places[place] = place
    axes = ["HWC".index(axis) for axis in order[1:]]
    wanted = list(places.transpose(axes).ravel())
    assert network_blocks.flatten_order(order) == wanted
    for kind in "wide", "tall":
        drawn = re.findall(
            r">(\d+,\d+,\d+)<", network_drawing.network_figure(order, kind)
        )
        assert drawn == [",".join(map(str, p)) for p in wanted[:12]]


def test_parameters_are_those_of_the_file() -> None:
    weights = load_file(ROOT / "data" / "trained.safetensors")
    sizes = {
        name: sum(w.size for key, w in weights.items() if key.startswith(name))
        for name in ("conv1", "conv2", "dense")
    }
    learns = [
        layer.learns
        for layer in network_blocks.network_layers()
        if layer.learns
    ]
    flat, dense, every = network_drawing.network_sizes()
    assert [*learns, dense] == [*sizes.values()]
    assert every == sum(w.size for w in weights.values())
    assert flat == weights["dense.kernel"].size // 10


@pytest.mark.parametrize("order", ORDERS)
def test_shapes_are_those_of_the_listings(order: str) -> None:
    """In the comments of every framework of that order."""
    wanted = [
        layer.shape_text(order) for layer in network_blocks.network_layers()
    ]
    for f in frameworks():
        if f.image_layout == order:
            model = f.source().split("[start:model]")[1].split("[end:")[0]
            said = re.findall(
                r"\d+×\d+×\d+", " ".join(re.findall("#(.*)", model))
            )
            assert set(said) <= set(wanted) and said, f.name
            assert [s for s in wanted if s in said] == said, f.name


def test_blocks_turn_about_their_upright_axis() -> None:
    """Width and depth exchange; the height stays."""
    for layer in network_blocks.network_layers():
        last, first = (
            network_blocks.Block(layer, order, 0, 0, 1).sizes
            for order in ("NHWC", "NCHW")
        )
        assert last == first[::-1]


def test_file_bears_any_page() -> None:
    """It brings its own paper, and needs nothing of a page."""
    for order in ORDERS:
        text = (ASSETS / network_drawing.file_name(order)).read_text("utf-8")
        assert "var(" not in text and '<rect width="100%"' in text
