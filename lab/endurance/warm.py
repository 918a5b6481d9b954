"""The processes of lab/inside/ without their start: an interpreter imports a
framework once, and forks for each task."""

import contextlib
import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from lab import processes
from lab.errors import Failed
from lab.frameworks import Framework, Implementation

WARM = processes.INSIDE.with_name("warm.py")
# What reads a file again for a screen, lab/inside/rewrite.py, imports.
REWRITES = {
    "torch_zip": ("torch", "torch"),
    "torch_pickle": ("torch", "torch"),
    "tensorflow": ("tensorflow", "tensorflow"),
    "orbax": ("orbax", "orbax.checkpoint"),
}
STARTS = 300.0  # seconds that it may take


class Server:
    """An interpreter that has imported `modules`, some from `folder`."""

    def __init__(
        self,
        command: list[str],
        folder: str,
        modules: list[str],
        environment: dict[str, str],
    ) -> None:
        self.process = subprocess.Popen(
            [*command, str(WARM), folder, *modules],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, cwd=tempfile.gettempdir(),
            env=processes.inherited() | environment,
            start_new_session=True,
        )  # fmt: skip
        try:
            self.read(STARTS)
        except (subprocess.TimeoutExpired, EOFError):
            self.process.kill()
            names = ", ".join(modules)
            raise Failed(f"{command[0]} does not import {names}") from None

    def read(self, seconds: float | None) -> str:
        """A line. Raises TimeoutExpired, or EOFError where it has ended."""
        assert self.process.stdout
        file = self.process.stdout.fileno()
        found = b""
        while not found.endswith(b"\n"):
            if not select.select([file], [], [], seconds)[0]:
                raise subprocess.TimeoutExpired("warm.py", seconds or 0)
            byte = os.read(file, 1)
            if not byte:
                raise EOFError("the warm interpreter has ended")
            found += byte
        return found.decode()

    def ask(self, task: dict[str, Any]) -> None:
        assert self.process.stdin
        os.write(
            self.process.stdin.fileno(), f"{json.dumps(task)}\n".encode()
        )


class Warm:
    """What lab/processes.py asks of subprocess.Popen, by a Server."""

    servers: ClassVar[dict[str, Server]] = {}

    def __init__(
        self, command: list[str], *, cwd: Path, env: dict[str, str],
        stderr: Any, **_: object,
    ) -> None:  # fmt: skip
        request = json.loads((Path(cwd) / "request.json").read_text())
        key = request["kind"] if "kind" in request else request["folder"]
        self.server = self.servers[key]
        self.server.ask({"cwd": str(cwd), "env": env, "stderr": stderr.name})
        self.pid = int(self.server.read(STARTS))
        self.stdout: Iterable[str] = ()
        self.status: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        if self.status is None:
            self.status = int(self.server.read(timeout))
        return self.status


@contextlib.contextmanager
def warm(framework: Framework | None, cache: Path) -> Iterator[None]:
    """What runs inside for `framework`'s files is warm, in this process and
    in those that it forks; what they compile is kept in `cache`."""
    if framework is None:
        yield
        return
    environment = {
        "TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONDONTWRITEBYTECODE": "1",
        **processes.compiled(cache),
    }  # fmt: skip
    found = {}
    if framework.file.screen in REWRITES:
        kind, module = REWRITES[framework.file.screen]
        alone = {"JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": ""}
        found[kind] = Server(
            [sys.executable], "", [module], environment | alone
        )
    first = Implementation(framework, framework.backends[0])
    command = processes.interpreter(framework, Path(tempfile.gettempdir()))
    assert command, processes.NOT_HERE
    found[str(framework.folder)] = Server(
        command, str(framework.folder), ["convnet", "weights"],
        environment | first.backend.environment,
    )  # fmt: skip
    before = processes.subprocess.Popen
    Warm.servers = found
    processes.subprocess.Popen = Warm  # type: ignore[assignment, misc]
    try:
        yield
    finally:
        processes.subprocess.Popen = before  # type: ignore[misc]
        for server in found.values():
            server.process.kill()
            server.process.wait()
