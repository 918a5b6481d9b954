"""`python -m benchmarks compare`: one folder with another."""

from argparse import Namespace

from rich.console import Console
from rich.table import Table

from benchmarks import results
from benchmarks.statistics import middle, unpaired


def show(options: Namespace, console: Console) -> int:
    """`python -m benchmarks compare`; return the exit status."""
    before, after = map(results.folder, (options.before, options.after))
    grid = Table(title=f"{options.after} over {options.before}")
    for name in "variant", "case":
        grid.add_column(name)
    for name in "before", "after", "ratio", "95 % interval":
        grid.add_column(name, justify="right")
    for variant in sorted(set(before) & set(after)):
        both = before[variant]["measured"], after[variant]["measured"]
        for case in sorted(set(both[0]) & set(both[1])):
            was, is_ = (results.rounds(side[case]) for side in both)
            if not was or not is_:
                continue
            # Not side by side: their rounds have nothing in common.
            times, low, high = unpaired(is_, was)
            grid.add_row(
                variant,
                case,
                *(f"{1e3 * middle(x):,.2f} ms" for x in (was, is_)),
                f"{times:.3f}",
                "—" if low is None else f"{low:.3f}–{high:.3f}",
            )
    console.print(grid)
    missing = sorted(set(before) ^ set(after))
    if missing:
        console.print("in one folder alone: " + ", ".join(missing))
    return 0
