"""What the environments hold: npm's lock, and those of a GPU."""

import ast
import json
import re
import sys
from pathlib import Path

from lab.frameworks import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_what_npm_installs_is_locked() -> None:
    """By its digest, and nothing of it runs when it is installed."""
    folder = ROOT / "environments" / "explorer"
    lock = json.loads((folder / "package-lock.json").read_text("utf-8"))
    found = {name: p for name, p in lock["packages"].items() if name}
    assert found
    for package in found.values():
        assert package["integrity"].startswith("sha512-")
        assert "resolved" not in package
    for path in WORKFLOWS:
        said = path.read_text("utf-8")
        assert "npx" not in said
        assert all(
            "npm ci" in line and "--ignore-scripts" in line
            for line in said.splitlines()
            if "npm " in line
        )


def pins(path: Path) -> dict[str, str]:
    text = path.read_text("utf-8")
    return dict(re.findall(r"^([\w-]+)(?:\[.*\])?==([\w.]+)", text, re.M))


def test_gpu_pins_are_those_of_the_cpu() -> None:
    cpu = pins(ROOT / "requirements.txt")
    for path in (ROOT / "environments" / "gpu").glob("*.txt"):
        assert pins(path).items() <= cpu.items()


def test_the_gpu_environments_hold_what_the_command_imports() -> None:
    """Nothing that lab and benchmarks import is missing there."""
    needed: set[str] = set()
    for path in [*ROOT.glob("lab/*.py"), *ROOT.glob("benchmarks/*.py")]:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Import):
                needed |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                needed.add((node.module or "").split(".")[0])
    needed -= {*sys.stdlib_module_names, "lab", "benchmarks"}
    for path in (ROOT / "environments" / "gpu").glob("*.txt"):
        assert needed <= set(pins(path)), path
