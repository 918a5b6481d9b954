"""The explorer's arithmetic against NumPy, PyTorch and the network."""

import base64
import importlib
import re

import msgspec
import numpy as np
import pytest
import torch

from lab import mnist
from lab.frameworks import frameworks, reference
from pages import cachelines, layout_explorer
from pages.cachelines import CONVOLUTION_INPUTS, LAYOUTS
from tests.javascript import ASSETS, evaluate, laid, offered

pytestmark = pytest.mark.pure

BATCHES = 1, 2, 6, 32, 128


def test_tensors_are_the_networks() -> None:
    name = reference().framework.name
    convnet = importlib.import_module(f"snippets.{name}.convnet")
    model = convnet.build_model()
    x, shapes = np.zeros((1, 28, 28, 1)), []
    for layer, *own in model:
        x, _ = layer(x, *own)
        shapes.append([x.shape[-1], *x.shape[1:-1]])  # C, H, W
    kernels = [w.shape for w in convnet.weights(model) if w.ndim > 1]
    text = (ASSETS / "explorer" / "tensors.js").read_text("utf-8")
    images = re.findall(r'image\("([^"]+)", (\d+), (\d+)', text)
    found = {name: [int(c), int(s), int(s)] for name, c, s in images}
    assert found["input"] == [1, 28, 28]
    assert found["after conv1"] == shapes[0]
    assert found["after pool1"] == shapes[2]
    assert found["after conv2"] == shapes[3]
    assert found["after pool2"] == found["flattened"] == shapes[5]
    assert kernels[0] == (3, 3, 1, 32) and kernels[1] == (3, 3, 32, 64)
    assert re.findall(r"kernel\(\"kernel of conv\d\", (\d+), (\d+)", text) == [
        ("32", "1"),
        ("64", "32"),
    ]
    assert kernels[2] == (7 * 7 * 64, 10)
    assert "sizes: { O: 10, C: 64, H: 7, W: 7 }" in text


def test_a_framework_that_comes_is_named() -> None:
    # Orders that no framework has.
    new = msgspec.structs.replace(
        reference().framework,
        name="new",
        label="New",
        kernel_layout="OWHI",
        dense_shape=[10, 3136],
        dense_layout="OWHC",
        reference=False,
    )
    before = layout_explorer.layout_names(frameworks())
    after = layout_explorer.layout_names([*frameworks(), new])
    assert after["dense OWHC"] == "New: 10×3136"
    assert "New" in after["OWHI"] and "New" in after["flat NWHC"]
    images, *also = after["NHWC"].split("; ")
    assert images.endswith(", New")
    assert before["NHWC"] == "; ".join([images[: -len(", New")], *also])
    found = layout_explorer.axis_orders([*frameworks(), new])
    assert "OWHI" in found["kernel"] and "OWHC" in found["dense"]
    assert "new" in [
        each["name"] for each in layout_explorer.array_calls([new])
    ]
    # Each order that one has can be chosen.
    tensors = evaluate("explorer/tensors", "return m.TENSORS")
    for f in frameworks():
        assert f.image_layout in tensors["pool1"]["layouts"]
        assert f.kernel_layout in tensors["kernel2"]["layouts"]
        assert f.dense_layout in tensors["dense"]["layouts"]


def test_strides_are_numpys_and_pytorchs() -> None:
    assert len(offered()) >= 5 * 5 + 2 + 2 * 5 + 4
    cases = [
        (layout, sizes | ({"N": batch} if "N" in sizes else {}))
        for batch in BATCHES
        for _, sizes, layout in offered()
    ]
    found = evaluate(
        "explorer/layout",
        "return a.map(([layout, sizes]) => m.dims(layout, sizes))",
        cases,
    )
    for (layout, sizes), dims in zip(cases, found):
        shape = laid(layout, dict.fromkeys(sizes, 1) | sizes).shape
        assert [dim["size"] for dim in dims] == list(shape), layout
        strides = [dim["stride"] for dim in dims]
        array = np.empty(shape, np.float32)
        assert [4 * stride for stride in strides] == list(array.strides)
        assert strides == list(torch.empty(shape).stride())
        # PyTorch's own other orders, behind the shape that it keeps.
        if layout in ("NHWC", "OHWI"):
            logical = torch.empty(list(sizes.values()))
            last = logical.contiguous(memory_format=torch.channels_last)
            by_axis = {dim["axis"]: dim["stride"] for dim in dims}
            wanted = [by_axis[axis] for axis in sizes]
            # A size of 1 has no stride that matters, and PyTorch's differ.
            assert [s for s, n in zip(wanted, sizes.values()) if n > 1] == [
                s for s, n in zip(last.stride(), sizes.values()) if n > 1
            ]


def test_every_offset_is_numpys() -> None:
    """Each index of each tensor and layout, in a batch of 2; and back."""
    # And one with blocks in blocks, as the calculator takes it.
    nested = [("nested", {"O": 20, "I": 40, "H": 3, "W": 3}, "OIhw4i16o4i")]
    cases = [
        (name, layout, sizes | ({"N": 2} if "N" in sizes else {}))
        for name, sizes, layout in [*offered(), *nested]
    ]
    found = evaluate(
        "explorer/layout",
        """
        return a.map(([name, layout, sizes]) => {
          const dims = m.dims(layout, sizes);
          const axes = Object.keys(sizes), found = [];
          let back = true;
          const walk = (index, i) => {
            if (i < axes.length)
              for (let n = 0; n < sizes[axes[i]]; n++)
                walk({ ...index, [axes[i]]: n }, i + 1);
            else {
              const at = m.offset(dims, index), same = m.indexAt(dims, at);
              back &&= axes.every(axis => same[axis] === index[axis]);
              found.push(at);
            }
          };
          walk({}, 0);
          return [found.join(), back]; // a list would be slow to hand over
        });
        """,
        cases,
    )
    assert len(found) == len(cases)
    for (name, layout, sizes), (words, back) in zip(cases, found):
        offsets = np.array(words.split(","), int)
        memory = laid(layout, sizes).ravel()
        assert back, (name, layout)
        assert (memory[offsets] == np.arange(1, len(offsets) + 1)).all()
        assert np.count_nonzero(memory) == len(offsets)


def test_padding_is_known() -> None:
    padding = evaluate(
        "explorer/layout",
        """
        const sizes = { N: 1, C: 1, H: 2, W: 2 };
        const dims = m.dims("nChw8c", sizes);
        return [...Array(m.volume(dims)).keys()].filter(
          at => !m.inside(m.indexAt(dims, at), sizes))
        """,
    )
    assert padding == [n for n in range(32) if n % 8]


@pytest.mark.parametrize(
    "layout, words",
    [
        ("", "letters"),
        ("N-C", "letters"),
        ("NCCW", "twice"),
        ("NCHW8d", "no axis"),
        ("NCHW0c", "no axis"),
    ],
)
def test_a_wrong_layout_is_named(layout: str, words: str) -> None:
    said = evaluate(
        "explorer/layout",
        "try { m.parse(a) } catch (e) { return e.message }",
        layout,
    )
    assert words in said


@pytest.mark.parametrize(
    "layer, tensor", [("conv1", "input"), ("conv2", "pool1")]
)
def test_windows_touch_the_lines_that_numpy_finds(
    layer: str, tensor: str
) -> None:
    channels, side = CONVOLUTION_INPUTS[layer]
    for layout in LAYOUTS:
        where = cachelines.number_offsets(layout, 128, channels, side, side)[0]
        found = evaluate(
            "explorer/layout",
            """
            const { TENSORS } = await load("explorer/tensors");
            const [tensor, layout, side] = a;
            const { window, sizes } = TENSORS[tensor];
            sizes.N = 128;
            const dims = m.dims(layout, sizes), found = [];
            for (let H = 0; H < side; H++)
              for (let W = 0; W < side; W++) {
                const read = m.reads(window, sizes, { N: 0, C: 0, H, W });
                found.push([read.map(index => m.offset(dims, index)),
                  m.lines(dims, read, 16).size]);
              }
            return found;
            """,
            [tensor, layout, side],
        )
        windows = list(cachelines.window_offsets(where))
        assert len(found) == len(windows) == side * side
        for (offsets, lines), wanted in zip(found, windows):
            assert offsets == wanted.tolist()
            assert lines == len(set((wanted // 16).tolist()))


def test_digit_is_the_first_test_digit() -> None:
    digit = evaluate(
        "explorer/digit", "return btoa(String.fromCharCode(...m.DIGIT))"
    )
    wanted = mnist.load().test_images[0]
    assert base64.b64decode(digit) == wanted.tobytes()


@pytest.mark.parametrize(
    "sizes, before, after",
    [
        ({"N": 1, "C": 1, "H": 28, "W": 28}, "NCHW", "NHWC"),
        ({"N": 6, "C": 1, "H": 28, "W": 28}, "NCHW", "HWCN"),
        ({"N": 2, "C": 32, "H": 14, "W": 14}, "NHWC", "NCHW"),
        ({"N": 1, "C": 32, "H": 14, "W": 14}, "nChw8c", "NCHW"),
    ],
)
def test_scrambled_picture_is_numpys_reshape(
    sizes: dict[str, int], before: str, after: str
) -> None:
    index = {"N": sizes["N"] - 1, "C": sizes["C"] // 2, "H": 0, "W": 0}
    found = evaluate(
        "explorer/state",
        """
        const { right, wrong } = m.scramble(...a);
        return [[...right], [...wrong]]
        """,
        [before, after, sizes, index],
    )
    step = 28 // sizes["H"]
    digit = mnist.load().test_images[0].reshape(sizes["H"], step, -1, step)
    share = 1 - np.arange(sizes["C"]) / (2 * sizes["C"])
    image = np.floor(share[:, None, None] * digit.max((1, 3)) + 0.5)
    batch = np.broadcast_to(image, list(sizes.values()))
    memory = batch.ravel()[laid(before, sizes).ravel() - 1]
    wrong = memory.reshape(laid(after, sizes).shape)
    if after == "HWCN":
        wrong = wrong.transpose(3, 2, 0, 1)
    elif after == "NHWC":
        wrong = wrong.transpose(0, 3, 1, 2)
    at = index["N"], index["C"]
    assert found[0] == batch[at].ravel().tolist()
    assert found[1] == wrong[at].ravel().tolist()
    assert (found[0] == found[1]) == (sizes["N"] * sizes["C"] == 1)
