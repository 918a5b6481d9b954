"""What a download may take: so many bytes, so many seconds."""

import contextlib
import io
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class TooLong(ValueError):
    """More came than there is."""


class Bounded(io.BufferedWriter):
    """A new file that takes `most` bytes, and TooLong for more."""

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(io.FileIO(path, "w"))
        self.left = most

    def write(self, data: Any) -> int:
        self.left -= len(data)
        if self.left < 0:
            raise TooLong("is far too long")
        return super().write(data)


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise TimeoutError inside after `seconds`, in the main thread: where a
    mirror sends byte after byte, no single wait is ever too long."""

    def end(*_: object) -> None:
        raise TimeoutError

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
