"""Commands that are killed, kill -9, at random moments: what they write is
there whole or not at all, nothing keeps running, and the next run takes away
what was left."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from lab import files, parity
from lab.convert import SAFETENSORS
from lab.endurance import commands
from lab.endurance.commands import COMMAND, MARK, Variables
from lab.endurance.mirror import serving
from lab.endurance.small import small_mnist
from lab.endurance.trial import Verdict
from lab.frameworks import ROOT


def killed(
    command: list[str],
    more: Variables,
    random: Random,
    busy: Callable[[], bool],
    longest: float,
) -> str | None:
    """Start it, and kill it at a random moment: of its first `longest`
    seconds, or of those after busy() has become true. Returns what is still
    running later, or None. It is started again where it was faster."""
    while True:
        variables = commands.environment(more)
        process = subprocess.Popen(
            command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if random.random() < 0.5:
            while not busy() and process.poll() is None:
                time.sleep(0.0005)
            moment = random.choice([0, 0.001, 0.01, 0.1, 1]) * random.random()
        else:
            moment = longest * random.random()
        time.sleep(moment)  # a random moment is what is wanted
        if process.poll() is None:
            break
        longest *= 0.7
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = commands.still_there(variables[MARK])
    return f"left running: {left}" if left else None


def aged(folder: Path) -> None:
    """What a killed command left counts as old: the next one removes it."""
    for path in folder.glob(f"{files.SCRATCH}*"):
        os.utime(path, (0, 0))


def a_convert(goods: Path, seed: int, folder: Path) -> tuple[str, Verdict]:
    """Killed as it replaces a file; and then not killed."""
    random = Random(f"kill convert {seed}")
    way = commands.a_way(random, goods)
    place, tmp = folder / "out", folder / "tmp"
    place.mkdir()
    tmp.mkdir()
    out = place / way.name
    arguments = ["convert", way.source, way.target, str(way.path), str(out)]
    command = [*COMMAND, *arguments]
    how = " ".join(arguments[:3])

    # Half of them replace what is there already.
    if old := way.target == SAFETENSORS.name and random.random() < 0.5:
        shutil.copy(INITIAL, out)
        command.append("--force")

    def busy() -> bool:
        return len(commands.listing(place)) > old or any(tmp.iterdir())

    more: Variables = {"TMPDIR": str(tmp)}
    left = killed(command, more, random, busy, 2.0)
    if left:
        return how, Verdict("hang", left)
    replaced = not (old and out.read_bytes() == INITIAL.read_bytes())
    if out.exists() and replaced and not several(way, place):
        verdict = commands.whole(way, out, folder)
        if verdict.end != "equal":
            return how, verdict
    if out.is_dir():  # which --force does not replace
        shutil.rmtree(out)
    for each in place, tmp:
        aged(each)
    said = commands.finished([*COMMAND, *arguments, "--force"], more)
    verdict = commands.verdict_on(
        said, lambda: commands.whole(way, out, folder)
    )
    if verdict.end == "refused":
        return how, Verdict("wrong", f"the next run: {verdict.said}")
    there = [n for n in commands.listing(place) if not n.startswith(way.name)]
    there += commands.listing(tmp)
    if there:
        return how, Verdict("wrong", f"left behind: {there}")
    return how, verdict


def several(way: commands.Way, place: Path) -> bool:
    """Is OUT of several files, and not all of them there yet?"""
    file = way.framework.file if way.framework else None
    if file is None or len(file.parts) == 1:
        return False
    return not all((place / f"{way.name}{p}").exists() for p in file.parts)


INITIAL = parity.DATA / "initial.safetensors"
WRITE = """
import sys
from pathlib import Path
from lab.files import write_json

path = Path(sys.argv[1])
for n in range(10**9):
    write_json(path, {"n": n, "rows": [n] * 20000})
"""


def a_write(seed: int, folder: Path) -> tuple[str, Verdict]:
    """Of results, over and over."""
    random = Random(f"kill write {seed}")
    path = folder / "r.json"
    command = [sys.executable, "-c", WRITE, str(path)]
    left = killed(command, {}, random, path.exists, 1.0)
    if left:
        return "write_json", Verdict("hang", left)
    if path.exists():
        try:
            found = json.loads(path.read_text("utf-8"))
            if found["rows"] != [found["n"]] * 20000:
                return "write_json", Verdict("wrong", "half of another")
        except ValueError as error:
            return "write_json", Verdict("wrong", f"half written: {error}")
    aged(folder)
    files.write_json(path, {})
    there = commands.listing(folder)
    if there != ["r.json"]:
        return "write_json", Verdict("wrong", f"left behind: {there}")
    return "write_json", Verdict("equal")


LOAD = """
import sys
from pathlib import Path
from lab import mnist
from lab.outcome import outcome

mnist.platformdirs.user_cache_path = lambda name: Path(sys.argv[1])
mnist.MIRRORS = [sys.argv[2]]
mnist.FILES.update(eval(sys.argv[3]))
sys.exit(outcome("load", lambda: int(not mnist.load("mnist"))))
"""


def a_download(seed: int, folder: Path) -> tuple[str, Verdict]:
    random = Random(f"kill download {seed}")
    small, table = small_mnist()
    cache = folder / "cache"
    cache.mkdir()
    with serving() as server:
        command = [sys.executable, "-c", LOAD, str(cache)]
        command += [server.serve("good", small), repr(table)]
        more: Variables = {"MNIST_DIR": None, "TMPDIR": str(folder)}
        left = killed(
            command, more, random, lambda: bool(commands.listing(cache)), 1.0
        )
        if left:
            return "download", Verdict("hang", left)
        aged(cache)
        said = commands.finished(command, more)
    lines = said.err.splitlines()
    lines = [line for line in lines if not line.startswith("downloading")]
    # What is there by now is not downloaded again, for it is whole.
    if said.status != 0 or lines:
        return "download", Verdict("wrong", said.err[-300:])
    if commands.listing(cache) != sorted(f"{name}.gz" for name in small):
        return "download", Verdict("wrong", f"{commands.listing(cache)}")
    return "download", Verdict("equal")
