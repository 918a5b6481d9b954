"""A notebook's page without the styles that nothing in it has.

mkdocs-jupyter puts half a megabyte of them into each, before the first word.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import tinycss2

# The styles of a notebook, by the class that begins their selectors.
NOTEBOOK = re.compile(
    r"(<style[^>]*>)((?:(?!</style>).)*?\.jupyter-wrapper.*?)(</style>)", re.S
)
CLASSES = re.compile(r'class="([^"]*)"')
Nodes = Sequence[Any]


def trim_styles(page: str) -> str:
    """Return the page, whose styles for notebooks keep the rules that may
    hold: a selector is dropped where a class that it wants is nowhere in the
    page, or where it looks for the root inside of something."""
    there = {name for names in CLASSES.findall(page) for name in names.split()}

    def less(style: re.Match[str]) -> str:
        rules = tinycss2.parse_stylesheet(
            style[2], skip_comments=True, skip_whitespace=True
        )
        left = tinycss2.serialize(list(keep_rules(rules, there)))
        return style[1] + left + style[3]

    return NOTEBOOK.sub(less, page)


def keep_rules(rules: Iterable[Any], there: set[str]) -> Iterator[Any]:
    """Yield the rules with a selector that may hold; @media is looked into."""
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword == "media":
            inner = tinycss2.parse_rule_list(
                rule.content, skip_comments=True, skip_whitespace=True
            )
            rule.content = list(keep_rules(inner, there))
        elif rule.type == "qualified-rule" and not any(
            required_classes(selector) <= there
            for selector in split_selectors(rule.prelude)
        ):
            continue
        yield rule


def split_selectors(prelude: Nodes) -> Iterator[Nodes]:
    """Yield what stands between the commas."""
    one: list[Any] = []
    for node in prelude:
        if node == ",":
            yield one
            one = []
        else:
            one.append(node)
    yield one


def required_classes(selector: Nodes) -> set[str]:
    """Return the classes that it wants; and `:root`, which no page has as a
    class, where that is not what it begins with."""
    classes = set()
    for n, (sign, node) in enumerate(itertools.pairwise(selector)):
        if node.type != "ident":
            continue
        if sign == ".":
            classes.add(node.value)
        elif n and sign == ":" and node.value == "root":
            classes.add(":root")
    return classes
