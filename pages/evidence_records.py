"""docs/generated/records.md: for each script of evidence/ a section that pages
include above its output. It says so if the record is stale."""

from pathlib import Path

from lab import evidence
from pages.markup.stale_remarks import stale_record_days, stale_sentence
from pages.markup.text import small
from pages.paths import GENERATED

RECORDS = GENERATED / "records.md"
# The figures at the top of Then and now.
SLIPS = "slips"


def record_section(name: str, text: str) -> str:
    marks = [f"<!-- --8<-- [{end}:{name}] -->" for end in ("start", "end")]
    remark = f"{small(text)}\n" if text else ""
    return f"{marks[0]}\n{remark}{marks[1]}\n"


def record_files() -> dict[Path, str]:
    """docs/generated/records.md."""
    days_of = {
        name: stale_record_days(path)
        for name, path in evidence.list_records().items()
        if path.suffix == ".txt"
    }
    sections = [
        record_section(Path(name).name, stale_sentence({"": old}))
        for name, old in days_of.items()
    ]
    slips = {
        f"`{Path(name).name}.txt`": old
        for name, old in days_of.items()
        if Path(name).parts[0] == SLIPS
    }
    return {
        RECORDS: "\n".join(
            [*sections, record_section(SLIPS, stale_sentence(slips))]
        )
    }
