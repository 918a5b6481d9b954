"""`make locks`: the lock files, of the short requirements.

A lock names every package that pip will take, at one version, with the hashes
of the files that pass for it. It is installed with --no-deps: what it does not
list is not installed.

One package comes in two kinds. PyTorch's plain wheel for Linux wants gigabytes
of CUDA, its CPU wheel none of them, and no marker tells the two apart. So what
torch alone asks for on Linux has a lock of its own, today-cuda.txt, which
`make` installs where `pip check` misses it. Before all else `make` tries
today-cpu.txt: with hashes, pip prefers an index's wheel to a file beside it.
`make TORCH_INDEX=…` names the index that has those wheels.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCKS = Path(__file__).parent
# pip stays the one that comes with Python: it does not replace itself.
EVERYWHERE = [
    *["--universal", "--python-version=3.11", "--no-build"],
    "--no-emit-package=pip",
]
# Two of 2018's packages have no wheel.
PYTHON_36 = [
    "--python-version=3.6.8",
    "--python-platform=x86_64-manylinux_2_17",
]
# A lock: what it is made from, and for whom.
SOURCES = {
    "today": ("requirements.txt", EVERYWHERE),
    "cuda12": ("environments/gpu/cuda12.txt", EVERYWHERE),
    "cuda13": ("environments/gpu/cuda13.txt", EVERYWHERE),
    "site": ("environments/site/requirements.txt", EVERYWHERE),
    "2018": ("environments/2018/requirements.txt", PYTHON_36),
    "2018-pip": ("environments/2018/pip.txt", PYTHON_36),
}
# One package of a lock: its line, its hashes, and who asks for it.
BLOCK = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?P<marker>[^\\\n]*)"
    r"(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})*)\n"
    r"(?:    # via (?P<via>.*)\n)?",
    re.M,
)
Block = re.Match[str]


def locks() -> list[Path]:
    """Every lock that is made here."""
    return sorted(p for p in LOCKS.glob("*.txt") if p.stem != "today-cpu")


def blocks(text: str) -> list[Block]:
    """The packages of a lock. Raises ValueError where anything else but a
    comment stands between them."""
    rest = re.sub(r"^#.*\n", "", BLOCK.sub("", text), flags=re.M).strip()
    if rest:
        raise ValueError(f"no line of a lock: {rest.splitlines()[0]}")
    return list(BLOCK.finditer(text))


def resolved(name: str, source: str, options: list[str]) -> list[Block]:
    """What uv makes of `source`. What the lock had stays, where it can; what
    today's has, the others take."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.txt")
        before = LOCKS / path.name
        if before.exists():  # without its hashes: uv would believe them
            pins = [
                f"{b['name']}=={b['version']}{b['marker'].rstrip()}\n"
                for b in blocks(before.read_text("utf-8"))
            ]
            path.write_text("".join(pins), "utf-8")
        if name in ("cuda12", "cuda13", "site"):
            options = [*options, "--constraints", str(LOCKS / "today.txt")]
        subprocess.run(
            [
                *[sys.executable, "-m", "uv", "pip", "compile", "--quiet"],
                *["--generate-hashes", "--no-header"],
                *["--annotation-style=line", *options],
                *["--output-file", str(path), source],
            ],
            cwd=ROOT,
            check=True,
        )
        return blocks(path.read_text("utf-8"))


def for_cuda(found: list[Block]) -> set[str]:
    """The names of those that torch alone asks for, on Linux alone."""
    names: set[str] = set()
    while True:
        more = {
            b["name"]
            for b in found
            if "'linux'" in b["marker"]
            and {*(b["via"] or "").split(", ")} <= {"torch", *names}
        }
        if more == names:
            return names
        names = more


def write(name: str, source: str, found: list[Block]) -> None:
    text = f"# Made by `make locks` from {source}.\n"
    text += "".join(b[0] for b in found)
    (LOCKS / f"{name}.txt").write_text(text, "utf-8")
    print(f"make locks: environments/locks/{name}.txt")


def main() -> None:
    for name, (source, options) in SOURCES.items():
        found = resolved(name, source, options)
        cuda = for_cuda(found) if name == "today" else set()
        write(name, source, [b for b in found if b["name"] not in cuda])
        if cuda:
            apart = [b for b in found if b["name"] in cuda]
            write(f"{name}-cuda", source, apart)


if __name__ == "__main__":
    main()
