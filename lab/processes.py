"""Every framework runs in a process of its own: their runtimes fight over
threads, and those of 2018 need a Python of 2018. What runs there is
lab/inside/.
"""

import contextlib
import errno
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn

from lab.files import scratch_folder, write_arrays
from lab.frameworks import ROOT, Framework, Implementation
from lab.inside.checkpoints import STATE
from lab.several import launches

INSIDE = ROOT / "lab" / "inside" / "main.py"
DOCKER_IMAGE = "one-convnet-2018"
DOCKER_ANSWERS = 30.0  # seconds
# Names the Python that runs the frameworks of today, where that is not the
# one that runs this.
PYTHON = "FRAMEWORK_PYTHON"
# Of every process, whose paths are UTF-8 in any locale; and of one that only
# reads a file again.
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
}
ALONE = {"JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": ""}
MEMORY = "4g"  # twice what any of them needs for the whole MNIST
NO_2018 = "not run: `make 2018` sets it up"
NO_PACKAGE = "not run: its package is not installed; not every platform has it"
# Why a framework cannot be run here: no fault of its own.
NOT_HERE = NO_2018, NO_PACKAGE
# What a task returned; "error" is None, or the framework's own last lines.
Result = dict[str, Any]
Files = dict[str, Path]
# tests/support/warm.py has another one.
start: Callable[..., Any] = subprocess.Popen


def interpreter(framework: Framework, *folders: Path) -> list[str] | None:
    """The command line that runs `framework`'s Python, or None where there is
    no such environment. In a container it sees the project and `folders`, the
    first of which is its home."""
    if framework.python != "3.6":
        if PYTHON in os.environ:
            return [os.environ[PYTHON]]
        package = framework.import_name.partition(".")[0]
        found = importlib.util.find_spec(package)
        return [sys.executable] if found else None
    python = ROOT / ".venv-2018" / "bin" / "python"
    if (python.parent.parent / ".complete").exists():
        return [str(python)]
    if shutil.which("docker") and has_image():
        scratch, mounts = folders[0], ["-v", f"{ROOT}:{ROOT}:ro"]
        for folder in folders:
            mounts += ["-v", f"{folder}:{folder}"]
        user = ["-u", f"{os.getuid()}:{os.getgid()}", "-e", f"HOME={scratch}"]
        return [
            *["docker", "run", "--rm", "-i", "--init", "--network=none"],
            *["--cap-drop=ALL", "--security-opt=no-new-privileges"],
            f"--memory={MEMORY}",
            *[*mounts, *user, "-w", str(scratch), DOCKER_IMAGE, "python"],
        ]
    return None


def has_image() -> bool:
    """Does Docker answer, and have the image?"""
    try:
        found = subprocess.run(
            ["docker", "image", "inspect", DOCKER_IMAGE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=DOCKER_ANSWERS,
        )
    except subprocess.TimeoutExpired:
        return False
    return found.returncode == 0


def execute(
    implementation: Implementation,
    request: dict[str, Any],
    timeout: float,
    *,
    progress: Callable[[str], object] = lambda line: None,
    inputs: Files | None = None,
    outputs: Files | None = None,
    environment: dict[str, str] | None = None,
) -> Result:
    """Do `request["task"]`, a module of lab/inside/, with `implementation`,
    in a scratch folder. `inputs` are copied there first, `outputs` moved away
    from there last: {name there: path}, of files or folders. `environment`
    stands in the place of the implementation's own. Where the request names
    `processes`, the task is done by so many of them, from `port` on; where it
    has what lab/checkpoints.py began as `kept`, it keeps checkpoints.

    Returns what the task returned, its arrays under "arrays" and `error`
    None; or `error` alone, the last lines that the framework itself said."""
    framework = implementation.framework
    with scratch_folder() as folder:
        kept = request.get("kept")
        more = [Path(kept["folder"])] if kept else []
        command = interpreter(framework, folder, *more)
        if command is None:
            old = framework.python == "3.6"
            return {"error": NO_2018 if old else NO_PACKAGE}
        for there, path in (inputs or {}).items():
            copy_whole(Path(path), folder / there)
        if kept and kept["from"]:
            shutil.copytree(Path(kept["from"]) / STATE, folder / STATE)
        processes = request.get("processes")
        if processes:
            port = request.get("port")
            launch = launches(implementation, processes, str(folder), port)
            request = request | {"launch": launch}
        request = request | {
            "folder": str(framework.folder),
            "image_layout": framework.image_layout,
            "import_name": framework.import_name,
        }
        (folder / "request.json").write_text(json.dumps(request))
        if environment is None:
            environment = implementation.backend.environment
        error = follow(command, folder, environment, timeout, progress)
        if error and processes:  # the rest is what each of them said
            error = error.splitlines()[-1]
        if error:
            return {"error": error}
        for there, path in (outputs or {}).items():
            shutil.move(folder / there, path)
        return answer(folder)


def alone(timeout: float, request: dict[str, Any], scratch: Path) -> Result:
    """Do `request["task"]` in `scratch` by this Python, with no framework
    but what the task itself imports. Returns what `execute` does."""
    (scratch / "request.json").write_text(
        json.dumps(request | {"folder": str(scratch)})
    )
    error = follow(
        [sys.executable], scratch, ALONE, timeout, lambda line: None
    )
    return {"error": error} if error else answer(scratch)


def follow(
    command: list[str],
    scratch: Path,
    environment: dict[str, str],
    timeout: float,
    progress: Callable[[str], object],
) -> str | None:
    """Run lab/inside/ in `scratch`, and hand each line that it prints to
    `progress`. Returns what went wrong, or None."""
    errors = scratch / "errors.txt"
    with open(errors, "w") as stderr:
        process = start(
            [*command, str(INSIDE), "request.json", "result.json"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            encoding="utf-8",
            errors="replace",
            cwd=scratch,
            env=build_environment(scratch) | environment,
            start_new_session=True,
        )

        def read() -> None:
            for line in process.stdout or ():
                if line.strip():
                    progress(line.strip())

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        try:
            status = process.wait(timeout)
            reader.join(5)
        except subprocess.TimeoutExpired:
            return f"stopped after {timeout:g} s (--timeout)"
        finally:
            # Its whole group: a framework may have started helpers.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if status and not shutil.disk_usage(scratch).free:
        return f"{os.strerror(errno.ENOSPC)}: {scratch}"
    if status:
        return last_lines(errors) or f"exit status {status}"
    return None


def build_environment(scratch: Path) -> dict[str, str]:
    """The variables of every process: those of this one, without what a user
    sets for frameworks at large (other types, other layouts, fewer epochs),
    and its own."""
    user = re.compile("KERAS_|JAX_(ENABLE_X64|DEFAULT_|NUMPY_)|TF_USE_LEGACY_")
    here = {n: v for n, v in os.environ.items() if not user.match(n)}
    docker = here.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker")
    return here | {
        **QUIET,
        "TMPDIR": str(scratch),  # Estimators leave folders there
        "HOME": str(scratch),  # no ~/.keras/keras.json of a user's
        "DOCKER_CONFIG": docker,
    }


def compiled(folder: Path) -> dict[str, str]:
    """The variables that have XLA keep there what it compiled, and look there
    first."""
    return {
        "JAX_COMPILATION_CACHE_DIR": str(folder),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file, or a folder with everything in it. Raises OSError with the
    reason and the path of the first file that cannot be copied."""
    if not source.is_dir():
        shutil.copy(source, target)
        return
    try:
        shutil.copytree(source, target)
    except shutil.Error as error:  # its text is a list of all of them
        _, path, why = error.args[0][0]
        number = re.match(r"\[Errno (\d+)\]", why)
        if number is None:
            raise
        code = int(number[1])
        raise OSError(code, os.strerror(code), path) from None


def last_lines(path: Path, count: int = 3) -> str:
    lines = path.read_text("utf-8", "replace").strip().splitlines()
    return "\n".join(lines[-count:])


def answer(scratch: Path) -> Result:
    """What a task left in `scratch`."""
    result: Result = json.loads((scratch / "result.json").read_text())
    if (scratch / "result.npz").exists():
        with np.load(scratch / "result.npz") as arrays:
            result["arrays"] = dict(arrays)
    return result | {"error": None}


Job = tuple[Implementation, dict[str, np.ndarray], dict[str, Any]]


def each(
    jobs: Iterable[Job], options: Namespace, console: Console, done: str
) -> Iterator[tuple[Implementation, Result]]:
    """Do one job after the other and show progress. A job is an
    implementation, the arrays that it gets as its digits, and a request.

    Yields the implementation and its result; `done` says in a word that it
    went well."""
    with (
        scratch_folder() as folder,
        Progress(
            SpinnerColumn(finished_text=" "),
            "{task.description}",
            "{task.fields[line]}",
            TimeElapsedColumn(),
            console=console,
            # Elsewhere it would say at its end what the results say, and
            # could fail before they are written.
            disable=not console.file.isatty(),
        ) as bar,
    ):
        digits, written = folder / "digits.npz", None
        for implementation, arrays, request in jobs:
            if arrays is not written:
                write_arrays(digits, arrays)
                written = arrays
            task = bar.add_task(implementation.title, line="starts", total=1)

            def progress(line: str, task: Any = task) -> None:
                bar.update(task, line=line.replace("[", r"\[")[:60])

            result = execute(
                implementation,
                request | {"digits": digits.name},
                options.timeout,
                progress=progress,
                inputs={digits.name: digits},
            )
            yield implementation, result
            line = "failed" if result["error"] else done
            if result["error"] in NOT_HERE:
                line = "not run"
            bar.update(task, line=line, completed=1)


def status(errors: Iterable[str | None], options: Namespace) -> int:
    """The exit status: 1 where there is an error, but for the want of an
    environment or a package where nobody asked for it."""
    required = options.require_all or options.names
    forgiven = [None] if required else [None, *NOT_HERE]
    return int(any(error not in forgiven for error in errors))
