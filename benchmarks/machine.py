"""The machine and the commit, as the results name them."""

import contextlib
import platform
import re
import subprocess
from pathlib import Path
from typing import Any

from lab import files
from lab.frameworks import ROOT


def machine() -> dict[str, Any]:
    """The machine as the results name it."""
    found = files.machine()
    found["kernel"] = platform.release()
    governor = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    found["governor"] = None
    if governor.exists():
        found["governor"] = governor.read_text().strip()
    found["gpu"] = None
    nothing = OSError, subprocess.CalledProcessError, IndexError
    with contextlib.suppress(*nothing):
        found["gpu"] = subprocess.run(
            ["nvidia-smi", "--query-gpu=name,driver_version",
             "--format=csv,noheader"],
            capture_output=True, encoding="utf-8", check=True,
        ).stdout.splitlines()[0]  # fmt: skip
    return found


def slug(machine: dict[str, Any], device: str) -> str:
    """amd-epyc-2-cores, or nvidia-h100-80gb-hbm3 for a GPU's results."""
    if device == "cuda":
        text = (machine["gpu"] or "no GPU").split(",")[0]
    else:
        text = f"{machine['cpu']} {machine['cores']} cores"
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def commit() -> str | None:
    """The commit that is measured, with a + where files differ from it."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--abbrev=12", "--dirty=+"],
            cwd=ROOT, capture_output=True, encoding="utf-8", check=True,
        )  # fmt: skip
        return found.stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
