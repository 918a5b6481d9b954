"""What a framework's folder does not say, and the pages want."""

from collections.abc import Callable, Iterator
from functools import partial

from lab.errors import BadInput
from lab.frameworks import Framework, frameworks
from pages import phrasebook
from pages.folders import DISTRIBUTED, LISTINGS, listing, note, words


def wanted(framework: Framework) -> Iterator[Callable[[], object]]:
    """What the pages ask of the folder: each raises BadInput where it is not
    there."""
    for section in LISTINGS:
        yield partial(listing, framework, section)
    both = [f for f in frameworks() if f.label == framework.label]
    # It speaks for all of its label.
    newest = framework.era == "today" or len(both) == 1
    sections = ["opening", *(["choose"] if newest else [])]
    if newest:
        sections += [*LISTINGS, "whole"]
    if len({f.era for f in both}) == 1:
        sections.append("then")
    if not framework.reference:
        if newest:
            sections.append("changed")
        yield partial(phrasebook.rows, framework)
        yield partial(words, framework, "defaults.txt")
    if (framework.folder / "distributed.py").exists():
        for section in DISTRIBUTED:
            yield partial(listing, framework, section, "distributed.py")
    else:
        sections.append("distributed")
    for section in sections:
        yield partial(note, framework, section)
    if (framework.folder / "fast.py").exists():
        yield partial(words, framework, "fast.md")


def lacking(framework: Framework) -> list[str]:
    """A line for each thing that is missing, or not as its siblings have
    it."""
    faults = []
    for ask in wanted(framework):
        try:
            ask()
        except BadInput as error:
            faults.append(str(error))
    return faults
