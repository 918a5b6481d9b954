"""A trial: something done in a process of its own, and what came of it."""

import contextlib
import json
import os
import resource
import select
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple, get_args

LIMIT = 300.0  # seconds: what takes longer hangs
MOST = 700  # letters of an error
MEMORY = 6 * 2**30  # bytes: a reader of something endless ends there
# Said where something torn is not used, and what is whole is.
PASSED = (": passed over", ": downloading it again")
End = Literal[
    "refused", "equal", "untold", "wrong", "traceback", "hang"
]  # fmt: skip


ENDS: tuple[End, ...] = get_args(End)
FAULTS = ENDS[3:]


class Verdict(NamedTuple):
    """How a trial ended, and what was said.

    refused: status 2 and one line. equal: what was made of it is what the
    good one gives. untold: it is another, and nothing in the input could say
    so. wrong: something could. traceback: more than a line, or a crash."""

    end: End
    said: str = ""


def trial(
    command: Callable[[], int],
    judge: Callable[[], Verdict],
    scratch: Path,
    limit: float = LIMIT,
) -> Verdict:
    """What becomes of command(), which returns an exit status, in a fork of
    this process; judge() there says whether what it accepted is right."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        os._exit(inside(command, judge, scratch, writer))
    os.close(writer)
    try:
        verdict = until_closed(reader, limit)
        if verdict is None:
            os.kill(child, signal.SIGKILL)
    finally:
        os.close(reader)
        _, status = os.waitpid(child, 0)
    if verdict is None:
        return Verdict("hang", f"not done after {limit:g} s")
    said = (scratch / "stderr").read_text("utf-8", "replace")
    if left := [path.name for path in (scratch / "tmp").iterdir()]:
        return Verdict("wrong", f"left behind: {', '.join(left)[:200]}")
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return Verdict("traceback", f"{name}: {said[-200:]}")
    return ended(os.WEXITSTATUS(status), said, verdict)


def inside(
    command: Callable[[], int],
    judge: Callable[[], Verdict],
    scratch: Path,
    writer: int,
) -> int:
    """The child's part; its status."""
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        tempfile.tempdir = str(scratch / "tmp")
        (scratch / "tmp").mkdir()
        for number, name in (1, "stdout"), (2, "stderr"):
            file = os.open(scratch / name, os.O_WRONLY | os.O_CREAT)
            os.dup2(file, number)
            os.close(file)
        status = command()
        sys.stdout.flush()
        sys.stderr.flush()
        if status == 0:
            os.write(writer, json.dumps(judge()).encode())
        return status
    except BaseException:
        with contextlib.suppress(Exception):
            sys.stderr.write(traceback.format_exc())
            sys.stderr.flush()
        return 70


def until_closed(reader: int, limit: float) -> bytes | None:
    """What the child writes, as soon as it has ended; None where it has not
    within `limit` seconds."""
    found, end = b"", time.monotonic() + limit
    while left := max(0.0, end - time.monotonic()):
        if select.select([reader], [], [], left)[0]:
            piece = os.read(reader, 2**16)
            if not piece:
                return found
            found += piece
    return None


def ended(status: int, said: str, verdict: bytes = b"") -> Verdict:
    """The verdict on an exit status and what was said on stderr."""
    if "stopped after" in said:
        return Verdict("hang", said[:MOST])
    lines = said.splitlines()
    if status == 0 and all(line.endswith(PASSED) for line in lines):
        return Verdict(*json.loads(verdict))
    said = "\n".join(line for line in lines if not line.endswith(PASSED))
    if status == 2 and said.isprintable() and 0 < len(said) <= MOST:
        return Verdict("refused", said)
    return Verdict("traceback", f"status {status}: {said[-MOST:]}")
