"""Write the generated parts of the site: `python -m pages`.

They are docs/generated/, docs/notebooks/, parts of docs/assets/ and three
places in README.md, from the results and from the folders of snippets/.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from lab.files import write_text
from lab.frameworks import ROOT, implementations
from lab.outcome import outcome
from lab.results import FOLDER
from pages import (
    benchmarks,
    cachelines,
    canary,
    convnet,
    diff,
    digit,
    distributed,
    endurance,
    explorer,
    face,
    faster,
    for_machines,
    lacking,
    layers,
    layout_costs,
    layouts,
    licences,
    network,
    notebooks,
    phrasebook,
    plain_text,
    ranking,
    readme,
    records,
    references,
    roofline,
    same_numbers,
    scaled,
    seeds,
    start_up,
    states,
    steps,
    symptoms,
    tabs,
    then_and_now,
    trained,
    training,
    unit_gain,
)
from pages.markup import framework_marks, stale_remarks
from pages.paths import GENERATED

# What is written from results/.
FROM_RESULTS = [
    readme, convnet, references, same_numbers, seeds,
    benchmarks, ranking, start_up, trained, then_and_now, layout_costs,
    roofline, steps, layers, states, for_machines, face, canary, endurance,
    distributed,
]  # fmt: skip
# What is written from snippets/ and evidence/.
FROM_FOLDERS = [
    tabs, phrasebook, faster, layouts, explorer, cachelines, notebooks,
    unit_gain, symptoms, plain_text, framework_marks, digit, diff,
    training, network, licences, scaled, records,
]  # fmt: skip


def parts(folder: Path = FOLDER) -> dict[Path, str]:
    """Every generated file whole, by its path; the results are those of
    `folder`."""
    found: dict[Path, str] = {}
    for from_results in FROM_RESULTS:
        found |= from_results.parts(folder)
    for from_folders in FROM_FOLDERS:
        found |= from_folders.parts()
    return found


def differing(found: dict[Path, str]) -> list[Path]:
    """The files that are not as `found` has them."""
    return [
        path
        for path, text in found.items()
        if not path.exists() or path.read_bytes() != text.encode()
    ]


def left_over(found: dict[Path, str]) -> list[Path]:
    """The files of docs/generated/ that no part is written to."""
    there = (path for path in GENERATED.rglob("*") if path.is_file())
    return sorted(set(there) - set(found))


def check() -> int:
    """Say which files differ or are left over, and which results are stale
    that are quickly measured again; return the exit status."""
    found = parts()
    faults = [
        f"{path.relative_to(ROOT)} is not current" for path in differing(found)
    ] + [f"{path.relative_to(ROOT)} is left over" for path in left_over(found)]
    faults = [f"{fault}: run `python -m pages`" for fault in faults]
    faults += stale_remarks.list_stale_results()
    for fault in faults:
        print(f"pages: {fault}", file=sys.stderr)
    return int(bool(faults))


def lack(name: str) -> int:
    """Say what is missing in a framework's folder; return the exit status."""
    faults = lacking.lacking(implementations([name])[0].framework)
    for fault in faults:
        print(f"pages: {fault}", file=sys.stderr)
    return int(bool(faults))


def write() -> int:
    """Write what differs, remove what is left over."""
    found = parts()
    for path in left_over(found):
        path.unlink()
        print("removed", path.relative_to(ROOT))
    for path in differing(found):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, found[path])
        print("wrote", path.relative_to(ROOT))
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m pages`; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m pages",
        description="Write the generated parts of the site.",
    )
    parser.add_argument(
        "--check", action="store_true",
        help="write nothing; name each file that differs and each stale "
        "result that is quickly measured again, and fail",
    )  # fmt: skip
    parser.add_argument(
        "--pictures",
        action="store_true",
        help="also train a ConvNet and draw what its layers compute",
    )
    parser.add_argument(
        "--lacking", metavar="NAME",
        help="write nothing; say what a framework's folder lacks, and fail",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    if options.check and options.pictures:
        parser.error("--check writes nothing, and so draws no pictures")

    def do() -> int:
        if options.lacking:
            return lack(options.lacking)
        if options.check:
            return check()
        status = write()
        if options.pictures:
            # Matplotlib and PyTorch are needed for nothing else here.
            from pages import pictures

            pictures.draw()
            digit.draw()
        return status

    return outcome("pages", do)


if __name__ == "__main__":
    sys.exit(main())
