"""The elements of a figure, and the head that all figures have."""

import textwrap
from collections.abc import Sequence


def figure(
    kind: str,
    key: str,
    title: str,
    said: str,
    width: float,
    height: float,
    body: Sequence[str],
    *,
    left: int = 0,
    shown: int | None = None,
    size: int = 12,
    remark: str = "",
    drawn: bool = True,
) -> str:
    """A figure of class `kind`, `title` its name and `said` what it shows,
    for who does not see it; `key` tells it from the page's others.

    It is drawn in a box of `width` × `height` that begins at x = `left`, and
    shown as wide as the page allows, or `shown`. A `remark` stands below it
    where it is `drawn`, and in any case in what it says. What is given is
    escaped."""
    if remark:
        said = f"{said.rstrip('.')}. {remark}"
    if remark and drawn:
        lines = textwrap.wrap(
            remark, int(width / size / 0.52), break_on_hyphens=False
        )
        body = [*body, text_group([
            svg_text(left, f"{height + 1.4 * size * (n + 1):.0f}", line)
            for n, line in enumerate(lines)
        ])]  # fmt: skip
        height += 1.4 * size * len(lines) + 6
    style = f' class="{kind}"' if kind else ""
    wide = f' width="{shown}"' if shown else ""
    return "\n".join([
        f'<svg{style} viewBox="{left} 0 {width} {height:.0f}"{wide} '
        f'role="img" aria-labelledby="{key}-title {key}-desc" '
        'xmlns="http://www.w3.org/2000/svg" '
        f'font-family="system-ui, sans-serif" font-size="{size}">',
        f'<title id="{key}-title">{title}</title>',
        f'<desc id="{key}-desc">{said}</desc>',
        *body,
        "</svg>\n",
    ])  # fmt: skip


def group(parts: Sequence[str], style: str = "") -> str:
    """Several parts as one."""
    return f"<g{style and ' ' + style}>{''.join(parts)}</g>"


def text_group(parts: Sequence[str]) -> str:
    """Texts in the colour of the page's."""
    return group(parts, 'fill="currentColor"')


def svg_text(
    x: float | str, y: float | str, said: object, anchor: str = ""
) -> str:
    """A text that begins at x, or ends or has its middle there."""
    where = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x}" y="{y}"{where}>{said}</text>'


def grid_lines(path: str) -> str:
    """The faint lines behind."""
    return f'<path d="{path}" stroke="currentColor" opacity="0.25"/>'
