"""What the pages say of speed, and what it stands on."""

import itertools
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import variants
from lab import results
from lab.errors import BadInput
from lab.frameworks import every, frameworks, reference
from pages import __main__ as command
from pages import benchmarks, faster
from pages.charts.waterfall import Step, waterfall_chart
from pages.markup import titles
from pages.ranking import FORWARD_FLOP, TRAINING_FLOP

pytestmark = pytest.mark.pure

KINDS = list(results.NAMES)
NEED_A_GPU = {"parity-gpu"}  # and may be missing: a page says so


@pytest.mark.parametrize("kind", KINDS)
def test_all_results_are_as_the_schema_has_them(kind: str) -> None:
    """In the words of another validator, which knows formats too."""
    paths = sorted((results.FOLDER / kind).rglob("*.json"))
    assert len(results.load(kind)) == len(paths)
    if kind in NEED_A_GPU and not paths:
        return
    assert paths
    schema = results.FOLDER / "schemas" / f"{kind}.json"
    checked = subprocess.run(
        [
            sys.executable,
            "-m",
            "check_jsonschema",
            "--schemafile",
            schema,
            *paths,
        ],
        capture_output=True,
    )
    assert checked.returncode == 0, checked.stdout


def test_operations_are_counted_as_the_layers_have_them() -> None:
    """2 for each multiply-add; PyTorch's own counter says the same."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    today = [f for f in frameworks() if f.era == "today"]
    [listing] = [f for f in today if f.import_name == torch.__name__]
    path = str(listing.folder / "convnet.py")
    model = runpy.run_path(path)["build_model"]()
    with FlopCounterMode(display=False) as counter:
        loss = model(torch.zeros(1, 1, 28, 28)).sum()
        assert counter.get_total_flops() == FORWARD_FLOP == 7_739_648
        loss.backward()
    assert counter.get_total_flops() == TRAINING_FLOP


def test_every_implementation_is_measured_as_its_page_shows_it() -> None:
    pages = [v for v in variants.variants() if v.group == "page"]
    assert [v.implementation for v in pages] == [
        i for i in every() if i != reference()
    ]
    assert all(variants.of_page(v.said) for v in pages)


def test_a_result_is_of_the_variant_that_has_its_name() -> None:
    """So that measuring goes on in the files that are there."""
    named = variants.load()
    for result in results.load("benchmarks"):
        name = result["variant"]["name"]
        if name in named:
            assert named[name].record == result["variant"]


@pytest.mark.parametrize(
    "text, words",
    [
        ("[x]\nfrobnicate = 1", "frobnicate"),
        ('[x]\ngroup = "best"', "group"),
        ('[x]\nbackend = "abacus"', "x.backend: 'abacus' is not one of"),
        ('[x]\ncases = ["train-129"]', "did you mean 'train-128'?"),
        ("[x", "at end of document"),
        ("x = " + "[" * 5000, "recursion"),
        ('[{page}]\nmodule = "fast"', "is the listing itself"),
        ("[{other}]", "a second of that name"),
    ],
)
def test_spoilt_variants_are_refused_in_one_line(
    text: str, words: str, tmp_path: Path
) -> None:
    framework = next(f for f in frameworks() if len(f.backends) == 1)
    path = tmp_path / framework.name / "variants.toml"
    path.parent.mkdir()
    other = next(v.name for v in variants.load().values())
    text = text.replace("{page}", framework.name).replace("{other}", other)
    path.write_text(text)
    with pytest.raises(BadInput) as error:
        variants.load(tmp_path)
    said = str(error.value)
    assert str(path) in said and words in said and "\n" not in said


def test_titles() -> None:
    """An implementation is called the same wherever it stands."""
    for i in every():
        said = titles.implementation_title(i, "1.2.3+cpu")
        assert said.startswith(f"{i.framework.label} 1.2.3")
        assert "+" not in said
        assert (" on " in said) == bool(i.backend.name)
        if i.backend.name:
            # A library is called what its own framework is called.
            on = said.partition(" on ")[2]
            assert on in {f.label for f in frameworks()}
        assert titles.implementation_title(i, None) == said.replace(
            " 1.2.3", ""
        )


def test_pairs_are_of_one_label() -> None:
    for then, now in benchmarks.era_pairs():
        assert then.framework.era == "2018"
        if now:
            assert now.framework.era == "today"
            assert now.framework.label == then.framework.label
            assert now.backend == now.framework.backends[0]


def test_faster_has_steps_of_every_fast_module() -> None:
    fast = {
        v.implementation.slug
        for v in variants.variants()
        if v.group == "fast" and v.precision == "float32"
    }
    for i in every():
        there = (i.framework.folder / "fast.py").exists()
        assert there == (i.slug in fast), i.title
    names = [path.stem for path in faster.result_files()]
    assert {n[10:] for n in names if n.startswith("waterfall-")} == fast
    known = variants.load()
    for i in every():
        if i.slug not in fast:
            continue
        # Each step is shown, and so is each alternative.
        ladder, _ = faster.step_names(i, known)
        assert known[ladder[-1]].precision == "float32"
        text = i.framework.source("fast.md")
        shown = re.findall(r"steps/([\w-]+)\.md", text)
        assert f"waterfall-{i.slug}" in shown
        assert f"alternatives-{i.slug}" in shown


def test_a_diff_leads_from_a_step_to_the_next() -> None:
    """`patch` makes the second listing of the first, but for what a diff
    leaves out between two places."""
    known = variants.load()
    for i in every():
        if not (i.framework.folder / "fast.py").exists():
            continue
        ladder, _ = faster.step_names(i, known)
        for before, after in itertools.pairwise(ladder):
            old, new = known[before], known[after]
            lines = faster.diff_lines(old, new)
            assert lines, after
            for sign, v in ("-", old), ("+", new):
                there = (
                    faster.export_lines(v)
                    + faster.call_lines(v)
                    + faster.source_lines(v)
                )
                said = [x[2:] for x in lines if x[:1] in (sign, " ")]
                assert set(said) <= {*there, ""}, after


def test_a_waterfall_s_bars_are_as_long_as_the_times() -> None:
    """In 214 of its units the slowest, of 100 ms."""
    times = 0.1, 0.06, None, 0.08, 0.05
    drawn = waterfall_chart(
        reference().framework,
        "k",
        "Title",
        [Step(f"step {n}", s) for n, s in enumerate(times)],
    )
    bar = r'class="bar ?(\w*) fw-\S+" x="([\d.]+)" .*?width="([\d.]+)"'
    found = [
        (kind, (float(x) - 228) / 2.14, float(wide) / 2.14)
        for kind, x, wide in re.findall(bar, drawn)
    ]
    wanted = [
        ("", 0, 100),  # the listing
        ("left", 0, 60),
        ("solid", 60, 40),  # saved
        ("left", 0, 60),
        ("", 60, 20),  # cost
        ("solid", 0, 50),  # the whole of what is left
    ]
    assert [kind for kind, *_ in found] == [kind for kind, *_ in wanted]
    for (_, *is_drawn), (_, *right) in zip(found, wanted, strict=True):
        assert is_drawn == pytest.approx(right, abs=0.1)
    assert drawn.count(">not measured<") == 1


ROW = re.compile(
    r"^\| .*<br>`([a-z0-9_-]+)`(?:<br><small.*?</small>)?(?:</span>)? "
    r"\|(.*)\|$"
)


def test_a_listing_has_one_number_for_a_case() -> None:
    """On every page: what stands under "ms" beside its name."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for path, text in command.generated_files().items():
        case = "train-128"  # of all tables but those that say another
        of = re.search(r"results/benchmarks/([a-z0-9-]+)/", text)
        machine = of[1] if of else ""
        for line in text.splitlines():
            if batch := re.search(r'data-batch="(\d+)"', line):
                what = "predict" if path.stem == "inference" else "train"
                case = f"{what}-{batch[1]}"
            if block := re.search(r'data-machine="([a-z0-9-]+)"', line):
                machine = block[1]
            cells = [cell.strip() for cell in line.split("|")]
            if line.startswith("|") and "ms" in cells:
                at = cells.index("ms")
            row = ROW.match(line)
            if row and re.fullmatch(r"[\d.,]+", cells[at]):
                key = machine, row[1], case
                found.setdefault(key, set()).add(cells[at])
    several = {key: cells for key, cells in found.items() if len(cells) > 1}
    assert found and not several
