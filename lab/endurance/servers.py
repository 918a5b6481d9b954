"""Slow and lying servers, one of MNIST's mirrors each: what is downloaded is
MNIST, from a mirror that has it, or nothing."""

import os
from pathlib import Path
from random import Random
from typing import Any

from lab import mnist
from lab.endurance.images import judge_mnist
from lab.endurance.inputs import loaded
from lab.endurance.mirror import LIES, serving
from lab.endurance.small import small_mnist
from lab.endurance.trial import Verdict, trial

DEADLINE = 4.0  # seconds that a mirror has, in the place of mnist.DEADLINE


def lied_to(seed: int, folder: Path) -> tuple[str, Verdict]:
    """Mirrors that lie, and after them one that does not, perhaps."""
    random = Random(f"servers {seed}")
    files, table = small_mnist()
    # In turn, so that each has been tried; others before and after.
    lies = [[*LIES][seed % len(LIES)], *random.choices([*LIES], k=2)]
    lies = lies[: random.choice([1, 1, 2, 3])]
    honest = random.random() < 0.5
    cache = folder / "cache"
    with serving() as server:
        server.random = random
        mirrors = [server.serve(f"lie-{lie}", files) for lie in lies]
        if honest:
            mirrors.append(server.serve("good", files))

        def load() -> int:
            os.environ.pop("MNIST_DIR", None)
            mnist.FILES.update(table)
            mnist.MIRRORS[:] = mirrors
            mnist.DEADLINE = DEADLINE
            patched: Any = mnist.platformdirs
            patched.user_cache_path = lambda name: cache
            # What it says of its progress is no error.
            patched = mnist
            patched.print = lambda *_, **__: None
            return loaded(lambda: mnist.load("mnist"))

        def judge() -> Verdict:
            names = {f"{name}.gz" for name in files}
            there = {path.name for path in cache.iterdir()}
            if there != names:
                return Verdict("wrong", f"the cache has {sorted(there)}")
            return judge_mnist((folder, files, table))

        verdict = trial(load, judge, folder)
    there = {p.name for p in cache.iterdir()} if cache.exists() else set()
    if verdict.end == "refused" and honest:
        verdict = Verdict("wrong", f"one was good: {verdict.said}")
    elif verdict.end == "refused" and there - {f"{n}.gz" for n in files}:
        verdict = Verdict("wrong", f"the cache has {sorted(there)}")
    return ", ".join([*lies, "good"] if honest else lies), verdict
