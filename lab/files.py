"""Results on their way to a file, and what is said of the machine."""

import contextlib
import datetime
import json
import os
import platform
from pathlib import Path
from typing import Any

import numpy as np

from lab.errors import BadInput


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, "utf-8")
    os.replace(temporary, path)


def write_json(path: Path, value: Any) -> None:
    """Write `value` to `path` whole or not at all."""
    write_text(path, json.dumps(value, indent=1) + "\n")


def write_arrays(path: Path, arrays: dict[str, Any]) -> None:
    """Write `arrays` by name to `path`, a file .npz that a process reads."""
    np.savez(path, **arrays)


def check_json(path: Path | None) -> None:
    """Raise BadInput where `path`, if any, could not be written later."""
    if path and not os.access(path.parent, os.W_OK):
        raise BadInput(
            f"cannot write {path}: {path.parent} is not a folder that you "
            "may write to"
        )


def now() -> str:
    """The time in UTC, to the second, as ISO 8601 has it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def machine() -> dict[str, Any]:
    """This machine as the results name it: CPU, cores, system, Python."""
    cpu = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }
