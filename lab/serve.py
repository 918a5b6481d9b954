"""`make serve`: the site at once, and meanwhile every framework of today
trains, each a row of one table.

`python -m lab.serve [PORT]`
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from lab import mnist
from lab.command import parser
from lab.errors import Failed
from lab.files import scratch_folder, write_arrays
from lab.frameworks import ROOT, implementations
from lab.outcome import outcome
from lab.port import HOST, parse_port
from lab.processes import execute
from lab.tables import Grid, show
from lab.training import Entry, judged

# They fit 80 columns.
HEAD = ["framework", "version", "accuracy", "training", "result"]
NUMBERS = ["accuracy", "training"]
# Of mkdocs: notebooks as they are; the address is the one printed here.
SETTINGS = {"SITE_URL": "", "NO_MKDOCS_2_WARNING": "1"}


@contextlib.contextmanager
def serving(
    port: int, console: Console
) -> Iterator[Callable[[float | None], None]]:
    """Run `mkdocs serve`, which builds the site and rebuilds it when a page
    changes. At the end, stop it and every process it started. Its warnings
    and errors are printed.

    Yields wait(seconds), which raises Failed where mkdocs ended by itself,
    or ends within so many seconds; None is for ever."""
    last = ""
    with scratch_folder() as folder:  # where it builds
        process = subprocess.Popen(
            [
                *[sys.executable, "-m", "mkdocs", "serve"],
                *["--dev-addr", f"{HOST}:{port}"],
            ],
            cwd=ROOT,
            env={"NOTEBOOKS": "false"}
            | os.environ
            | SETTINGS
            | {"TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )

        def read() -> None:
            nonlocal last
            for line in process.stdout or ():
                if "Serving on" in line:
                    console.print(f"The site answers: http://{HOST}:{port}/")
                elif line.strip() and not line.startswith("INFO"):
                    last = line.strip()
                    console.print(Text(last))

        reader = threading.Thread(target=read, daemon=True)
        reader.start()

        def wait(seconds: float | None) -> None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                status = process.wait(seconds)
                reader.join(5)
                raise Failed(f"mkdocs serve ended, status {status}: {last}")

        try:
            yield wait
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def describe(entry: Entry) -> list[str]:
    """The cells of one framework, under HEAD."""
    title = "/".join(filter(None, [entry["name"], entry["backend"]]))
    if entry["test_accuracy"] is None:
        return [title, "—", "—", "—", entry["error"]]
    return [
        title,
        entry["version"],
        f"{entry['test_accuracy']:.4f}",
        f"{entry['seconds']['training']:.1f} s",
        entry["error"] or f"≥ {entry['gate']:.3f}: passed",
    ]


def train(console: Console, check_site: Callable[[], None]) -> int:
    """Train every framework of today one by one, as `python -m snippets
    train --era today` does, and show each as soon as it has ended. Return
    how many failed."""
    options = parser().parse_args(["train", "--era", "today"])
    wanted = implementations(era=options.era)
    rows: list[list[str]] = []
    failed = 0
    spinner = Spinner("dots")

    def draw() -> Group:
        grid = Grid(HEAD, rows, numbers=NUMBERS, folded=["result"])
        running = [spinner] if len(rows) < len(wanted) else []
        return Group(*[grid] * bool(rows), *running)

    live: Any = contextlib.nullcontext()
    if console.is_terminal:
        live = Live(console=console, get_renderable=draw)
    with scratch_folder() as folder, live:
        digits = folder / "digits.npz"
        write_arrays(digits, mnist.load(options.data)._asdict())
        request = {
            "task": "train",
            "epochs": options.epochs,
            "batch_size": options.batch_size,
            "seed": options.seed,
            "digits": digits.name,
        }
        for number, implementation in enumerate(wanted, 1):
            head = f"{implementation.title} ({number} of {len(wanted)}): "

            def progress(line: str, head: str = head) -> None:
                spinner.update(text=Text((head + line)[:70]))

            progress("starts")
            result = execute(
                implementation,
                request,
                options.timeout,
                progress=progress,
                inputs={digits.name: digits},
            )
            entry = judged(implementation, result, options)
            failed += bool(entry["error"])
            rows.append(describe(entry))
            if not console.is_terminal:
                cells = dict(zip(HEAD, rows[-1]))
                said = [f"{key} {cell}" for key, cell in cells.items()]
                show(console, ", ".join(said).replace("\n", " "))
            check_site()
    return failed


def serve(port: int, console: Console) -> int:
    """`make serve`; return the exit status."""
    address = f"http://{HOST}:{port}/"
    show(console, f"The site, in less than half a minute: {address}")
    with serving(port, console) as wait:
        failed = train(console, lambda: wait(0))
        said = f"{failed} failed" if failed else "all trained"
        show(console, f"Today's frameworks: {said}. Ctrl-C ends {address}")
        wait(None)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m lab.serve`; return the exit status."""
    found = list(sys.argv[1:] if arguments is None else arguments)
    console = Console()
    if not console.is_terminal:
        console = Console(width=160, soft_wrap=True)

    def do() -> int:
        return serve(parse_port(" ".join(found or ["8000"])), console)

    return outcome("serve", do, "ended; nothing is left running")


if __name__ == "__main__":
    sys.exit(main())
