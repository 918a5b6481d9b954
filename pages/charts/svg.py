"""The elements of a figure, and the head that all figures have."""

import textwrap
from collections.abc import Sequence


def figure(
    kind: str,
    key: str,
    title: str,
    description: str,
    width: float,
    height: float,
    body: Sequence[str],
    *,
    left: int = 0,
    display_width: int | None = None,
    size: int = 12,
    remark: str = "",
    remark_below: bool = True,
) -> str:
    """Return a figure of class `kind`, with its title and its description,
    which screen readers say; `key` tells it from the page's other figures.

    It is drawn in a box of `width` × `height` that begins at x = `left`, and
    shown as wide as the page allows, or `display_width`. A `remark` ends the
    description and stands below the figure, if `remark_below`. All texts must
    be escaped."""
    if remark:
        description = f"{description.rstrip('.')}. {remark}"
    if remark and remark_below:
        letters = int(width / size / 0.52)
        lines = textwrap.wrap(remark, letters, break_on_hyphens=False)
        texts = [
            svg_text(left, f"{height + 1.4 * size * (n + 1):.0f}", line)
            for n, line in enumerate(lines)
        ]
        body = [*body, text_group(texts)]
        height += 1.4 * size * len(lines) + 6
    style = f' class="{kind}"' if kind else ""
    wide = f' width="{display_width}"' if display_width else ""
    return "\n".join(
        [
            f'<svg{style} viewBox="{left} 0 {width} {height:.0f}"{wide} '
            f'role="img" aria-labelledby="{key}-title {key}-desc" '
            'xmlns="http://www.w3.org/2000/svg" '
            f'font-family="system-ui, sans-serif" font-size="{size}">',
            f'<title id="{key}-title">{title}</title>',
            f'<desc id="{key}-desc">{description}</desc>',
            *body,
            "</svg>\n",
        ]
    )


def group(parts: Sequence[str], style: str = "") -> str:
    """Return several parts as one."""
    return f"<g{style and ' ' + style}>{''.join(parts)}</g>"


def text_group(parts: Sequence[str]) -> str:
    """Return texts in the color of the page's."""
    return group(parts, 'fill="currentColor"')


def svg_text(
    x: float | str, y: float | str, content: object, anchor: str = ""
) -> str:
    """Return a text that begins at x, or with its `anchor` there."""
    where = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x}" y="{y}"{where}>{content}</text>'


def draw_dot(x: float | str, y: float | str, radius: float, style: str) -> str:
    """Return a dot of a class."""
    return f'<circle cx="{x}" cy="{y}" r="{radius}" class="{style}"/>'


def grid_lines(path: str) -> str:
    """Return the faint lines behind a chart."""
    return f'<path d="{path}" stroke="currentColor" opacity="0.25"/>'
