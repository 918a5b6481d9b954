"""What a workflow runs over, as JSON: `python3 .ci/matrix.py WHAT`.

It reads snippets/*/framework.toml with what Python has by itself, so that a
job need not install anything to know what the next ones are.

    names    every folder of snippets/
    canary   those of today on each of their backends, as commands name them
    gpu      the environments in which one of them runs on a GPU
    on ENVIRONMENT    who does in that one: words instead of JSON, for a shell
    touched BASE      the folders of snippets/ that differ from the commit
                      BASE; all of them if code that all of them share differs
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SNIPPETS = ROOT / "snippets"
# Code that every framework runs, or is compared by; the reference's folder
# is the rest of it.
SHARED = "lab/inside/", "lab/float64.py"


def manifests() -> dict[str, dict]:
    """Every framework.toml by its folder."""
    found = sorted(SNIPPETS.glob("*/framework.toml"))
    return {p.parent.name: tomllib.loads(p.read_text("utf-8")) for p in found}


def titles(environment: str | None = None) -> list[str]:
    """folder/backend, or folder alone: those of today; or those that run in
    one environment of a GPU."""
    return [
        "/".join(filter(None, [name, backend.get("name", "")]))
        for name, manifest in manifests().items()
        for backend in manifest["backends"]
        if (environment or "") in ("", backend.get("gpu"))
        if manifest["era"] == "today"
    ]


def environments() -> list[str]:
    """Those that any framework.toml names."""
    backends = [b for m in manifests().values() for b in m["backends"]]
    return sorted({b["gpu"] for b in backends if "gpu" in b})


def touched(base: str) -> list[str]:
    """The frameworks whose slow tests should run after the changes since the
    commit `base`. Raises CalledProcessError if Git does not have it."""
    changed = subprocess.run(
        ["git", "diff", "--name-only", "--no-renames", "-z", base, "--"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ).stdout.split("\0")
    known = manifests()
    shared = SHARED + tuple(
        f"snippets/{name}/"
        for name, manifest in known.items()
        if manifest.get("reference")
    )
    if any(path.startswith(shared) for path in changed):
        return list(known)
    return [
        name
        for name in known
        if any(path.startswith(f"snippets/{name}/") for path in changed)
    ]


def main(arguments: list[str]) -> int:
    """Print it; return the exit status."""
    match arguments:
        case ["names"]:
            print(json.dumps(list(manifests())))
        case ["canary"]:
            print(json.dumps(titles()))
        case ["gpu"]:
            print(json.dumps(environments()))
        case ["on", environment] if environment in environments():
            print(*titles(environment))
        case ["touched", base]:
            try:
                print(json.dumps(touched(base)))
            except subprocess.CalledProcessError as error:
                print(
                    f"matrix: git: status {error.returncode}: no list of "
                    f"what differs from {base}",
                    file=sys.stderr,
                )
                return 1
        case _:
            asked = " ".join(arguments) or "nothing"
            known = "names, canary, gpu, touched BASE, " + ", ".join(
                f"on {name}" for name in environments()
            )
            print(f"matrix: {asked}: one of {known}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
