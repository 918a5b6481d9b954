"""No text of a result is markup on a page, whatever the schema lets pass."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import markdown
import pytest

from lab import results
from lab.frameworks import implementations
from pages.__main__ import RESULT_PAGES
from pages.markup.text import escape_markup

pytestmark = pytest.mark.pure

EVIL = (
    "<script>x</script><img src=x onerror=x> a|b `c` *d* _e_ **f** ~~g~~ "
    "[h](javascript:x) ![i](j) {: onclick=x } k{ onclick=x } \"q\" 'r' $s$ "
    '&lt;t&gt; \\* x_y <http://u> \x1b[31m\n# v\n--8<-- "README.md"'
)
# What the machine, the framework or whoever sends a file writes there.
FREE = {
    "cpu",
    "system",
    "python",
    "kernel",
    "governor",
    "gpu",
    "version",
    "device",
    "label",
    "commit",
    "command",
    "error",
}


# Of pyperf's own, a page shows this; pyperf reads the others, and refuses
# lines in this.
FREE_OF_PYPERF = {"commit"}
EVIL_LINE = " ".join(EVIL.split())


def spoilt(found: Any, free: set[str] = FREE, evil: str = EVIL) -> Any:
    """`found` with EVIL in the place of every free text."""
    if isinstance(found, list):
        return [spoilt(value, free, evil) for value in found]
    if not isinstance(found, dict):
        return found
    return {
        key: evil
        if key in free and isinstance(value, str | None)
        else spoilt(value, FREE_OF_PYPERF, EVIL_LINE)
        if key == "pyperf"
        else spoilt(value, free, evil)
        for key, value in found.items()
    }


def copies(folder: Path) -> Iterator[Path]:
    """The results of some implementations, in `folder`, spoilt."""
    of = "|".join(i.slug for i in implementations()[::4])
    for path in results.FOLDER.rglob("*.json"):
        copy = folder / path.relative_to(results.FOLDER)
        if re.match(f"({of}|control)", path.name):
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(json.dumps(spoilt(json.loads(path.read_text()))))
            yield copy


def test_every_text_of_a_result_is_escaped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anything = jsonschema.Draft202012Validator({})
    monkeypatch.setattr(results, "validator", lambda kind: anything)
    monkeypatch.setattr(results, "contradictions", lambda *of: [])
    assert len(list(copies(tmp_path))) > 20
    shown = 0
    for module in RESULT_PAGES:
        for path, text in module.result_files(tmp_path).items():
            # What a page includes of a framework's folder is no result.
            text = re.sub(r'--8<-- "snippets/[\w/.:]+"', "", text)
            shown += "script" in text
            for raw in (
                "<script",
                "<img",
                "a|b",
                "`c`",
                "*d*",
                " _e_",
                "~~g",
                "[h]",
                "{:",
                "k{",
                '"q"',
                "--8<--",
                "\x1b",
            ):
                assert raw not in text, (path, raw)
    assert shown > 5


def test_plain_is_shown_as_it_was() -> None:
    """In a page, in a table's cell: the text and no element."""
    page = markdown.markdown(
        f"| a |\n| - |\n| {escape_markup(EVIL)} |\n",
        extensions=[
            "tables",
            "attr_list",
            "md_in_html",
            "pymdownx.superfences",
            "pymdownx.snippets",
            "footnotes",
        ],
    )
    assert set(re.findall(r"<(\w+)", page)) == {
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    assert "onclick=" in page and not re.search(r"<[^>]*onclick", page)
    assert escape_markup("Linux-6.1-x86_64 a__b") == "Linux-6.1-x86_64 a__b"
