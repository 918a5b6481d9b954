"""What the tests have in common, but for fixtures: those are conftest.py's."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest

from lab.frameworks import ROOT as ROOT

REQUIRE_ALL = bool(os.environ.get("REQUIRE_ALL"))
# A hang fails a test after this many seconds; nothing else is timed.
HANG = 600


class Once(Protocol):
    """What the fixture `once` is; conftest.py says what it does."""

    def __call__(
        self, name: str, make: Callable[[Path], None], key: str = ""
    ) -> Path: ...


Warmed = Callable[[str], None]


def missing(why: str) -> None:
    """Skip the test and say why; with REQUIRE_ALL=1, as in CI, fail it."""
    (pytest.fail if REQUIRE_ALL else pytest.skip)(why)


def unmarked(text: str) -> str:
    """A page's part without the marks of its frameworks."""
    return re.sub(r'<span class="fw [\w -]*">(.*?)</span>', r"\1", text)


def until(true: Callable[[], Any], hang: float = HANG) -> Any:
    """Wait for a condition, and return what it came to."""
    start = time.monotonic()
    while not (found := true()):
        assert time.monotonic() < start + hang, "it never came about"
        time.sleep(0.05)
    return found
