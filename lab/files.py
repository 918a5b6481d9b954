"""Results on their way to a file, and what is said of the machine."""

import contextlib
import datetime
import fcntl
import json
import os
import platform
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lab.errors import BadInput

SCRATCH = ".one-convnet-"
YOUNG = 60  # seconds in which a new folder is locked, at the latest


@contextlib.contextmanager
def scratch_folder(folder: Path | None = None) -> Iterator[Path]:
    """A new folder in `folder`, or in TMPDIR, that is removed at the end.
    Those that a killed process left there are removed first.

    Raises OSError where none can be made."""
    folder = Path(folder or tempfile.gettempdir())
    sweep(folder)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=folder) as name:
        # Held as long as this process lives, however it ends.
        held = os.open(name, os.O_RDONLY)
        try:
            with contextlib.suppress(OSError):  # not every file system locks
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield Path(name).resolve()
        finally:
            os.close(held)


def sweep(folder: Path) -> None:
    """Remove from `folder` what scratch_folder() made there for this user,
    where its process has ended."""
    for path in folder.glob(f"{SCRATCH}????????"):
        # Whatever cannot be opened, locked or removed stays.
        with contextlib.suppress(OSError):
            found = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
                about = os.fstat(found)
                # One of a time to come: the clock was set back since.
                age = abs(time.time() - about.st_mtime)
                if about.st_uid == os.getuid() and age > YOUNG:
                    shutil.rmtree(path)
            finally:
                os.close(found)


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` whole or not at all; where `path` is a link, to
    the file that it leads to. Raises OSError, which names `path`."""
    path = Path(path)
    try:
        final = path.resolve()
        with scratch_folder(final.parent) as beside:
            new = beside / "new"
            new.write_text(text, "utf-8")
            with contextlib.suppress(FileNotFoundError):
                shutil.copymode(final, new)
            os.replace(new, final)
    except OSError as error:
        said = error.strerror or str(error)
        raise OSError(error.errno, said, str(path)) from None


def write_json(path: Path, value: Any) -> None:
    """Write `value` to `path` whole or not at all."""
    write_text(path, json.dumps(value, indent=1) + "\n")


def write_arrays(path: Path, arrays: dict[str, Any]) -> None:
    """Write `arrays` by name to `path`, a file .npz that a process reads."""
    np.savez(path, **arrays)


def check_json(path: Path | None) -> None:
    """Raise BadInput where write_json() could not write `path`, if there is
    one: it, or what it links to, must be a regular file that may be replaced,
    or nothing yet, in a folder that takes new files."""
    if path is None:
        return
    try:
        final = path.resolve(strict=path.is_symlink())
        with contextlib.suppress(FileNotFoundError):
            mode = final.stat().st_mode
            if stat.S_ISDIR(mode):
                raise BadInput(f"cannot write {path}: it is a folder")
            if not stat.S_ISREG(mode):
                raise BadInput(f"cannot write {path}: it is no regular file")
            # The system refuses root nothing, and root protects files too.
            if not (mode & 0o222 and os.access(final, os.W_OK)):
                raise BadInput(f"cannot write {path}: it is read-only")
        if not os.access(final.parent, os.W_OK):
            raise BadInput(
                f"cannot write {path}: {final.parent} is not a folder that "
                "you may write to"
            )
        with scratch_folder(final.parent):  # which is how it will be written
            pass
    except (OSError, RuntimeError) as error:  # a circle of links is the latter
        said = getattr(error, "strerror", None) or "its links lead nowhere"
        raise BadInput(f"cannot write {path}: {said}") from None


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
        "cpu": in_words(cpu),
        "cores": os.cpu_count(),
        "system": in_words(platform.platform(terse=True)),
        "python": in_words(platform.python_version()),
    }


def in_words(text: str) -> str:
    """`text` as results/schemas/ allows it: what else a machine says of
    itself becomes a space."""
    return re.sub("[^A-Za-z0-9 .,:;@()+/~=#_-]", " ", text)[:200]


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder, made where it is not there, as long as this process
    lives: what two write into one file, one of them loses. Raises BadInput
    where another holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BadInput(f"{folder}: another run writes there") from None
    finally:
        os.close(held)
