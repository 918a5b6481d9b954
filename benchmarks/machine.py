"""The machine and the commit, as the results name them."""

import contextlib
import hashlib
import json
import platform
import re
import subprocess
from pathlib import Path
from typing import Any

from lab import files
from lab.frameworks import ROOT

CPU = Path("/sys/devices/system/cpu")
# What the kernels of the frameworks choose between; of the flags of a
# processor the others decide nothing here.
VECTORS = re.compile(r"(sse4|avx|fma|f16c|amx|vnni|bf16|asimd|sve|fphp).*")
# What a machine may change and still be the same: the host's kernel is built
# anew now and then, and each run names its own.
CHANGES = {"system", "kernel"}
# What is measured. Of these the commit is told: a page that changes does not
# make it another.
MEASURED = [
    "snippets/*/convnet.py",
    "snippets/*/fast.py",
    "snippets/*/weights.py",
    "snippets/*.toml",
    "benchmarks",
    "lab/inside",
    "requirements.txt",
    "environments/2018",
]


def lines(*command: str) -> list[str]:
    """What a command prints; nothing where there is no such command."""
    try:
        return subprocess.run(
            command,
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        return []


def processor() -> dict[str, str]:
    """What lscpu says: {"Model name": "AMD EPYC", …}, in English."""
    found = [line.partition(":") for line in lines("env", "LC_ALL=C", "lscpu")]
    return {key.strip(): value.strip() for key, _, value in found}


def vectors() -> list[str]:
    """The flags of the processor's that say what it computes with."""
    flags = set(processor().get("Flags", "").split())
    return sorted(filter(VECTORS.fullmatch, flags))


def text(path: Path) -> str | None:
    """The words of a file of the kernel's; None where it has none."""
    with contextlib.suppress(OSError):
        return path.read_text().strip() or None
    return None


def machine() -> dict[str, Any]:
    """The machine as the results name it; None where it does not say."""
    said = processor()
    caches = {
        key.partition(" ")[0]: said[key]
        for key in ("L1d cache", "L1i cache", "L2 cache", "L3 cache")
        if key in said
    }
    threads = said.get("Thread(s) per core", "")
    frequency = text(CPU / "cpu0/cpufreq/cpuinfo_max_freq")
    return files.machine() | {
        "kernel": platform.release(),
        "family": said.get("CPU family"),
        "model": said.get("Model"),
        "stepping": said.get("Stepping"),
        "vectors": vectors(),
        "caches": caches,
        "threads_a_core": int(threads) if threads.isdigit() else None,
        "hypervisor": said.get("Hypervisor vendor"),
        "max_khz": int(frequency) if frequency else None,
        "governor": text(CPU / "cpu0/cpufreq/scaling_governor"),
        "gpu": next(
            iter(
                lines(
                    "nvidia-smi",
                    "--query-gpu=name,driver_version",
                    "--format=csv,noheader",
                )
            ),
            None,
        ),
    }


def identity(machine: dict[str, Any]) -> dict[str, Any]:
    """What tells machines apart."""
    return {k: v for k, v in machine.items() if k not in CHANGES}


def bfloat16() -> bool:
    """Has the processor arithmetic in bfloat16?"""
    return any("bf16" in flag for flag in vectors())


def slug(machine: dict[str, Any], device: str) -> str:
    """amd-epyc-25-1-2-cores-3f9a, or nvidia-h100-80gb-hbm3-3f9a for a GPU's
    results: whatever differs between two machines, their names do too."""
    if device == "cuda":
        name = (machine["gpu"] or "no GPU").split(",")[0]
    else:
        numbers = " ".join(filter(None, [machine["family"], machine["model"]]))
        name = f"{machine['cpu']} {numbers} {machine['cores']} cores"
    whole = json.dumps(identity(machine), sort_keys=True).encode()
    name += " " + hashlib.sha256(whole).hexdigest()[:4]
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def stolen() -> dict[str, float]:
    """Processor seconds since the machine started: {"steal": what the
    hypervisor gave to others, "busy": what all processes took}; empty where
    the kernel does not say."""
    first = (text(Path("/proc/stat")) or "").partition("\n")[0].split()
    if len(first) < 9:
        return {}
    user, nice, system, _, _, irq, soft, steal = map(int, first[1:9])
    hertz = 100
    return {
        "steal": steal / hertz,
        "busy": (user + nice + system + irq + soft) / hertz,
    }


def commit() -> str | None:
    """The last commit that changed what is measured, with a + where files
    differ from it; None outside a repository."""
    found = lines(
        "git", "log", "-1", "--format=%h", "--abbrev=12", "--", *MEASURED
    )
    if not found:
        return None
    return found[0] + (
        "+" if lines("git", "status", "--porcelain", "--", *MEASURED) else ""
    )
