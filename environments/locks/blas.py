"""Let MLX use a multithreaded BLAS, if the system has one; `make` runs this
after an installation.

The BLAS in MLX's wheel for Linux has one thread. OpenBLAS has the same
functions and uses all cores. If the system has it, it is linked in place of
the wheel's. One line is printed in either case.

`python -m environments.locks.blas .venv`
"""

import ctypes
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

PLAIN = "lib/python3*/site-packages/mlx_cpu.libs/libblas-*.so.*"
# "p" and "o", as Fedora calls them: of POSIX threads, and of OpenMP.
LISTED = re.compile(r"^\s*libopenblas[po]?\.so\.0 .*=> (/.*)$", re.M)


def list_libraries() -> list[Path]:
    """Every OpenBLAS that the system's loader knows."""
    for command in "ldconfig", "/sbin/ldconfig":
        try:
            done = subprocess.run(
                [command, "-p"],
                capture_output=True,
                encoding="utf-8",
                errors="replace",
            )
        except OSError:
            continue
        return [Path(path) for path in LISTED.findall(done.stdout)]
    return []


def find_threaded(libraries: Iterable[Path]) -> Path | None:
    """The first that this machine loads, and that says it has threads:
    Debian gives all three kinds one name."""
    for path in libraries:
        try:
            if ctypes.CDLL(str(path)).openblas_get_parallel() > 0:
                return path
        except (OSError, AttributeError):
            continue
    return None


def link(venv: Path, libraries: Iterable[Path]) -> str:
    """Link the environment's BLAS of MLX to the one with threads. Return
    what to say of it; nothing where MLX brings none, or it is done."""
    plain = sorted(venv.glob(PLAIN))
    if not plain:
        return ""
    found = find_threaded(libraries)
    if found is None:
        return (
            "MLX will train about four times slower than it could: its "
            "wheel's BLAS has one thread. Debian's libopenblas0-pthread or "
            "Fedora's openblas-threads brings a faster one; install it, then "
            "`make blas`"
        )
    if all(path.samefile(found) for path in plain):
        return ""
    for path in plain:
        new = path.with_name(f"{path.name}.new")
        new.unlink(missing_ok=True)
        new.symlink_to(found)
        os.replace(new, path)
    return (
        f"linked {found} in place of the BLAS of MLX's wheel, which has one "
        "thread: MLX trains about four times faster"
    )


def main() -> None:
    said = link(Path(sys.argv[1]), list_libraries())
    if said:
        print(f"make: {said}")


if __name__ == "__main__":
    main()
