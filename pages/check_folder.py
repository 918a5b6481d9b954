"""Check what a framework's folder does not say, and the pages want."""

from collections.abc import Callable, Iterator
from functools import partial

from lab.errors import BadInput
from lab.frameworks import Framework, frameworks
from pages import phrasebook
from pages.markup.folder_texts import (
    CONVNET_SECTIONS,
    DISTRIBUTED_SECTIONS,
    listing_fence,
    read_note,
    read_text,
)


def folder_requirements(
    framework: Framework,
) -> Iterator[Callable[[], object]]:
    """Yield what the pages ask of the folder: each raises BadInput where it is
    not there."""
    for section in CONVNET_SECTIONS:
        yield partial(listing_fence, framework, section)
    both = [f for f in frameworks() if f.label == framework.label]
    # It speaks for all of its label.
    newest = framework.era == "today" or len(both) == 1
    sections = ["opening", *(["choose"] if newest else [])]
    if newest:
        sections += [*CONVNET_SECTIONS, "whole"]
    if len({f.era for f in both}) == 1:
        sections.append("then")
    if not framework.reference:
        if newest:
            sections.append("changed")
        yield partial(phrasebook.read_rows, framework)
        yield partial(read_text, framework, "defaults.txt")
    if (framework.folder / "distributed.py").exists():
        for section in DISTRIBUTED_SECTIONS:
            yield partial(listing_fence, framework, section, "distributed.py")
    else:
        sections.append("distributed")
    for section in sections:
        yield partial(read_note, framework, section)
    if (framework.folder / "fast.py").exists():
        yield partial(read_text, framework, "fast.md")


def list_missing(framework: Framework) -> list[str]:
    """Return a line for each thing that is missing, or not as its siblings
    have it."""
    faults = []
    for ask in folder_requirements(framework):
        try:
            ask()
        except BadInput as error:
            faults.append(str(error))
    return faults
