"""Mark numbers that were measured with an earlier version of this code.

A result is stale if an input that determined it has changed; lab/freshness.py
decides. Its numbers stay on the pages, with a remark. In a table the remark is
in the first cell of the row, or above the table if every measured row is
stale. A figure has it below, and in its description for screen readers. A
sentence has it at the end.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lab import evidence, freshness, status
from lab.frameworks import implementations
from lab.results import FOLDER, Result
from pages.markup.text import join_words, small

STALE_WORDS = "measured with an earlier version of this code"
# The days on which stale results were measured, as 2026-11-25; "" for a day
# that was not recorded. Empty if all are fresh, None if nothing was measured.
Days = frozenset[str] | None


def stale_days(kind: str, measured: Iterable[Result]) -> Days:
    """When those of these results that are stale were measured."""
    known = list(measured)
    if not known:
        return None
    return frozenset(
        result["date"][:10]
        for result in known
        if not freshness.is_fresh(kind, result)
    )


def stale_record_days(path: Path) -> Days:
    """The same of what a script of evidence/ recorded."""
    if not path.exists():
        return None
    if evidence.is_fresh(path):
        return frozenset()
    known = evidence.read_sources().get(evidence.find_script(path), {})
    return frozenset([known.get("date", "")[:10]])


def join_days(*parts: Days) -> Days:
    """Of a number that several results make."""
    known = [part for part in parts if part is not None]
    return frozenset[str]().union(*known) if known else None


def date_range(found: Iterable[str]) -> str:
    """2026-11-25, or 2026-11-24 to 2026-11-25; empty where none is known."""
    known = sorted(filter(None, found))
    return " to ".join(dict.fromkeys([*known[:1], *known[-1:]]))


def stale_phrase(found: Days) -> str:
    """The words, and when that was; empty where all is fresh."""
    if not found:
        return ""
    when = date_range(found)
    return f"{STALE_WORDS} ({when})" if when else STALE_WORDS


def add_stale_remark(text: str, found: Days) -> str:
    """A text with the words behind it: as a sentence, where it is one."""
    if not found:
        return text
    said = ", ".join(filter(None, [STALE_WORDS, date_range(found)]))
    if text.endswith("."):
        said = f"{said[0].upper()}{said[1:]}."
    return f"{text} ({said})"


def stale_sentence(named: Mapping[str, Days]) -> str:
    """Of several by their names: the words as a sentence, that says which
    they hold for where that is not all. Empty where all are fresh."""
    measured = {name: d for name, d in named.items() if d is not None}
    old = [name for name, found in measured.items() if found]
    said = stale_phrase(join_days(*measured.values()))
    if not said:
        return ""
    which = "" if len(old) == len(measured) else f": {join_words(old)}"
    return f"{said[0].upper()}{said[1:]}{which}."


def stale_paragraph(*found: Days) -> str:
    """A paragraph above what is stale: empty where anything is fresh."""
    measured = [d for d in found if d is not None]
    if not all(measured):
        return ""
    said = stale_sentence({"": join_days(*measured)})
    return f"{small(said)}\n\n" if said else ""


def label_stale_rows(
    rows: Sequence[Sequence[str]], found: Sequence[Days]
) -> tuple[str, list[list[str]]]:
    """A paragraph above a table, and its rows: the words are in one of them.
    `found` is of each row."""
    over = stale_paragraph(*found)
    labeled = [
        [f"{row[0]}<br>{small(stale_phrase(old))}", *row[1:]]
        if old and not over
        else list(row)
        for row, old in zip(rows, found, strict=True)
    ]
    return over, labeled


def list_stale_results(folder: Path = FOLDER) -> list[str]:
    """A line for each stale result that is quickly measured again: its file,
    and the command that does."""
    return [
        f"{folder.name}/{one.path.relative_to(folder)} is stale: run "
        f"`.venv/bin/{one.command}`"
        for one in status.list_results(implementations(), folder)
        if one.kind in status.CHEAP and one.state == "stale"
    ]
