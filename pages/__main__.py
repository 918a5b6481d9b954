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
    check_folder,
    convnet,
    evidence_records,
    faster,
    home,
    home_digit,
    layers,
    layout_explorer,
    layouts,
    machine_readable,
    notebooks,
    past_one_machine,
    phrasebook,
    port,
    ranking,
    raw_results,
    readme,
    references,
    roofline,
    same_numbers,
    seed_accuracies,
    side_by_side,
    then_and_now,
    training,
    what_went_wrong,
)
from pages.markup import framework_marks, stale_remarks
from pages.paths import GENERATED

# What is written from results/.
RESULT_PAGES = [
    readme,
    home,
    convnet,
    same_numbers,
    seed_accuracies,
    past_one_machine,
    layers,
    machine_readable,
    layouts,
    benchmarks,
    ranking,
    roofline,
    faster,
    raw_results,
    references,
]
# What is written from what the scripts of evidence/ recorded.
RECORD_PAGES = [home_digit, training, phrasebook, evidence_records]
# What is written from snippets/, and from this package alone.
FOLDER_PAGES = [
    home,
    convnet,
    side_by_side,
    then_and_now,
    past_one_machine,
    port,
    phrasebook,
    what_went_wrong,
    machine_readable,
    layouts,
    layout_explorer,
    cachelines,
    faster,
    notebooks,
    references,
    framework_marks,
]


def generated_files(folder: Path = FOLDER) -> dict[Path, str]:
    """Return the text of every generated file by its path; the results are
    those of `folder`."""
    texts: dict[Path, str] = {}
    for page in RESULT_PAGES:
        texts |= page.result_files(folder)
    for page in RECORD_PAGES:
        texts |= page.record_files()
    for page in FOLDER_PAGES:
        texts |= page.folder_files()
    return texts


def changed_files(texts: dict[Path, str]) -> list[Path]:
    """Return the files that are not as `texts` has them."""
    return [
        path
        for path, text in texts.items()
        if not path.exists() or path.read_bytes() != text.encode()
    ]


def orphan_files(texts: dict[Path, str]) -> list[Path]:
    """Return the files of docs/generated/ that no page writes."""
    present = {path for path in GENERATED.rglob("*") if path.is_file()}
    return sorted(present - set(texts))


def check_files() -> int:
    """Name the stale results that are quickly measured again, then the files
    that differ and the orphans. Return the exit status."""
    texts = generated_files()
    faults = stale_remarks.list_stale_results()
    for path in changed_files(texts):
        name = path.relative_to(ROOT)
        faults.append(
            f"{name} is not current: run `.venv/bin/python -m pages`"
        )
    for path in orphan_files(texts):
        name = path.relative_to(ROOT)
        faults.append(f"{name} is left over: run `.venv/bin/python -m pages`")
    for fault in faults:
        print(f"pages: {fault}", file=sys.stderr)
    return int(bool(faults))


def check_framework(name: str) -> int:
    """Name what is missing in a framework's folder. Return the exit status."""
    faults = check_folder.list_missing(implementations([name])[0].framework)
    for fault in faults:
        print(f"pages: {fault}", file=sys.stderr)
    return int(bool(faults))


def write_files() -> int:
    """Write what differs, and remove the orphans. Return the exit status."""
    texts = generated_files()
    for path in orphan_files(texts):
        path.unlink()
        print("removed", path.relative_to(ROOT))
    for path in changed_files(texts):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, texts[path])
        print("wrote", path.relative_to(ROOT))
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m pages`; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m pages",
        description="Write the generated parts of the site.",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; name each file that differs and each stale "
        "result that is quickly measured again, and fail",
    )
    parser.add_argument(
        "--pictures",
        action="store_true",
        help="also train a ConvNet and draw what its layers compute",
    )
    parser.add_argument(
        "--lacking",
        metavar="NAME",
        help="write nothing; say what a framework's folder lacks, and fail",
    )
    options = parser.parse_args(arguments)
    if options.check and options.pictures:
        parser.error("--check writes nothing, and so draws no pictures")

    def run() -> int:
        if options.lacking:
            return check_framework(options.lacking)
        if options.check:
            return check_files()
        status = write_files()
        if options.pictures:
            # Matplotlib and PyTorch are needed for nothing else here.
            from pages import layer_pictures

            layer_pictures.draw_pictures()
            home_digit.draw_pictures()
        return status

    return outcome("pages", run)


if __name__ == "__main__":
    sys.exit(main())
