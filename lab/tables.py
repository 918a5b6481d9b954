"""Tables on a terminal, and what stands for one where it is too narrow."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lab.outcome import printed

NARROW = 12  # columns that a text which may be folded wants at least


class Grid(NamedTuple):
    """Rows of texts under a head. None of them is markup. `numbers` are the
    columns set to the right, `folded` those whose texts may be broken."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    numbers: Sequence[str] = ()
    folded: Sequence[str] = ("error",)

    def width(self) -> int:
        """What it takes to show every name and number whole."""
        total = 1
        for name, *cells in zip(self.head, *self.rows):
            widest = max(map(cell_len, [name, *cells]))
            if name in self.folded:
                widest = min(widest, NARROW)
            total += widest + 3
        return total

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        if self.width() <= options.max_width:
            yield self.table()
            return
        if self.title:
            yield Text(self.title, style="italic")
        for name, *cells in self.rows:
            yield Text(name, style="bold")
            pairs = zip(self.head[1:], cells)
            said = [f"{title}: {cell}" for title, cell in pairs if cell]
            yield Padding(Text("; ".join(said), overflow="fold"), (0, 0, 0, 2))

    def table(self) -> Table:
        grid = Table(title=self.title or None)
        for name in self.head:
            grid.add_column(
                name,
                justify="right" if name in self.numbers else "left",
                no_wrap=name not in self.folded,
                overflow="fold",
            )
        for row in self.rows:
            grid.add_row(*map(Text, row))
        return grid


def show(console: Console, what: Grid | str) -> None:
    """Print a grid, or a text as it is. Raises as printed() does."""
    printed(lambda: console.print(what, markup=False))
