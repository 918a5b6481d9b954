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
    """Return when those of these results that are stale were measured."""
    results = list(measured)
    if not results:
        return None
    return frozenset(
        result["date"][:10]
        for result in results
        if not freshness.is_fresh(kind, result)
    )


def stale_record_days(path: Path) -> Days:
    """Return when a script of evidence/ made this record, if it is stale."""
    if not path.exists():
        return None
    if evidence.is_fresh(path):
        return frozenset()
    sources = evidence.read_sources().get(evidence.find_script(path), {})
    return frozenset([sources.get("date", "")[:10]])


def join_days(*parts: Days) -> Days:
    """Of a number that several results make."""
    measured = [part for part in parts if part is not None]
    return frozenset[str]().union(*measured) if measured else None


def date_range(dates: Iterable[str]) -> str:
    """2026-11-25, or 2026-11-24 to 2026-11-25; empty where none is known."""
    ordered = sorted(filter(None, dates))
    return " to ".join(dict.fromkeys([*ordered[:1], *ordered[-1:]]))


def stale_phrase(days: Days) -> str:
    """Return the words, and when that was; empty where all is fresh."""
    if not days:
        return ""
    when = date_range(days)
    return f"{STALE_WORDS} ({when})" if when else STALE_WORDS


def add_stale_remark(text: str, days: Days) -> str:
    """Return a text with the words behind it: as a sentence, where it is
    one."""
    if not days:
        return text
    words = ", ".join(filter(None, [STALE_WORDS, date_range(days)]))
    if text.endswith("."):
        words = f"{words[0].upper()}{words[1:]}."
    return f"{text} ({words})"


def stale_sentence(days_by_name: Mapping[str, Days]) -> str:
    """Of several by their names: the words as a sentence, that says which
    they hold for where that is not all. Empty where all are fresh."""
    measured = {name: d for name, d in days_by_name.items() if d is not None}
    old = [name for name, days in measured.items() if days]
    phrase = stale_phrase(join_days(*measured.values()))
    if not phrase:
        return ""
    which = "" if len(old) == len(measured) else f": {join_words(old)}"
    return f"{phrase[0].upper()}{phrase[1:]}{which}."


def stale_paragraph(*days: Days) -> str:
    """Return a paragraph above what is stale: empty where anything is
    fresh."""
    measured = [d for d in days if d is not None]
    if not all(measured):
        return ""
    sentence = stale_sentence({"": join_days(*measured)})
    return f"{small(sentence)}\n\n" if sentence else ""


def label_stale_rows(
    rows: Sequence[Sequence[str]], days: Sequence[Days]
) -> tuple[str, list[list[str]]]:
    """Return a paragraph above a table, and its rows: the words are in one of
    them. `days` is of each row."""
    over = stale_paragraph(*days)
    labeled = [
        [f"{row[0]}<br>{small(stale_phrase(old))}", *row[1:]]
        if old and not over
        else list(row)
        for row, old in zip(rows, days, strict=True)
    ]
    return over, labeled


def list_stale_results(folder: Path = FOLDER) -> list[str]:
    """Return a line for the stale results of each kind and implementation
    that are quickly measured again: the first file, and the command that
    measures them. One more line names the command that measures them all."""
    stale = [
        one
        for one in status.list_results(implementations(), folder)
        if one.kind in status.CHEAP and one.state == "stale"
    ]
    lines = []
    for results in status.group_results(stale).values():
        first = results[0].path.relative_to(folder)
        rest = f" (and {len(results) - 1} more)" if results[1:] else ""
        lines.append(
            f"{folder.name}/{first} is stale{rest}: run "
            f"`.venv/bin/{results[0].command}`"
        )
    if lines:
        lines.append("`make refresh` measures these, and writes the pages")
    return lines
