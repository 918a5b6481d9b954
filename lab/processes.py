"""What every command shares: the frameworks, their processes, the results.

Every framework runs in a process of its own: their runtimes fight over
threads, and those of 2018 need a Python of 2018.
"""

import contextlib
import datetime
import difflib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import tomllib
from pathlib import Path

import numpy as np
from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn

HERE = Path(__file__).parent
ROOT = HERE.parent
ERAS = ["today", "2018"]
DOCKER_IMAGE = "one-convnet-2018"
NO_2018 = "not run: `make 2018` sets it up"


class BadInput(Exception):
    """The request cannot be carried out as it stands; one line, status 2."""


def frameworks():
    """Every folder's framework.toml as a dict, in the order of the site."""
    found = [
        tomllib.loads(path.read_text("utf-8")) | {"name": path.parent.name}
        for path in HERE.glob("*/framework.toml")
    ]
    return sorted(found, key=lambda f: (ERAS.index(f["era"]), f["order"]))


def runs(names=(), era=None):
    """The runs that `names` ask for: a folder, or folder/backend for one of
    its backends; no names mean all of `era`, or all there are.

    Raises BadInput for an unknown name."""
    wanted = []
    available = {}
    for framework in frameworks():
        for run in framework["runs"]:
            run = framework | run
            run["backends"] = [r["backend"] for r in framework["runs"]]
            title = "/".join(filter(None, [run["name"], run["backend"]]))
            run["title"] = title
            for name in dict.fromkeys([run["name"], title]):
                available.setdefault(name, []).append(run)
            if not names and era in (None, run["era"]):
                wanted.append(run)
    for name in names:
        if name not in available:
            near = difflib.get_close_matches(name, available, 1, cutoff=0)
            raise BadInput(
                f"no framework is called {name!r}: did you mean "
                f"{near[0]!r}? `python -m snippets list` names them all"
            )
        wanted += [run for run in available[name] if run not in wanted]
    return wanted


def interpreter(run, scratch):
    """The command line that runs `run`'s Python, or None where there is no
    such environment. In a container it sees the project and `scratch`."""
    if run["python"] != "3.6":
        return [sys.executable]
    python = ROOT / ".venv-2018" / "bin" / "python"
    if (python.parent.parent / ".complete").exists():
        return [str(python)]
    if shutil.which("docker") and not subprocess.run(
        ["docker", "image", "inspect", DOCKER_IMAGE],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ).returncode:
        mounts = ["-v", f"{ROOT}:{ROOT}:ro", "-v", f"{scratch}:{scratch}"]
        user = ["-u", f"{os.getuid()}:{os.getgid()}", "-e", f"HOME={scratch}"]
        return [
            *["docker", "run", "--rm", "-i", "--init", "--network=none"],
            *[*mounts, *user, "-w", str(scratch), DOCKER_IMAGE, "python"],
        ]
    return None


def last_lines(path, count=3):
    lines = path.read_text("utf-8", "replace").strip().splitlines()
    return "\n".join(lines[-count:])


def execute(
    run,
    request,
    timeout,
    progress=lambda line: None,
    script="worker.py",
    inputs=None,
    outputs=None,
):
    """Run `script`, a path from snippets/, on `run`'s convnet.py and the
    `request` (a dict), in a scratch folder of its own. `inputs` are copied
    there first, `outputs` moved away from there last: {name there: path},
    of files or folders.

    Returns what the script wrote, its arrays under "arrays" and `error`
    None; or `error` alone, the last lines that the framework itself said."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch).resolve()
        command = interpreter(run, scratch)
        if command is None:
            return {"error": NO_2018}
        for name, path in (inputs or {}).items():
            copy = shutil.copytree if Path(path).is_dir() else shutil.copy
            copy(path, scratch / name)
        request = request | {
            "folder": str(HERE / run["name"]),
            "image_layout": run["image_layout"],
            "import_name": run["import_name"],
        }
        (scratch / "request.json").write_text(json.dumps(request))
        errors = scratch / "errors.txt"
        with open(errors, "w") as stderr:
            process = subprocess.Popen(
                [*command, str(HERE / script), "request.json", "result.json"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                encoding="utf-8",
                errors="replace",
                cwd=scratch,
                env=os.environ
                | {
                    "TF_CPP_MIN_LOG_LEVEL": "2",
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "TMPDIR": str(scratch),  # Estimators leave folders there
                }
                | run["environment"],
                start_new_session=True,
            )

            def follow():
                for line in process.stdout:
                    if line.strip():
                        progress(line.strip())

            reader = threading.Thread(target=follow, daemon=True)
            reader.start()
            try:
                status = process.wait(timeout)
                reader.join(5)
            except subprocess.TimeoutExpired:
                return {"error": f"stopped after {timeout:g} s (--timeout)"}
            finally:
                # Its whole group: a framework may have started helpers.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if status:
            said = last_lines(errors) or f"exit status {status}"
            return {"error": said}
        for name, path in (outputs or {}).items():
            shutil.move(scratch / name, path)
        result = json.loads((scratch / "result.json").read_text())
        if (scratch / "result.npz").exists():
            with np.load(scratch / "result.npz") as arrays:
                result["arrays"] = dict(arrays)
        return result | {"error": None}


def now():
    """The time in UTC, to the second, as ISO 8601 has it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def machine():
    """This machine as the results name it: CPU, cores, system, Python."""
    cpu = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }


def write_text(path, text):
    """Write `text` to `path` whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, "utf-8")
    os.replace(temporary, path)


def write_json(path, value):
    """Write `value` to `path` whole or not at all."""
    write_text(path, json.dumps(value, indent=1) + "\n")


def check_json(path):
    """Raise BadInput where `path`, if any, could not be written later."""
    if path and not os.access(path.parent, os.W_OK):
        raise BadInput(
            f"cannot write {path}: {path.parent} is not a folder that you "
            "may write to"
        )


def each(jobs, options, console, done):
    """Run one job after the other and show progress. A job is a run, the
    arrays that it gets as its digits, and a request to worker.py.

    Yields the run and its result; `done` says in a word that it went well."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        Progress(
            SpinnerColumn(finished_text=" "),
            "{task.description}",
            "{task.fields[line]}",
            TimeElapsedColumn(),
            console=console,
        ) as progress,
    ):
        digits, written = Path(scratch) / "digits.npz", None
        for run, arrays, request in jobs:
            if arrays is not written:
                np.savez(digits, **arrays)
                written = arrays
            task = progress.add_task(run["title"], line="starts", total=1)
            result = execute(
                run,
                request | {"digits": digits.name},
                options.timeout,
                lambda line, task=task: progress.update(
                    task, line=line.replace("[", r"\[")[:60]
                ),
                inputs={digits.name: digits},
            )
            yield run, result
            line = "failed" if result["error"] else done
            if result["error"] == NO_2018:
                line = "not run"
            progress.update(task, line=line, completed=1)


def report(entries, options, **more):
    """Write --json, where asked, and return the exit status."""
    if options.json:
        value = {
            "command": "python -m snippets " + " ".join(sys.argv[1:]),
            "date": now(),
            "machine": machine(),
            "results": entries,
        }
        write_json(options.json, value | more)
    return status([entry["error"] for entry in entries], options)


def status(errors, options):
    """The exit status: 1 where there is an error, but for the want of 2018's
    environment where nobody asked for it."""
    required = options.require_all or options.names
    forgiven = [None] if required else [None, NO_2018]
    return int(any(error not in forgiven for error in errors))
