"""The phrasebook on layouts and shapes: what each script says is what NumPy,
or a count by hand, says.
"""

import numpy as np
import pytest

from lab.frameworks import frameworks
from tests import semantics
from tests.semantics import Said, numbers

said = semantics.said


# Layouts: NumPy's transpose and reshape.
def test_flatten_order(said: Said) -> None:
    first = np.zeros((64, 7, 7))
    first[5, 2, 3] = 1
    last = first.transpose(1, 2, 0)
    assert first.ravel().argmax() == 5 * 49 + 2 * 7 + 3
    assert last.ravel().argmax() == (2 * 7 + 3) * 64 + 5
    for name, start, array in [
        ("layouts_today", "torch Flatten:", first),
        ("layouts_today", "keras Flatten:", last),
        ("layouts_2018", "torch view:", first),
        ("layouts_2018", "keras Flatten:", last),
        ("layouts_2018", "tf.layers.flatten:", last),
    ]:
        assert numbers(said(name), start) == [array.ravel().argmax()]


def test_dense_rows_must_move(said: Said) -> None:
    lines = said("layouts_today")
    accuracy, same = numbers(lines, "rows of the dense layer moved")
    assert accuracy > 80 and same > 99.5
    accuracy, same = numbers(lines, "only transposed")
    assert accuracy < 35


def test_swapaxes_exchanges_height_and_width(said: Said) -> None:
    x = np.arange(2 * 1 * 3 * 4).reshape(2, 1, 3, 4)
    assert (x.swapaxes(1, 3) == x.transpose(0, 3, 2, 1)).all()
    assert x.swapaxes(1, 3).shape != x.transpose(0, 2, 3, 1).shape
    start = "moved, but images.swapaxes(1, 3)"
    accuracy, same = numbers(said("layouts_today"), start)
    assert accuracy < 50


def test_kernels_of_2018(said: Said) -> None:
    """Those of today: tests/test_contract.py, test_initial_weights."""
    sizes = {"O": 64, "I": 32, "H": 3, "W": 3}
    called = {"tensorflow": "tf.layers"}
    for f in frameworks():
        if f.era == "2018":
            name = called.get(f.import_name, f.import_name)
            conv = [sizes[axis] for axis in f.kernel_layout]
            found = numbers(said("layouts_2018"), f"{name}:")
            assert found == [*conv, *f.dense_shape]


def test_cntk_dense_keeps_the_shape_of_its_input(said: Said) -> None:
    lines = said("layouts_2018")
    assert numbers(lines, "cntk:")[4:] == [64, 7, 7, 10]
    assert lines[-1] == "CNTK's dense layer is C-order flattening, to 1e-05"


def test_tensorflow_nchw_on_the_cpu_needs_onednn(said: Said) -> None:
    lines = said("nchw_today")
    for start in "conv2d:", "its gradient:", "pool:":
        found = numbers(lines, start, "TF_ENABLE_ONEDNN_OPTS=1")
        assert found == [pytest.approx(0, abs=2e-3)]
    assert [line.split(": ")[1] for line in lines[-3:]] == [
        "UnimplementedError",
        "UnimplementedError",
        "InvalidArgumentError",
    ]


def test_tensorflow_1_has_no_nchw_on_the_cpu(said: Said) -> None:
    for line in said("nchw_2018"):
        assert "only supports NHWC" in line


# Shapes: counted by hand.
def test_pool_stride_defaults(said: Said) -> None:
    lines = said("shapes_today")
    assert numbers(lines, "keras MaxPooling2D:") == [28 // 2]
    assert numbers(lines, "torch MaxPool2d:") == [28 // 2]
    assert numbers(lines, "nnx.max_pool:") == [28 - 1]
    features = 26 * 26 * 64
    wide = [features, 320 + 18_496 + features * 10 + 10]
    assert numbers(lines, "this network with it:") == wide
    found = numbers(said("shapes_2018"), "MaxPooling's default:")
    assert found == [28, 28, 27, 27, 26, *wide]


def test_padding_defaults(said: Said) -> None:
    lines = said("shapes_today")
    assert numbers(lines, "keras Conv2D:") == [26]
    assert numbers(lines, "torch Conv2d:") == [26]
    assert numbers(lines, "nnx.Conv:") == [28]


def test_cntk_pad_defaults_to_false(said: Said) -> None:
    lines = said("shapes_2018")
    features = 5 * 5 * 64
    assert numbers(lines, "Convolution's default:") == [
        *[28, 26, 13, 11, 5, features, 320 + 18_496 + features * 10 + 10]
    ]
    assert numbers(lines, "as the network wants it:") == [
        *[28, 28, 14, 14, 7, 3136, 50_186]
    ]


def test_same_at_stride_2(said: Said) -> None:
    row = np.arange(1, 9)
    even = np.convolve(np.pad(row, 1), [1, 1, 1], "valid")[::2].tolist()
    late = np.convolve(np.pad(row, (0, 1)), [1, 1, 1], "valid")[::2].tolist()
    for name, start, sums in [
        ("shapes_today", "tf.nn.conv1d, SAME:", late),
        ("shapes_today", "keras.ops.conv, same:", late),
        ("shapes_today", "nnx.Conv, SAME:", late),
        ("shapes_today", "torch conv1d, padding=1:", even),
        ("shapes_2018", "tf.nn.conv1d, SAME:", late),
        ("shapes_2018", "torch conv1d, padding=1:", even),
        ("shapes_2018", "C.convolution, auto_padding:", even),
    ]:
        assert numbers(said(name), start) == sums
    assert "not supported for strided" in said("shapes_today")[-1]


def test_dropout_rate_and_keep_prob(said: Said) -> None:
    dropped, kept = [90, pytest.approx(1 / 0.9, abs=6e-4)], [10, 10]
    lines = said("dropout_2018")
    for start, wanted in [
        ("keras K.dropout(x, 0.1)", dropped),
        ("tf.layers.dropout(x, 0.1)", dropped),
        ("tf.nn.dropout(x, 0.1)", kept),
        ("torch.nn.Dropout(0.1)", dropped),
        ("C.layers.Dropout(0.1)", dropped),
        ("… keep_prob=0.1", kept),
    ]:
        assert numbers(lines, start) == wanted
    lines = said("dropout_today")
    for start in (
        "keras.layers.Dropout(0.1)",
        "torch.nn.Dropout(0.1)",
        "tf.nn.dropout(x, 0.1)",
        "nnx.Dropout(0.1)",
    ):
        assert numbers(lines, start) == dropped
    assert numbers(lines, "… after .eval()") == [100, 1]


@pytest.mark.parametrize("width", [7, 28, 224, 225])
@pytest.mark.parametrize("window", [2, 3, 5, 7])
def test_same_at_stride_2_by_width(width: int, window: int) -> None:
    """What JAX pads, by TensorFlow's rule, as docs/phrasebook.md has it."""
    from jax import lax

    ((before, after),) = lax.padtype_to_pads([width], [window], [2], "SAME")
    zeros = window - 2 if width % 2 == 0 else window - 1
    assert (before, after) == (zeros // 2, zeros - zeros // 2)
    alike = before == after == window // 2
    assert alike == (width % 2 == 1 and window % 2 == 1)
