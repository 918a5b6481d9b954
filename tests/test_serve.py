"""`make serve`: the site at once, while the frameworks train."""

import fcntl
import os
import pty
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import urllib.request
from pathlib import Path

import psutil
import pytest

from lab.errors import BadInput
from lab.frameworks import ROOT, implementations
from lab.port import parse_port
from tests.command_line import heed
from tests.helpers import HANG, until

SERVE = [sys.executable, "-m", "lab.serve"]
TODAY = [i.title for i in implementations(era="today")]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def answers(port: int) -> bool:
    address = f"http://127.0.0.1:{port}/"
    try:
        with urllib.request.urlopen(address, timeout=HANG) as page:
            return b"One ConvNet" in page.read()
    except OSError:
        return False


@pytest.mark.parametrize("module", ["lab.serve", "lab.port"])
def test_a_port_that_is_held_is_refused(module: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", module, str(port)],
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
        )
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert f"port {port} of 127.0.0.1: Address already in use" in line


@pytest.mark.parametrize("text", ["", "http", "0", "65536", "-1", "8000 1"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=f"PORT={text}: a port is a number"):
        parse_port(text)


def stop(process: subprocess.Popen[str], sign: int, where: Path) -> None:
    """Stop `make serve`'s command: all that it started ends with it, and
    its scratch folders go."""
    started = psutil.Process(process.pid).children(recursive=True)
    assert started
    process.send_signal(sign)
    process.wait(HANG)
    psutil.wait_procs(started, HANG)
    assert [p for p in started if p.is_running()] == []
    assert list(where.iterdir()) == []


def test_frameworks_that_fail_leave_the_site(tmp_path: Path) -> None:
    """Every one of them has a row, and the site answers till the end."""
    port = free_port()
    process = subprocess.Popen(
        [*SERVE, str(port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=heed,
        env=os.environ
        | {
            "FRAMEWORK_PYTHON": shutil.which("false") or "",
            "TMPDIR": str(tmp_path),
        },
    )
    assert process.stdout and process.stderr
    lines = iter(process.stdout.readline, "")
    first = next(lines)
    assert first.endswith(f": http://127.0.0.1:{port}/\n")
    rows = []
    for line in lines:
        if f"{len(TODAY)} failed" in line:
            break
        if line.startswith("framework "):
            rows.append(line)
    assert [row.split(",")[0] for row in rows] == [
        f"framework {title}" for title in TODAY
    ]
    assert all("result exit status 1" in row for row in rows)
    until(lambda: answers(port))
    stop(process, signal.SIGINT, tmp_path)
    assert process.returncode == 130
    assert process.stderr.read() == "serve: ended; nothing is left running\n"


@pytest.mark.parametrize(
    "sign, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_it_ends_while_a_framework_trains(
    sign: int, status: int, tmp_path: Path
) -> None:
    """And while the site is built."""
    process = subprocess.Popen(
        [*SERVE, str(free_port())],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=heed,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    whole = psutil.Process(process.pid)
    until(lambda: len(whole.children()) == 2)
    stop(process, sign, tmp_path)
    assert process.returncode == status
    assert process.stderr
    said = process.stderr.read()
    assert said == "serve: ended; nothing is left running\n" * (status == 130)


@pytest.mark.slow
@pytest.mark.framework
def test_every_framework_has_its_row() -> None:
    """In one table on a terminal of 80 columns, while the site answers."""
    port = free_port()
    ours, theirs = pty.openpty()
    size = struct.pack("HHHH", 40, 80, 0, 0)
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
    process = subprocess.Popen(
        [*SERVE, str(port)],
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm"},
        preexec_fn=heed,
    )
    os.close(theirs)
    said: list[bytes] = []

    def read() -> None:
        try:
            while data := os.read(ours, 65536):
                said.append(data)
        except OSError:  # how Linux tells that the other end is closed
            pass

    reader = threading.Thread(target=read)
    reader.start()
    try:
        until(lambda: answers(port))
        # Each has minutes of its own, but for a hang.
        until(lambda: b"Ctrl-C ends" in b"".join(said), 2 * HANG)
        assert answers(port)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(HANG)
        reader.join(HANG)
        os.close(ours)
    text = re.sub(r"\x1b\[[\d;?]*\w", "", b"".join(said).decode())
    table = text[text.rindex("┏") :]
    rows = re.findall(r"│ (\S+) +│.*│ +(0\.\d{4}) │.*passed", table)
    assert [name for name, _ in rows] == TODAY
    assert "all trained" in text
