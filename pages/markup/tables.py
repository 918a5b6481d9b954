"""Tables in Markdown, and tables whose rows become cards."""

import html
import re
from collections.abc import Sequence

from pages.markup.framework_marks import mark_cell


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], align: str = "l"
) -> str:
    """Return a Markdown table. `align` has an l for a column of text and an r
    for one of numbers; a column that it does not reach is of numbers. A first
    cell that names a framework has its mark."""
    columns = align.ljust(len(head), "r")
    rule = ["---" if side == "l" else "---:" for side in columns]
    marked = [[mark_cell(first), *rest] for first, *rest in rows]
    lines = [head, rule, *marked]
    return "".join(f"| {' | '.join(row)} |\n" for row in lines)


def card_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in HTML whose rows become cards where there is no room:
    each cell knows what its column is called. The cells are HTML. A first cell
    that names a framework has its mark."""
    lines = ["<table data-cards>", "<thead><tr>"]
    lines += [f"<th>{name}</th>" for name in head] + ["</tr></thead><tbody>"]
    for first, *cells in rows:
        lines.append(f'<tr><th scope="row">{mark_cell(first)}</th>')
        for name, content in zip(head[1:], cells):
            label = html.escape(re.sub("<.*?>", "", name), quote=True)
            lines.append(f'<td data-label="{label}">{content}</td>')
        lines.append("</tr>")
    return "\n".join([*lines, "</tbody></table>\n"])
