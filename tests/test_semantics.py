"""The phrasebook: each of semantics/*.py says what is recorded, and what it
says is what a formula, NumPy or a count by hand says."""

import concurrent.futures
import functools
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from conftest import REQUIRE_ALL, ROOT

from scripts import curves
from snippets import running

SCRIPTS = sorted(path.stem for path in (ROOT / "semantics").glob("*.py"))
PAGE = (ROOT / "docs" / "phrasebook.md").read_text("utf-8")
# What is written out in NumPy calls nothing by a name of its own.
FRAMEWORKS = [f for f in running.frameworks() if f["label"] != "NumPy"]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# What was trained differs a little from processor to processor.
TOLERANCE = {
    "unit_gain_2018": 0.1,
    "double_softmax_today": 3.0,
    "layouts_today": 3.0,
}
# The first epoch is enough: both networks train in turn, step by step.
LINES = {"unit_gain_2018": 33}


def recorded(name):
    path = ROOT / "semantics" / f"{name}.txt"
    return path.read_text("utf-8").splitlines()[: LINES.get(name)]


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """The lines that a script of semantics/ prints. All run once, in pairs:
    most of their time is one core's, importing a framework."""
    folder = tmp_path_factory.mktemp("semantics")
    run_2018 = next(run for run in running.runs() if run["era"] == "2018")
    python_2018 = running.interpreter(run_2018, folder)

    def run(name):
        python = python_2018 if name.endswith("_2018") else [sys.executable]
        if python is None:
            return None
        lines = []
        errors = folder / f"{name}.err"
        with (
            errors.open("w") as stderr,
            subprocess.Popen(
                [*python, ROOT / "semantics" / f"{name}.py"],
                cwd=folder,
                env=os.environ
                | {
                    # Two run at a time, and threads that wait spin.
                    "OMP_NUM_THREADS": "1",
                    "PYTHONIOENCODING": "utf-8",
                    "TF_CPP_MIN_LOG_LEVEL": "2",
                    "TMPDIR": str(folder),
                },
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                encoding="utf-8",
            ) as process,
        ):
            for line in process.stdout:
                lines.append(line.rstrip("\n"))
                if len(lines) == LINES.get(name):
                    process.terminate()
                    break
        assert name in LINES or process.returncode == 0, (
            errors.read_text("utf-8", "replace")[-2000:]
        )
        return lines

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        longest_first = sorted(SCRIPTS, key=lambda name: name not in TOLERANCE)
        runs = {name: pool.submit(run, name) for name in longest_first}

        def lines(name):
            found = runs[name].result()
            if found is None:
                (pytest.fail if REQUIRE_ALL else pytest.skip)(running.NO_2018)
            return found

        yield lines
        pool.shutdown(cancel_futures=True)


def numbers(lines, start, within=""):
    """The numbers after `start`, on the first line that begins with it, below
    the first line that begins with `within`."""
    lines = [line.strip() for line in lines]
    top = next(n for n, line in enumerate(lines) if line.startswith(within))
    line = next(line for line in lines[top:] if line.startswith(start))
    return [float(number) for number in NUMBER.findall(line[len(start) :])]


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_prints_what_is_recorded(said, name):
    found, wanted = said(name), recorded(name)
    if name not in TOLERANCE:
        assert found == wanted
        return

    def words(lines):
        return [NUMBER.sub("#", " ".join(line.split())) for line in lines]

    assert words(found) == words(wanted)
    found, wanted = [
        [float(n) for line in lines for n in NUMBER.findall(line)]
        for lines in (found, wanted)
    ]
    assert found == pytest.approx(wanted, abs=TOLERANCE[name])


# Optimisers: the recurrences, in float64.
GRADIENTS = np.random.RandomState(0).rand(100)


def inside(decay, rate=0.05):
    """Nesterov with the rate inside the velocity, as Keras has it."""
    w = v = 0.0
    for step, g in enumerate(GRADIENTS):
        eta = rate / (1 + decay * step)
        v = 0.9 * v - eta * g
        w += 0.9 * v - eta * g
    return w


def outside(decay, late=0):
    """Nesterov with the rate outside the buffer, as torch has it; the rate
    may be `late` steps behind."""
    w = b = 0.0
    for step, g in enumerate(GRADIENTS):
        eta = 0.05 / (1 + decay * max(step - late, 0))
        b = 0.9 * b + g
        w -= eta * (g + 0.9 * b)
    return w


def both(formula, **options):
    return pytest.approx(
        [formula(decay, **options) for decay in (0, 0.01)], abs=6e-4
    )


def test_formulas_agree_at_a_constant_rate_alone():
    assert inside(0) == pytest.approx(outside(0), rel=1e-12)
    assert inside(0.01) != pytest.approx(outside(0.01), rel=0.04)


def test_keras_keeps_the_rate_inside_the_momentum(said):
    for name in "momentum_today", "momentum_2018":
        found = numbers(said(name), "keras.optimizers.SGD")
        assert found == both(inside)


def test_torch_keeps_the_rate_outside_the_momentum(said):
    for name in "momentum_today", "momentum_2018":
        assert numbers(said(name), "torch.optim.SGD") == both(outside)


def test_tensorflow_1_and_optax_are_of_torchs_family(said):
    found = numbers(said("momentum_2018"), "tf.train.MomentumOptimizer")
    assert found == both(outside)
    assert numbers(said("momentum_today"), "optax.sgd") == both(outside)


def test_torch_1_scheduler_stepped_late_lags_a_step(said):
    start = "… its scheduler stepped after it"
    found = numbers(said("momentum_2018"), start)
    assert found == both(outside, late=1)
    assert outside(0.01, late=1) != pytest.approx(outside(0.01), rel=0.005)


def test_keras_decay_is_a_schedule_per_step(said):
    assert 12 * -(-60_000 // 128) == 5628
    rate = 0.05 / (1 + 1e-6 * 5628)
    assert rate / 0.05 == pytest.approx(0.9944, abs=5e-5)
    found = numbers(said("decay_2018"), "after 5628 steps:")
    assert found == pytest.approx([rate], abs=6e-6)
    found = numbers(said("decay_today"), "InverseTimeDecay(0.05, 1, 1e-6):")
    assert found == pytest.approx([rate], abs=6e-6)


def test_keras_3_ignores_decay(said):
    assert said("decay_today")[0].endswith("and will be ignored.")


def test_weight_decay_shrinks_weights(said):
    w, b = 1.0, 0.0
    for _ in range(5628):
        b = 0.9 * b + 1e-6 * w
        w -= 0.05 * (1e-6 * w + 0.9 * b)
    found = numbers(said("decay_today"), "PyTorch, weight_decay=1e-6: rate")
    assert found == pytest.approx([0.05, w], abs=6e-6)


def test_weight_decay_bypasses_keras_momentum(said):
    found = numbers(said("decay_today"), "Keras, weight_decay=1e-6: rate")
    assert found == pytest.approx([0.05, (1 - 0.05e-6) ** 5628], abs=6e-6)


def test_cntk_unit_gain_scales_the_step_by_a_tenth(said):
    lines = said("momentum_cntk_2018")
    assert numbers(lines, "unit_gain=False") == both(inside)
    assert numbers(lines, "its default, rate 0.5") == both(inside)
    lines = [line.replace("its default  ", "default") for line in lines]
    assert numbers(lines, "default") == both(inside, rate=0.005)


def test_cntk_unit_gain_slows_this_network(said):
    lines = said("unit_gain_2018")
    # Both start from the same weights; after an epoch one has learnt.
    assert len(set(numbers(lines, "1 "))) == 1
    true, false = numbers(lines, "32 ")
    assert true > 1.8 and false < 1.0


def test_cntk_rates_and_minibatch_size(said):
    lines = said("learning_rate_2018")
    for start, factors in [
        ("learning_parameter_schedule(0.05)", (1, 1)),
        ("… minibatch_size=128", (1, 32 / 128)),
        ("… minibatch_size=1 ", (128, 32)),
        ("learning_parameter_schedule_per_sample(0.05)", (128, 32)),
    ]:
        steps = [0.05 * factor for factor in factors]
        assert numbers(lines, start) == pytest.approx(steps, abs=6e-5)


# Weights: sqrt(6 / (fan in + fan out)) and 1 / sqrt(fan in).
FAN_IN = np.array([9 * 1, 9 * 32, 3136])
FAN_OUT = np.array([9 * 32, 9 * 64, 10])
GLOROT = np.sqrt(6 / (FAN_IN + FAN_OUT))


def reaches(found, bounds):
    """Whether the largest of many draws are just below their bounds."""
    shares = np.array(found) / bounds
    return (0.95 < shares).all() and (shares < 1.005).all()


def test_keras_and_tensorflow_draw_glorot_uniform(said):
    *kernels, deviation, bias = numbers(said("initial_weights_today"), "Keras")
    assert reaches(kernels, GLOROT) and bias == 0
    assert deviation == pytest.approx(GLOROT[2] / np.sqrt(3), rel=0.02)
    for name in "Keras", "TensorFlow":
        *kernels, bias = numbers(said("initial_weights_2018"), name)
        assert reaches(kernels, GLOROT) and bias == 0


def test_torch_draws_from_fan_in_and_biases_too(said):
    bounds = 1 / np.sqrt(FAN_IN)
    for name in "initial_weights_today", "initial_weights_2018":
        found = numbers(said(name), "PyTorch")
        assert reaches(found[:3], bounds)
        assert 0.5 * bounds[0] < found[-1] <= bounds[0]
    assert bounds[0] > 2 * GLOROT[0] and bounds[2] < GLOROT[2] / 2


def test_flax_draws_lecun_normal(said):
    *kernels, deviation, bias = numbers(said("initial_weights_today"), "Flax")
    assert deviation == pytest.approx(np.sqrt(1 / 3136), rel=0.02)
    # Cut off at two deviations, and widened to keep the variance.
    cut = 2 * np.sqrt(1 / FAN_IN) / 0.8796
    assert (np.array(kernels) < 1.005 * cut).all()
    assert reaches(kernels[1:], cut[1:]) and bias == 0


def test_cntk_counts_a_convolutions_fans_as_the_others_do(said):
    *kernels, bias = numbers(said("initial_weights_2018"), "CNTK")
    assert reaches(kernels, GLOROT) and bias == 0


# Losses: one digit, the true class at logit 0, another at 20.
LOGITS = np.array([0.0, 20.0] + 8 * [0.0])
TRUE = np.eye(10)[0]


def softmax(x):
    return np.exp(x - x.max()) / np.exp(x - x.max()).sum()


def test_logits_keep_the_loss_and_its_gradient(said):
    wanted = [-np.log(softmax(LOGITS)[0]), 1 - softmax(LOGITS)[0]]
    for backend in "tensorflow", "torch", "jax":
        lines = said("keras_softmax_today")
        start = "Dense, then from_logits=True"
        found = numbers(lines, start, within=backend)
        assert found == pytest.approx(wanted, abs=6e-3)


def test_keras_clips_probabilities(said):
    for backend in "torch", "jax":
        lines = said("keras_softmax_today")
        start = "Dense with softmax, then the default"
        found = numbers(lines, start, within=backend)
        # Past the clip at 1e-7 the loss is flat.
        assert found == pytest.approx([-np.log(1e-7), 0], abs=6e-3)


def test_keras_on_tensorflow_takes_the_softmax_back(said):
    lines = said("keras_softmax_today")
    plain = numbers(lines, "Dense, then from_logits=True", "tensorflow")
    p = softmax(LOGITS)
    # The true class has p = 2e-9, so the second softmax sees 0 and 1.
    twice = [-np.log(softmax(p)[0]), 0]
    assert twice[0] == pytest.approx(np.log(9 + np.e), abs=1e-6)
    for start in (
        "Dense, ops.softmax, then from_logits=True",
        "Dense with softmax, then from_logits=True",
    ):
        assert numbers(lines, start, "tensorflow") == plain
        for backend in "torch", "jax":
            found = numbers(lines, start, backend)
            assert found == pytest.approx(twice, abs=6e-3)
    start = "Dense with softmax, then the default"
    assert numbers(lines, start, "tensorflow") == plain


def test_double_softmax_trains_worse(said):
    lines = said("double_softmax_today")
    loss, accuracy = numbers(lines, "logits")
    double_loss, double_accuracy = numbers(lines, "probabilities")
    [best] = numbers(lines, "the lowest loss that probabilities can reach:")
    assert best == pytest.approx(np.log(np.e + 9) - 1, abs=6e-5)
    assert loss < 0.3 and double_loss > best
    assert double_accuracy < accuracy - 5


def test_tensorflow_and_optax_leave_a_loss_a_digit(said):
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((128, 10)).astype("float32")
    rows = logits.astype("float64")
    labels = rng.integers(0, 10, 128)
    losses = np.log(np.exp(rows).sum(axis=1)) - rows[range(128), labels]
    mean = pytest.approx(losses.mean(), abs=6e-5)
    lines = said("per_example_today")
    assert numbers(lines, "torch cross_entropy: (), mean") == [mean]
    start = "keras SparseCategoricalCrossentropy: (), mean"
    assert numbers(lines, start) == [mean]
    # A sum's gradient is 128 means'.
    assert numbers(lines, "tf.nn …_with_logits:") == [128, mean, 128]
    assert numbers(lines, "optax …_integer_labels:") == [128, mean]
    assert "only defined for scalar-output" in lines[-1]


# Layouts: NumPy's transpose and reshape.
def test_flatten_order(said):
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


def test_dense_rows_must_move(said):
    lines = said("layouts_today")
    accuracy, same = numbers(lines, "rows of the dense layer moved")
    assert accuracy > 80 and same > 99.5
    accuracy, same = numbers(lines, "only transposed")
    assert accuracy < 35


def test_swapaxes_exchanges_height_and_width(said):
    x = np.arange(2 * 1 * 3 * 4).reshape(2, 1, 3, 4)
    assert (x.swapaxes(1, 3) == x.transpose(0, 3, 2, 1)).all()
    assert x.swapaxes(1, 3).shape != x.transpose(0, 2, 3, 1).shape
    start = "moved, but images.swapaxes(1, 3)"
    accuracy, same = numbers(said("layouts_today"), start)
    assert accuracy < 50


def test_kernels_of_2018(said):
    """Those of today: tests/test_contract.py, test_initial_weights."""
    sizes = {"O": 64, "I": 32, "H": 3, "W": 3}
    imported = {"tf.layers": "tensorflow"}
    frameworks = {
        f["import_name"]: f for f in FRAMEWORKS if f["era"] == "2018"
    }
    for name in "keras", "tf.layers", "torch", "cntk":
        f = frameworks[imported.get(name, name)]
        conv = [sizes[axis] for axis in f["kernel_layout"]]
        found = numbers(said("layouts_2018"), f"{name}:")
        assert found == [*conv, *f["dense_shape"]]


def test_cntk_dense_keeps_the_shape_of_its_input(said):
    lines = said("layouts_2018")
    assert numbers(lines, "cntk:")[4:] == [64, 7, 7, 10]
    assert lines[-1] == "CNTK's dense layer is C-order flattening, to 1e-05"


def test_tensorflow_nchw_on_the_cpu_needs_onednn(said):
    lines = said("nchw_today")
    for start in "conv2d:", "its gradient:", "pool:":
        found = numbers(lines, start, "TF_ENABLE_ONEDNN_OPTS=1")
        assert found == [pytest.approx(0, abs=2e-3)]
    assert [line.split(": ")[1] for line in lines[-3:]] == [
        "UnimplementedError", "UnimplementedError", "InvalidArgumentError",
    ]


def test_tensorflow_1_has_no_nchw_on_the_cpu(said):
    for line in said("nchw_2018"):
        assert "only supports NHWC" in line


# Shapes: counted by hand.
def test_pool_stride_defaults(said):
    lines = said("shapes_today")
    assert numbers(lines, "keras MaxPooling2D:") == [28 // 2]
    assert numbers(lines, "torch MaxPool2d:") == [28 // 2]
    assert numbers(lines, "nnx.max_pool:") == [28 - 1]
    features = 26 * 26 * 64
    wide = [features, 320 + 18_496 + features * 10 + 10]
    assert numbers(lines, "this network with it:") == wide
    found = numbers(said("shapes_2018"), "MaxPooling's default:")
    assert found == [28, 28, 27, 27, 26, *wide]


def test_padding_defaults(said):
    lines = said("shapes_today")
    assert numbers(lines, "keras Conv2D:") == [26]
    assert numbers(lines, "torch Conv2d:") == [26]
    assert numbers(lines, "nnx.Conv:") == [28]


def test_cntk_pad_defaults_to_false(said):
    lines = said("shapes_2018")
    features = 5 * 5 * 64
    assert numbers(lines, "Convolution's default:") == [
        *[28, 26, 13, 11, 5, features, 320 + 18_496 + features * 10 + 10]
    ]
    assert numbers(lines, "as the network wants it:") == [
        *[28, 28, 14, 14, 7, 3136, 50_186]
    ]


def test_same_at_stride_2(said):
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


def test_dropout_rate_and_keep_prob(said):
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
        "keras.layers.Dropout(0.1)", "torch.nn.Dropout(0.1)",
        "tf.nn.dropout(x, 0.1)", "nnx.Dropout(0.1)",
    ):
        assert numbers(lines, start) == dropped
    assert numbers(lines, "… after .eval()") == [100, 1]


# The last batch: 128 and 72.
def test_keras_weighs_batches_by_their_size(said):
    lines = said("last_batch_today")
    batches = numbers(lines, "the batches:")
    mean = pytest.approx(np.dot(batches, [0.64, 0.36]), abs=2e-4)
    assert abs(np.mean(batches) - np.dot(batches, [0.64, 0.36])) > 0.005
    assert numbers(lines, "fit reports:") == [mean]
    assert numbers(lines, "evaluate reports:") == [mean]
    np.random.seed(0)
    rows = (3 * np.random.randn(200, 10)).astype("float64")
    labels = [0] * 128 + [9] * 72
    losses = np.log(np.exp(rows).sum(axis=1)) - rows[range(200), labels]
    mean = pytest.approx(losses.mean(), abs=2e-4)
    lines = said("last_batch_2018")
    assert numbers(lines, "keras fit:") == [mean]
    assert numbers(lines, "keras evaluate:") == [mean]
    halves = [losses[:128].mean(), losses[128:].mean()]
    found = numbers(lines, "CNTK, batch by batch:")
    assert found == pytest.approx(halves, abs=2e-4)


def test_estimator_does_not_weigh_batches(said):
    lines = said("last_batch_2018")
    [reported] = numbers(lines, "Estimator.evaluate:")
    halves = numbers(lines, "CNTK, batch by batch:")
    assert reported == pytest.approx(np.mean(halves), abs=2e-4)
    assert abs(reported - np.dot(halves, [0.64, 0.36])) > 0.05


def test_a_seed_fixes_the_order_on_tensorflow(said):
    """Four epochs have four orders, but for this one case."""
    lines = said("order_today")
    seeded = "fit(images, labels), set_random_seed:"
    for backend in "tensorflow", "torch", "jax":
        for way in "fit(images, labels), no seed:", "fit(data.shuffle), set":
            *_, found = numbers(lines, way, within=backend)
            assert found == 4
        wanted = 1 if backend == "tensorflow" else 4
        assert numbers(lines, seeded, within=backend) == [wanted]


# The page.
def test_figure_is_current():
    drawn = curves.svg(curves.RECORD.read_text("utf-8"))
    assert curves.FIGURE.read_text("utf-8") == drawn, "run scripts/curves.py"


@functools.cache
def named_tests():
    """The name of every test function there is."""
    return {
        name
        for path in (ROOT / "tests").glob("test_*.py")
        for name in re.findall(
            r"^ *def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE
        )
    }


def meanings(page):
    """The sections of "Same argument, different meaning", by title."""
    part = page.split("\n## Same argument, different meaning\n")[1]
    part = re.split(r"^## ", part, flags=re.MULTILINE)[0]
    _, *sections = re.split(r"^### (.+)\n", part, flags=re.MULTILINE)
    return dict(zip(sections[::2], sections[1::2], strict=True))


def unproved(page):
    """The sections that name no test, or one that is not there."""
    return [
        title
        for title, text in meanings(page).items()
        if not (named := re.findall(r"`(test_\w+)`", text))
        or not set(named) <= named_tests()
    ]


def test_every_meaning_names_its_test():
    assert len(meanings(PAGE)) >= 20
    assert unproved(PAGE) == []


def test_meaning_without_a_test_is_noticed():
    more = "\n### New\n\nNothing shows it.\n\n### Old\n\nTest: `test_not_here`"
    assert unproved(PAGE + more) == ["New", "Old"]


def test_every_test_of_semantics_is_named():
    """And the other way about: no test here whose row the page has lost."""
    source = (ROOT / "tests" / "test_semantics.py").read_text("utf-8")
    own = set(re.findall(r"^def (test_\w+)\(said\)", source, re.MULTILINE))
    assert own - set(re.findall(r"`(test_\w+)`", PAGE)) == set()


def test_bold_numbers_are_recorded():
    """A measured number in a section stands in a record that it names."""
    bold = 0
    for title, text in meanings(PAGE).items():
        records = "".join(
            (ROOT / path).read_text("utf-8")
            for path in set(re.findall(r"semantics/\w+\.txt", text))
        )
        for number in re.findall(r"\*\*([\d.,]+)[^*]*\*\*", text):
            bold += 1
            assert re.search(
                rf"(?<![\d.]){re.escape(number.replace(',', ''))}(?![\d.])",
                records,
            ), f"{title}: {number}"
    assert bold


def test_every_record_is_shown():
    assert set(SCRIPTS) == {
        path.stem for path in (ROOT / "semantics").glob("*.txt")
    }
    for name in SCRIPTS:
        assert f'--8<-- "semantics/{name}.txt"' in PAGE
        assert f'--8<-- "semantics/{name}.py"' in PAGE


def plain(code):
    """Code without comments, line breaks and kinds of quotes."""
    code = re.sub(r"#.*", "", code).replace('"', "'")
    code = re.sub(r"\s+", " ", code)
    return re.sub(r",? ?([)\]])", r"\1", code.replace("( ", "("))


def rows():
    """Each table row above "Same argument": title, frameworks, cells."""
    part = PAGE.split("\n## Same argument, different meaning\n")[0]
    _, *sections = re.split(r"^## (.+)\n", part, flags=re.MULTILINE)
    by_name = {f["name"]: f for f in FRAMEWORKS}
    for title, text in zip(sections[::2], sections[1::2], strict=True):
        for line in re.findall(r"^\| (.+) \|$", text, re.MULTILINE):
            name, *cells = line.split(" | ")
            if name in ("framework", "---"):
                continue
            kind, *versions = re.findall(r"[A-Z]\w+|\d", name)
            folders = [kind.lower() + version for version in versions]
            if not versions:
                folders = [{"CNTK": "cntk2", "JAX": "jax_flax"}[kind]]
            yield title, [by_name[folder] for folder in folders], cells


def test_tables_quote_the_listings():
    """Every name, with its arguments, is in that framework's listing."""
    seen = 0
    for title, frameworks, cells in rows():
        codes = [re.findall(r"`([^`]+)`", cell) for cell in cells]
        for f in frameworks:
            path = ROOT / "snippets" / f["name"] / "convnet.py"
            source = plain(path.read_text("utf-8"))
            if title in ("Training step", "Evaluation mode", "Saving"):
                wanted = [code for cell in codes for code in cell]
            elif len(codes[0]) == len(codes[1]) == 1:
                # The call itself, or functools.partial's.
                name, arguments = codes[0] + codes[1]
                wanted = [f"{name}({arguments}"]
                if plain(wanted[0]) not in source:
                    wanted = [f"({name}, {arguments}"]
            else:
                wanted = codes[0] + codes[1]
            for code in wanted:
                assert plain(code) in source, (title, f["name"], code)
                seen += 1
    assert seen > 100


def test_tables_quote_the_recorded_defaults():
    seen = 0
    for title, frameworks, (name, _, default, *_) in rows():
        for code in re.findall(r"`([^`]*=[^`]*)`", default):
            [called] = re.findall(r"`([^`]+)`", name)
            # Keras 2's listing imports short names, and adds Gated.
            called = re.sub("^K[.]", "backend.", called).replace("Gated", "")
            for f in frameworks:
                head = "keras." if f["import_name"] == "keras" else ""
                [line] = [
                    line
                    for line in recorded(f"defaults_{f['era']}")
                    if line.startswith(head)
                    and ("." + line.split(":")[0]).endswith("." + called)
                ]
                assert f" {plain(code)}," in line + ",", (title, f["name"])
                seen += 1
    assert seen > 25


def test_tables_give_the_layouts():
    seen = 0
    for title, frameworks, (*_, layout) in rows():
        for f in frameworks:
            if title == "Convolution":
                assert layout == f"{f['image_layout']}, {f['kernel_layout']}"
            elif title == "Pooling":
                assert layout == f["image_layout"]
            elif title == "Dense":
                assert layout == "×".join(map(str, f["dense_shape"]))
            else:
                continue
            seen += 1
    assert seen == 3 * len(FRAMEWORKS)


def test_tables_name_every_framework():
    names = {f["name"] for f in FRAMEWORKS}
    for wanted in {title for title, *_ in rows()}:
        named = {
            f["name"]
            for title, frameworks, _ in rows()
            for f in frameworks
            if title == wanted
        }
        assert named == names, wanted
