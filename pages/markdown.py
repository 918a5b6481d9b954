"""Tables, numbers and text as the pages have them."""

import html
import math
import re
import textwrap
from collections.abc import Sequence

from lab.frameworks import ROOT
from pages.marks import cell

GENERATED = ROOT / "docs" / "generated"
NOTHING = "—"
NOT_MEASURED = "not measured"


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], align: str = "l"
) -> str:
    """A Markdown table. `align` has an l for a column of text and an r for
    one of numbers; a column that it does not reach is of numbers. A first
    cell that names a framework has its mark."""
    columns = align.ljust(len(head), "r")
    rule = ["---" if side == "l" else "---:" for side in columns]
    marked = [[cell(first), *rest] for first, *rest in rows]
    lines = [head, rule, *marked]
    return "".join(f"| {' | '.join(row)} |\n" for row in lines)


def folded(title: str, body: str, kind: str = "note") -> str:
    """A part that opens when its title is pressed."""
    return f'??? {kind} "{title}"\n\n{textwrap.indent(body, "    ")}'


def small(text: str) -> str:
    """A remark in small text."""
    return f'<small class="remark">{text}</small>'


def cards(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in HTML whose rows become cards where there is no room: each
    cell knows what its column is called. The cells are HTML. A first cell
    that names a framework has its mark."""
    lines = ["<table data-cards>", "<thead><tr>"]
    lines += [f"<th>{name}</th>" for name in head] + ["</tr></thead><tbody>"]
    for first, *cells in rows:
        lines.append(f'<tr><th scope="row">{cell(first)}</th>')
        for name, said in zip(head[1:], cells):
            label = html.escape(re.sub("<.*?>", "", name), quote=True)
            lines.append(f'<td data-label="{label}">{said}</td>')
        lines.append("</tr>")
    return "\n".join([*lines, "</tbody></table>\n"])


# What means nothing to HTML, to Markdown or to its extensions; an underscore
# inside a word does not either.
HARMLESS = re.compile(r"[\w .,:;@()+/=%#×–—-]")
UNDERSCORE = re.compile(r"(?<!\w)_|_(?!\w)")


def plain(text: str) -> str:
    """A text of a result, in one line, so that nothing in it can be markup:
    not of HTML, nor of Markdown, nor of a figure."""
    safe = "".join(
        c if HARMLESS.match(c)
        else f"&#{ord(c)};" if c.isprintable()
        else "�"
        for c in " ".join(text.split())
    )  # fmt: skip
    return UNDERSCORE.sub("&#95;", safe)


def listed(names: Sequence[str]) -> str:
    """X, Y and Z."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def percent(share: float) -> str:
    """12%, or <1%."""
    return f"{share:.0%}" if share >= 0.005 else "<1%"


def milliseconds(seconds: float) -> str:
    """Three digits: 0.142, 14.2, 1,420."""
    ms = 1000 * seconds
    digits = max(0, 2 - math.floor(math.log10(ms))) if ms else 0
    return f"{ms:,.{min(digits, 3)}f}"


def times(ratio: float) -> str:
    """Two digits after the point, fewer where that would be more than three
    in all: 1.42, 14.2, 142."""
    return f"{ratio:.{2 if ratio < 10 else 1 if ratio < 100 else 0}f}"


def interval(found: tuple[float, float | None, float | None]) -> str:
    """1.42 (1.38–1.47)."""
    middle, low, high = found
    if low is None or high is None:
        return times(middle)
    return f"{times(middle)} ({times(low)}–{times(high)})"


def exponential(value: float) -> str:
    """1.1e-07 as 1.1e-7, and nothing as 0."""
    return "0" if value == 0 else re.sub(r"e-0", "e-", f"{value:.1e}")


def rounded(value: float) -> str:
    """Two digits, all before the point: 142, 1.7, 0.036, 4.3e-6."""
    if abs(value) >= 10:
        return f"{value:.0f}"
    return re.sub(r"e-0", "e-", f"{value:.2g}")


def so_many(found: int, wanted: int) -> str:
    """What stands behind a number of some of the seeds; nothing where they
    are all there."""
    return "" if found >= wanted else f" ({found} of {wanted} seeds)"
