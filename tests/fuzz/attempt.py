"""The property: what a command is given it accepts without a word, or refuses
with status 2 and one line."""

import contextlib
import io
import re
import resource
import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from lab.outcome import outcome

SECONDS = 120  # what takes longer hangs
MEMORY = 6 * 2**30  # bytes: a reader of something endless ends there
LONGEST = 700  # letters of an error
# The ends of lines that name what is not used, where something whole is.
PASSED = ": passed over", ": downloading it again"


class Hang(BaseException):
    """Raised in what takes too long; no library takes it for its own."""


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Bound the seconds and the memory. Raises Hang or MemoryError."""

    def stop(*_: object) -> None:
        raise Hang(f"not done after {SECONDS} s")

    status = Path("/proc/self/status").read_text()
    used = int(re.findall(r"VmData:\s+(\d+) kB", status)[0]) * 1024
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    before = signal.signal(signal.SIGALRM, stop)
    resource.setrlimit(resource.RLIMIT_DATA, (used + MEMORY, hard))
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def accepts(command: Callable[[], int]) -> bool:
    """Is the exit status of a command 0, and not 2? Fails for any other end,
    for more or less than one line, and where something is left in TMPDIR."""
    errors = io.StringIO()
    with (
        tempfile.TemporaryDirectory() as tmp,
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(errors),
        warnings.catch_warnings(),
    ):
        # A user would be shown them as lines more.
        warnings.simplefilter("error", RuntimeWarning)
        warnings.simplefilter("error", UserWarning)
        before, tempfile.tempdir = tempfile.tempdir, tmp
        try:
            with bounded():
                status = command()
        except Hang as error:
            raise AssertionError(str(error)) from None
        finally:
            tempfile.tempdir = before
        assert list(Path(tmp).iterdir()) == []
    lines = errors.getvalue().splitlines()
    assert all(line.isprintable() for line in lines), lines
    lines = [line for line in lines if not line.endswith(PASSED)]
    assert status in (0, 2), (status, lines)
    assert len(lines) == (status == 2), (status, lines)
    assert all(0 < len(line) <= LONGEST for line in lines), lines
    return status == 0


def reads(read: Callable[[], object]) -> bool:
    """Does a command that begins with read() go on after it?"""

    def command() -> int:
        read()
        return 0

    return accepts(lambda: outcome("fuzz", command))
