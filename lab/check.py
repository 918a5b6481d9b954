"""`python -m snippets check NAME`: is this framework one of them?

Its contract, its gate, its parity with the reference, and its weights there
and back, bit for bit; then what the pages still lack of it.
"""

import subprocess
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from safetensors.numpy import load_file

from lab import contract, mnist, parity, training
from lab.convert import convert
from lab.errors import BadInput, Failed
from lab.files import scratch_folder, write_arrays
from lab.frameworks import (
    ROOT,
    Framework,
    Implementation,
    implementations,
)
from lab.processes import execute
from lab.status import group_results, join_commands, list_results
from lab.tables import show

TRAINED = parity.DATA / "trained.safetensors"


def check(options: Namespace, console: Console) -> int:
    """`python -m snippets check`; return the exit status."""
    wanted = implementations([options.name])
    failed = False

    def say(title: str, what: str, faults: list[str]) -> None:
        nonlocal failed
        failed |= bool(faults)
        show(console, f"{title}: {what}: {'FAILED' if faults else 'ok'}")
        for fault in faults:
            show(console, f"  {fault}")

    with scratch_folder() as folder:
        for i in wanted:
            for what, faults in steps(i, folder, options.timeout):
                say(i.title, what, faults)
    framework = wanted[0].framework
    say(framework.name, "pages", lacking(framework, options.timeout))
    for gap in gaps(framework):
        show(console, f"{framework.name}: {gap}")
    return int(failed)


def steps(
    implementation: Implementation, scratch: Path, timeout: float
) -> Iterator[tuple[str, list[str]]]:
    """What is looked at, and the faults that were found."""
    digits = scratch / "digits.npz"
    arrays = mnist.load()._asdict()
    write_arrays(digits, arrays)
    facts = contract.facts_of(implementation, digits, timeout)
    broken = facts["error"] and [facts["error"]]
    yield "contract", broken or list(contract.broken(implementation, facts))

    asked = {"epochs": 3, "batch_size": 128, "seed": 0}
    result = execute(
        implementation,
        {"task": "train", "digits": digits.name} | asked,
        timeout,
        inputs={digits.name: digits},
    )
    options = Namespace(data="mnist-5k", require_gpu=False, **asked)
    entry = training.judged(implementation, result, options)
    yield "gate", [entry["error"]] if entry["error"] else []

    fault = parity.fault_of(implementation, scratch, timeout)
    yield "parity", [fault] if fault else []
    yield "convert", list(there_and_back(implementation, scratch, timeout))


def there_and_back(
    implementation: Implementation, scratch: Path, timeout: float
) -> Iterator[str]:
    """The trained weights through the framework's own file."""
    name = implementation.title
    own = scratch / implementation.framework.file.name
    back = scratch / "back.safetensors"
    try:
        convert("safetensors", name, TRAINED, own, force=True, timeout=timeout)
        convert(name, "safetensors", own, back, force=True, timeout=timeout)
    except (BadInput, Failed) as error:
        yield str(error)
        return
    found = load_file(back)
    for weight, array in load_file(TRAINED).items():
        if found[weight].tobytes() != array.tobytes():
            yield f"{weight} came back changed"


def lacking(framework: Framework, timeout: float) -> list[str]:
    """What its folder does not say, and the pages want; they say so
    themselves, in a process of their own: nothing here knows them."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pages", "--lacking", framework.name],
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        return [f"stopped after {timeout:g} s (--timeout)"]
    return done.stderr.splitlines() if done.returncode else []


def gaps(framework: Framework) -> Iterator[str]:
    """What the pages call "not measured" or "measured with an earlier version
    of this code", and the command that measures it."""
    found = list_results(implementations([framework.name]))
    for (kind, title), members in group_results(found).items():
        count = Counter(one.state for one in members)
        left = [one for one in members if one.state != "fresh"]
        counts = [
            f"{count[state]} of {len(members)} {state}"
            for state in ("stale", "absent")
            if count[state]
        ]
        for command in join_commands(left):
            yield f"{title}: {kind}: {', '.join(counts)}: `{command}`"
