"""Tab sets."""

import textwrap


def tab_set(bodies: list[tuple[str, str]]) -> str:
    """Return a tab set: (label, Markdown) for each tab."""
    return "\n\n".join(
        f'=== "{label}"\n\n{textwrap.indent(body, "    ")}'
        for label, body in bodies
    )


def tab_set_2018(bodies: list[tuple[str, str]]) -> str:
    """Return a tab set of 2018's: a reader's choice there is another than that
    among today's."""
    return f'<div class="of-2018" markdown>\n\n{tab_set(bodies)}\n\n</div>'
