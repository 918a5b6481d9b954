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
from typing import Any

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
    """An interpreter that has imported `modules`, some from `folder`, with
    the variables `own`, which its tasks must have too."""

    def __init__(
        self,
        command: list[str],
        folder: str,
        modules: list[str],
        own: dict[str, str],
    ) -> None:
        self.command, self.own = command, own
        self.process = subprocess.Popen(
            [*command, str(WARM), folder, *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=tempfile.gettempdir(),
            env=processes.build_environment(Path(tempfile.gettempdir())) | own,
            start_new_session=True,
        )
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
        os.write(self.process.stdin.fileno(), f"{json.dumps(task)}\n".encode())


class Warm:
    """What lab/processes.py asks of subprocess.Popen, by a Server."""

    def __init__(self, server: Server, **options: Any) -> None:
        self.server = server
        task = {"cwd": str(options["cwd"]), "env": options["env"]}
        self.server.ask(task | {"stderr": options["stderr"].name})
        self.pid = int(self.server.read(STARTS))
        self.stdout: Iterable[str] = ()
        self.status: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        if self.status is None:
            self.status = int(self.server.read(timeout))
        return self.status


# By what they read files again for, or by the framework's folder.
servers: dict[str, Server] = {}


def start(command: list[str], **options: Any) -> Any:
    """As subprocess.Popen, but by a Server where there is one for the task."""
    request = json.loads((options["cwd"] / "request.json").read_text())
    server = servers.get(request.get("kind") or request["folder"])
    # Not another backend's, nor in a container, which sees folders of its own.
    if (
        server
        and [*server.command, str(processes.INSIDE)] == command[:-2]
        and server.own.items() <= options["env"].items()
    ):
        return Warm(server, **options)
    return subprocess.Popen(command, **options)


def serve(key: str, *arguments: Any) -> None:
    """Start the Server of `key`, unless a warm() around this one has."""
    if key not in servers:
        servers[key] = Server(*arguments)


@contextlib.contextmanager
def warm(framework: Framework | None) -> Iterator[None]:
    """What runs inside for `framework`'s files is warm, in this process and
    in those that it forks, with its first backend."""
    if framework is None:
        yield
        return
    kept, before = set(servers), processes.start
    processes.start = start
    try:
        if framework.file.screen in REWRITES:
            kind, module = REWRITES[framework.file.screen]
            serve(kind, [sys.executable], "", [module], processes.ALONE)
        first = Implementation(framework, framework.backends[0])
        command = processes.interpreter(framework, Path(tempfile.gettempdir()))
        assert command, processes.NOT_HERE
        folder = str(framework.folder)
        modules = ["convnet", "weights"]
        serve(folder, command, folder, modules, first.backend.environment)
        yield
    finally:
        processes.start = before
        for key in servers.keys() - kept:
            server = servers.pop(key)
            server.process.kill()
            server.process.wait()
