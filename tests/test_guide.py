"""docs/contributing.md, step by step: a copy of a framework under another
name moves into a copy of the project, and comes out on the pages."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lab import gates
from lab.frameworks import GATE_EPOCHS, implementations
from pages.__main__ import generated_files
from tests.helpers import ROOT, unmarked

pytestmark = pytest.mark.pure

GUIDE = (ROOT / "docs" / "contributing.md").read_text("utf-8")
# What is copied; whoever leads the others has no twin.
MODEL = implementations(["pytorch2"])[0].framework
NAME, LABEL = "twin", "Twin"
# The pages' parts, and what each must show of the newcomer.
SHOWN = {
    "docs/generated/trust.md": "implementations",
    "docs/generated/tabs/convnet-model.md": f"snippets/{NAME}/convnet.py",
    "docs/generated/tabs/then-and-now-save.md": f'=== "{LABEL}"',
    "docs/generated/tabs/port-today.md": f"snippets/{NAME}/weights.py",
    "docs/generated/phrasebook/convolution.md": f"| {LABEL} |",
    "docs/generated/gates-mnist.md": f"| {LABEL} ",
    "docs/generated/gates-mnist-5k.md": f"| {LABEL} ",
    "docs/generated/parity.md": f"| {LABEL} ",
    "docs/generated/seeds.md": "| not measured |",
    "docs/generated/benchmarks/training.md": "not measured",
    "docs/generated/layouts.md": f"| {LABEL} |",
    "docs/assets/explorer/frameworks.js": LABEL,
    "README.md": f"| {NAME} |",
}

GAPS = f"""
from lab import check, frameworks
[twin] = [f for f in frameworks.frameworks() if f.name == "{NAME}"]
print(*check.gaps(twin), sep="\\n")
"""
# What it has measured is fresh, as if that had been just now.
FRESHEN = f"""
from lab import files, freshness, gates, results
for path in gates.FOLDER.glob("{NAME}-*.json"):
    found = freshness.add_sources("gates", results.read("gates", path))
    files.write_json(path, found)
"""


def commands(step: str) -> list[str]:
    """The commands of the guide that name a framework and hold `step`."""
    part = GUIDE.split("## Add a framework")[1].split("### ")[0]
    found = re.findall(r"^ +\$ (.*<name>.*)$", part, re.MULTILINE)
    return [c.replace("<name>", NAME) for c in found if step in c]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with one folder more, and what a newcomer has
    measured of it but for the last seed."""
    folder = tmp_path_factory.mktemp("guide") / "project"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout.splitlines()
    for path in map(Path, listed):
        if (ROOT / path).exists():
            (folder / path.parent).mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, folder / path, follow_symlinks=False)
    for environment in ".venv", ".venv-2018":
        (folder / environment).symlink_to(ROOT / environment)

    twin = folder / "snippets" / NAME
    shutil.copytree(folder / "snippets" / MODEL.name, twin)
    # Its benchmarks would have the names of the model's.
    (twin / "variants.toml").unlink(missing_ok=True)
    manifest = twin / "framework.toml"
    text = manifest.read_text("utf-8")
    text = text.replace(f'label = "{MODEL.label}"', f'label = "{LABEL}"')
    text = re.sub(r"^order = .*$", "order = 50", text, flags=re.MULTILINE)
    manifest.write_text(text, "utf-8")
    # There is none of 2018 under its name.
    with open(twin / "notes.md", "a", encoding="utf-8") as notes:
        notes.write(f"\n## then\n\n{LABEL} was not there.\n")
    for data in GATE_EPOCHS:
        # Of the whole MNIST there are all five: an epoch of it is long.
        for seed in gates.SEEDS[: -1 if data == "mnist-5k" else None]:
            run = f"{data}-{seed}.json"
            kept = folder / "results" / "gates"
            known = (kept / f"{MODEL.name}-{run}").read_text("utf-8")
            known = known.replace(f'"{MODEL.name}"', f'"{NAME}"')
            known = known.replace(f"/{MODEL.name}/", f"/{NAME}/")
            known = known.replace(f'"{MODEL.label}"', f'"{LABEL}"')
            (kept / f"{NAME}-{run}").write_text(known, "utf-8")
    carry_out(f".venv/bin/python -c '{FRESHEN}'", folder)
    return folder


def carry_out(command: str, folder: Path) -> str:
    """Run a line of the guide, as it stands there."""
    process = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.returncode == 0, f"{command}\n{process.stdout[-3000:]}"
    return process.stdout


def changed(folder: Path) -> set[str]:
    """The files of the copy that differ from the project's, or are new."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and "__pycache__" not in path.parts
        and not path.parts[len(folder.parts)].startswith(".")
        and (
            not (old := ROOT / path.relative_to(folder)).exists()
            or old.read_bytes() != path.read_bytes()
        )
    }


def test_what_is_not_measured_is_named(project: Path) -> None:
    """Of the newcomer, with the command that measures it."""
    said = carry_out(f".venv/bin/python -c '{GAPS}'", project)
    assert re.search(rf"{NAME}: gates mnist-5k: .*1 of 5 absent: `", said)
    assert f"{NAME}: parity: 1 of 1 absent: `" in said
    assert f"{NAME}: seeds: " in said
    for step in "check", "make results", "make parity":
        assert len(commands(step)) == 1


@pytest.mark.slow
@pytest.mark.framework
def test_the_guide_brings_a_framework_onto_the_pages(project: Path) -> None:
    [check] = commands("check")
    said = carry_out(check, project)
    assert f"{NAME}: contract: ok" in said and "FAILED" not in said
    # It names what the pages lack, and the command that measures it.
    assert re.search(rf"{NAME}: gates mnist-5k: .*1 of 5 absent: `", said)
    assert f"{NAME}: parity: 1 of 1 absent: `" in said

    [results], [parity] = commands("make results"), commands("make parity")
    carry_out(results, project)
    carry_out(parity, project)
    for path, words in SHOWN.items():
        text = (project / path).read_text("utf-8")
        assert words in unmarked(text), path
    # What `check` said was missing is there.
    said = carry_out(f".venv/bin/python -c '{GAPS}'", project)
    assert f"{NAME}: gates mnist-5k:" not in said
    assert f"{NAME}: parity:" not in said
    assert f"{NAME}: seeds: " in said

    # Nothing that is written by hand was touched, but in its own folder.
    own = f"snippets/{NAME}/", f"results/gates/{NAME}-", "docs/generated/"
    written = {str(path.relative_to(ROOT)) for path in generated_files()} | {
        f"results/parity/{NAME}.json",
        f"docs/listings/{NAME}.txt",
    }
    for path in changed(project):
        assert path.startswith(own) or path in written, path

    build = ".venv/bin/mkdocs build --strict --quiet --site-dir built"
    environment = "NOTEBOOKS=false " + build
    carry_out(environment, project)
    page = (project / "built" / "convnet" / "index.html").read_text("utf-8")
    assert f"snippets/{NAME}/convnet.py" in page


def test_a_folder_that_lacks_something_is_told(project: Path) -> None:
    """One line that names the framework and what lacks it, and status 2 in
    every command; here, of the pages."""
    notes = project / "snippets" / NAME / "notes.md"
    text = notes.read_text("utf-8")
    notes.write_text(re.sub(r"## train\n(?s:.*?)(?=## )", "", text))
    process = subprocess.run(
        [".venv/bin/python", "-m", "pages", "--check"],
        cwd=project,
        capture_output=True,
        encoding="utf-8",
        env=os.environ,
    )
    notes.write_text(text)
    assert process.returncode == 2
    [line] = process.stderr.splitlines()
    assert NAME in line and "train" in line
