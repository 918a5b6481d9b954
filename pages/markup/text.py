"""Text for the pages: escaped, joined to a sentence, small or folded away."""

import re
import textwrap
from collections.abc import Iterable

NOTHING = "—"
NOT_MEASURED = "not measured"


def collapsible(title: str, body: str, kind: str = "note") -> str:
    """Return a part that opens when its title is pressed."""
    return f'??? {kind} "{title}"\n\n{textwrap.indent(body, "    ")}'


def small(text: str) -> str:
    """Return a remark in small text."""
    return f'<small class="remark">{text}</small>'


# What means nothing to HTML, to Markdown or to its extensions; an underscore
# inside a word does not either.
HARMLESS = re.compile(r"[\w .,:;@()+/=%#×–—-]")
UNDERSCORE = re.compile(r"(?<!\w)_|_(?!\w)")


def escape_markup(text: str) -> str:
    """Return a text of a result, in one line, so that nothing in it can be
    markup: not of HTML, nor of Markdown, nor of a figure."""
    safe = "".join(
        c if HARMLESS.match(c) else f"&#{ord(c)};" if c.isprintable() else "�"
        for c in " ".join(text.split())
    )
    return UNDERSCORE.sub("&#95;", safe)


def join_words(words: Iterable[str]) -> str:
    """`X, Y and Z`, of at least one word."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
