"""Run the ConvNets: `python -m snippets list` and `… train [NAME …]`.

Every framework runs in a process of its own: their runtimes fight over
threads, and those of 2018 need a Python of 2018.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    print(
        f"snippets: Python {sys.version.split()[0]} is too old: use 3.11 or "
        "newer (`make serve` sets up .venv with it)",
        file=sys.stderr,
    )
    sys.exit(2)

import argparse
import contextlib
import datetime
import difflib
import json
import os
import platform
import shutil
import signal
import subprocess
import tempfile
import threading
import tomllib
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn
from rich.table import Table

from snippets import mnist

HERE = Path(__file__).parent
ROOT = HERE.parent
ERAS = ["today", "2018"]
# A gate judges a run of this many epochs or more, at batch 128.
GATE_EPOCHS = {"mnist-5k": 3, "mnist": 1}
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
    run, request, timeout, progress=lambda line: None, script="worker.py"
):
    """Run `script`, a path from snippets/, on `run`'s convnet.py and the
    `request` (a dict; its "digits" an .npz file).

    Returns what the script wrote, with `error` None; or `error` alone, the
    last lines that the framework itself said."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch).resolve()
        command = interpreter(run, scratch)
        if command is None:
            return {"error": NO_2018}
        shutil.copy(request["digits"], scratch / "digits.npz")
        request = request | {
            "folder": str(HERE / run["name"]),
            "image_layout": run["image_layout"],
            "import_name": run["import_name"],
            "digits": str(scratch / "digits.npz"),
        }
        (scratch / "request.json").write_text(json.dumps(request))
        errors = scratch / "errors.txt"
        with open(errors, "w") as stderr:
            process = subprocess.Popen(
                [
                    *command,
                    str(HERE / script),
                    str(scratch / "request.json"),
                    str(scratch / "result.json"),
                ],
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
        return json.loads((scratch / "result.json").read_text()) | {
            "error": None
        }


def judged(run, result, options):
    """The JSON entry for one run: what was asked, measured, and the gate."""
    entry = {
        "name": run["name"],
        "label": run["label"],
        "era": run["era"],
        "backend": run["backend"] or None,
        "version": None,
        "device": None,
        "data": options.data,
        "epochs": options.epochs,
        "batch_size": options.batch_size,
        "seed": options.seed,
        "losses": None,
        "test_accuracy": None,
        "gate": None,
        "seconds": None,
        "images_per_second": None,
        "peak_memory_bytes": None,
    } | result
    if entry["error"]:
        return entry
    enough = options.epochs >= GATE_EPOCHS[options.data]
    if enough and options.batch_size == 128:
        entry["gate"] = run["gates"][options.data]
        # Not `<`: an accuracy that is no number must fail as well.
        if not entry["test_accuracy"] >= entry["gate"]:
            entry["error"] = (
                f"test accuracy {entry['test_accuracy']:.4f} is below the "
                f"gate, {entry['gate']}"
            )
    if options.require_gpu and not entry["device"].startswith("gpu"):
        entry["error"] = f"ran on the {entry['device']}, not on a GPU"
    return entry


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


def table(entries, options):
    """The runs as a rich table, errors under it in the last column."""
    data = {"mnist-5k": "mnist-5k (1,000 test digits)", "mnist": "MNIST"}
    grid = Table(title=f"{data[options.data]}, seed {options.seed}")
    for name in ["framework", "version", "backend", "device"]:
        grid.add_column(name, overflow="fold")
    for name in ["epochs", "accuracy", "gate", "start-up", "training"]:
        grid.add_column(name, justify="right", no_wrap=True)
    grid.add_column("images/s", justify="right", no_wrap=True)
    grid.add_column("memory", justify="right", no_wrap=True)
    grid.add_column("error", overflow="fold")
    for e in entries:
        row = [e["name"], e["version"], e["backend"], e["device"]]
        row.append(str(e["epochs"]))
        if e["test_accuracy"] is None:
            row += [None] * 6
        else:
            row += [
                f"{e['test_accuracy']:.4f}",
                "not judged" if e["gate"] is None else f"≥ {e['gate']:.3f}",
                f"{e['seconds']['start_up']:.1f} s",
                f"{e['seconds']['training']:.1f} s",
                f"{e['images_per_second']:,.0f}",
                f"{e['peak_memory_bytes'] / 2**20:,.0f} MiB",
            ]
        row.append(e["error"])
        grid.add_row(*(cell or "—" for cell in row[:-1]), row[-1] or "")
    return grid


def write_json(path, value):
    """Write `value` to `path` whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(value, indent=1) + "\n", "utf-8")
    os.replace(temporary, path)


def train(options, console):
    """`python -m snippets train`; return the exit status."""
    wanted = runs(options.names, options.era)
    if options.json and not os.access(options.json.parent, os.W_OK):
        raise BadInput(
            f"cannot write {options.json}: {options.json.parent} is not a "
            "folder that you may write to"
        )
    digits = mnist.load(options.data)
    entries = []
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "digits.npz"
        np.savez(path, **digits._asdict())
        request = {
            "digits": str(path),
            "epochs": options.epochs,
            "batch_size": options.batch_size,
            "seed": options.seed,
        }
        columns = ["{task.description}", "{task.fields[line]}"]
        with Progress(
            SpinnerColumn(finished_text=" "),
            *columns,
            TimeElapsedColumn(),
            console=console,
        ) as progress:
            for run in wanted:
                task = progress.add_task(run["title"], line="starts", total=1)
                result = execute(
                    run,
                    request,
                    options.timeout,
                    lambda line, task=task: progress.update(
                        task, line=line.replace("[", r"\[")[:60]
                    ),
                )
                entries.append(judged(run, result, options))
                error = entries[-1]["error"]
                line = "failed" if error else "trained"
                if error == NO_2018:
                    line = "not run"
                progress.update(task, line=line, completed=1)
    console.print(table(entries, options))
    if options.json:
        write_json(
            options.json,
            {
                "command": "python -m snippets " + " ".join(sys.argv[1:]),
                "date": datetime.datetime.now(datetime.UTC).isoformat(
                    timespec="seconds"
                ),
                "machine": machine(),
                "results": entries,
            },
        )
    required = options.require_all or options.names
    forgiven = [None] if required else [None, NO_2018]
    return int(any(entry["error"] not in forgiven for entry in entries))


def list_frameworks(console):
    """`python -m snippets list`."""
    grid = Table()
    for name in ["name", "framework", "era", "Python", "backends", "status"]:
        grid.add_column(name)
    for f in frameworks():
        backends = ", ".join(filter(None, (r["backend"] for r in f["runs"])))
        grid.add_row(
            f["name"], f["label"], f["era"], f["python"], backends or "—",
            f["status"],
        )
    console.print(grid)
    return 0


def positive(kind):
    def parse(text):
        value = kind(text)
        if value <= 0:
            raise ValueError
        return value

    parse.__name__ = f"positive {kind.__name__}"
    return parse


def parser():
    top = argparse.ArgumentParser(
        prog="python -m snippets", description="One ConvNet, many frameworks."
    )
    commands = top.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="name every framework")
    sub = commands.add_parser("train", help="train, and print one table")
    sub.add_argument(
        "names", metavar="NAME", nargs="*",
        help="a folder of snippets/, or folder/backend (default: all)",
    )
    sub.add_argument("--era", choices=ERAS, help="without names: only these")
    sub.add_argument("--data", choices=list(GATE_EPOCHS), default="mnist-5k")
    sub.add_argument("--epochs", type=positive(int), default=3, metavar="N")
    sub.add_argument(
        "--batch-size", type=positive(int), default=128, metavar="N"
    )
    sub.add_argument("--seed", type=int, default=0, metavar="N")
    sub.add_argument(
        "--json", type=Path, metavar="FILE", help="write the results there"
    )
    sub.add_argument(
        "--timeout", type=positive(float), default=1800, metavar="S",
        help="seconds that each run may take (default: %(default)s)",
    )
    sub.add_argument(
        "--require-all", action="store_true",
        help="fail where an environment is missing",
    )
    sub.add_argument(
        "--require-gpu", action="store_true",
        help="fail where a framework did not use a GPU",
    )
    return top


def main(arguments=None):
    options = parser().parse_args(arguments)
    # Ended from outside, it ends as with Ctrl-C: every child goes with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    try:
        if options.command == "list":
            return list_frameworks(console)
        return train(options, console)
    except (BadInput, mnist.DataError) as error:
        print(f"snippets: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            "snippets: interrupted; nothing is left running", file=sys.stderr
        )
        return 130


if __name__ == "__main__":
    sys.exit(main())
