"""Home: the strip of trust, the network's picture, the reasons to choose."""

from pathlib import Path
from statistics import mean

from safetensors.numpy import load_file

from lab import results
from lab.frameworks import Framework, every, frameworks, reference
from pages.charts.kernels import TRAINED_WEIGHTS, kernel_strip, logo
from pages.charts.network_drawing import (
    AXIS_ORDERS,
    PAINT,
    file_name,
    network_figure,
    network_file,
)
from pages.markup.folder_texts import read_note
from pages.markup.framework_marks import label_slug
from pages.markup.numbers import scientific
from pages.markup.stale_remarks import (
    Days,
    add_stale_remark,
    join_days,
    stale_days,
)
from pages.markup.text import NOT_MEASURED
from pages.markup.titles import Frameworks, group_by_label
from pages.paths import ASSETS, GENERATED, TABS
from pages.seed_accuracies import accuracies, stale_seed_days

NETWORK_PLACES = """
.md-typeset figure:has(> .orders),
.orders svg.network {
  width: 100%;
}

.orders svg.tall,
.orders > [data-order]:not(.first) {
  display: none;
}

@media (max-width: 699px) {
  .orders svg.wide {
    display: none;
  }

  .orders svg.tall {
    display: block;
    margin: 0 auto;
    max-width: 24rem;
  }
}
"""


def trust_strip(folder: Path = results.FOLDER) -> str:
    """Return what speaks for the site, each with the way to its proof."""
    others = [i for i in every() if i != reference()]
    parity = results.parity(folder)
    far = [
        parity[i.slug]["max_abs_logits"] for i in others if i.slug in parity
    ]
    whole = len(far) == len(others)
    logits = scientific(max(far)) if whole else NOT_MEASURED
    runs = [
        mean(days["own"])
        for days in accuracies(folder).values()
        if days["own"]
    ]
    reached = (
        f"{100 * min(runs):.1f}–{100 * max(runs):.1f} %"
        if runs
        else NOT_MEASURED
    )
    weights = sum(w.size for w in load_file(TRAINED_WEIGHTS).values())
    gates = results.gates("mnist-5k", folder)
    then = [i for i in every() if i.framework.era == "2018"]
    seed_days = join_days(
        *(
            days_by_weights["own"]
            for days_by_weights in stale_seed_days(folder).values()
        )
    )
    passed = [run for i in then for run in gates.get(i.slug, [])]
    fresh: Days = frozenset()
    running = sum(i.slug in gates for i in then)
    labels = len({f.label for f in frameworks()})
    claims = [
        (
            len(every()),
            f"implementations of {labels} frameworks, each a file "
            "that the tests train",
            "convnet.md",
            fresh,
        ),
        (
            f"{weights:,}",
            "parameters, in one file of weights for all",
            "port.md",
            fresh,
        ),
        (
            logits,
            "from float64 at most, in any logit of any of them",
            "same-numbers.md",
            stale_days(
                "parity", [parity[i.slug] for i in others if i.slug in parity]
            ),
        ),
        (
            reached,
            "of MNIST’s test digits, the mean of each framework",
            "convnet.md#the-whole-mnist",
            seed_days,
        ),
        (
            "2018",
            f"still runs: {running} of its {len(then)} listings pass "
            "their gate today",
            "then-and-now.md#run-that-stack-today",
            stale_days("gates", passed),
        ),
    ]
    rows = [
        f"- [{add_stale_remark(f'**{head}** {text}', days)}]({link})"
        for head, text, link, days in claims
    ]
    body = "\n".join(rows)
    return f'<div class="trust" markdown>\n\n{body}\n\n</div>\n'


def network_pictures(all_frameworks: list[Framework]) -> str:
    """Both orders for Home: without a choice, that of its first tab."""
    begin = all_frameworks[0].image_layout
    return "\n".join(
        [
            '<div class="orders">',
            *(
                f'<div data-order="{order}"'
                f"{' class=first' * (order == begin)}>\n"
                f"{network_figure(order, 'wide')}"
                f"{network_figure(order, 'tall')}</div>"
                for order in AXIS_ORDERS
            ),
            "</div>",
            '<link rel="stylesheet" href="assets/network.css">\n',
        ]
    )


def network_css(all_frameworks: list[Framework]) -> str:
    """Return the picture's style, and which order each tab shows."""
    begin = all_frameworks[0].image_layout
    turned = ", ".join(
        f'[id$="-{label_slug(label)}"]'
        for label, group in group_by_label(all_frameworks).items()
        if group[-1].image_layout != begin
    )
    chosen = f".md-typeset:has(.tabbed-set > input:is({turned}):checked)"
    return (
        "/* Written by `python -m pages` from the folders of snippets/. */\n"
        f"{PAINT}{NETWORK_PLACES}"
        f"\n{chosen} .orders > .first {{\n  display: none;\n}}\n"
        f"\n{chosen} .orders > :not(.first) {{\n  display: block;\n}}\n"
    )


def reasons_to_choose(all_frameworks: Frameworks) -> str:
    """Return what one chooses each for; the newest of a label says it."""
    return "\n".join(
        f"- **{label}**: {' '.join(read_note(group[-1], 'choose').split())}"
        for label, group in group_by_label(all_frameworks).items()
    )


def result_files(folder: Path = results.FOLDER) -> dict[Path, str]:
    """Return the strip of trust."""
    return {GENERATED / "trust.md": trust_strip(folder)}


def folder_files() -> dict[Path, str]:
    """Return the network's picture, its colors and a file of it in each order;
    the logo and the row of kernels; the reasons to choose a framework."""
    groups = group_by_label(frameworks()).values()
    all_frameworks = [framework for group in groups for framework in group]
    return {
        GENERATED / "network.md": network_pictures(all_frameworks),
        ASSETS / "network.css": network_css(all_frameworks),
        ASSETS / "logo.svg": logo(),
        ASSETS / "kernels.svg": kernel_strip(),
        TABS / "choose.md": reasons_to_choose(frameworks()) + "\n",
        **{
            ASSETS / file_name(order): network_file(order)
            for order in AXIS_ORDERS
        },
    }
