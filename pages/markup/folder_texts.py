"""What a framework's folder has to say on the pages.

notes.md stands in sections, `## model` and so on: the sentences below each of
its listings, and a few besides. What is missing, or has a name that no page
knows, is a BadInput of one line: the framework, the file, the section.
"""

import re

from lab.frameworks import BadInput, Framework

# The marked sections of convnet.py, in the order of the pages.
CONVNET_SECTIONS = (
    "model",
    "train",
    "evaluate",
    "predict",
    "dropout",
    "dense",
    "save",
    "resume",
)
# The marked sections of distributed.py, likewise.
DISTRIBUTED_SECTIONS = "join", "share", "train"
NOTE_SECTIONS = (
    *CONVNET_SECTIONS,
    # Below the whole file: how its framework is installed.
    "whole",
    # On Then and now, in the place of the era that has no such framework.
    "then",
    # On Then and now, under "What changed, and why".
    "changed",
    # On Home: what one chooses it for.
    "choose",
    # On Port: its file's name | what reading the file can do.
    "opening",
    # On Past one machine: what its distributed.py does besides, or, where it
    # has none, why.
    "distributed",
)
# Whole files have an empty name in an include.
CONVNET_INCLUDES = {section: section for section in CONVNET_SECTIONS} | {
    "whole": ""
}
DISTRIBUTED_INCLUDES = {
    section: section for section in DISTRIBUTED_SECTIONS
} | {"whole": ""}


def read_text(framework: Framework, file: str) -> str:
    """Return the text of one of the folder's files. Raises BadInput."""
    try:
        return framework.source(file)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{framework.name}: {framework.folder / file}: {error}"
        ) from None


def read_notes(framework: Framework) -> dict[str, str]:
    """Return the sections of notes.md. Raises BadInput for one that is
    unknown."""
    text = read_text(framework, "notes.md")
    before, *parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    sections = dict(zip(parts[::2], map(str.strip, parts[1::2])))
    path = framework.folder / "notes.md"
    if before.strip():
        raise BadInput(f"{framework.name}: {path}: text above the first ##")
    for name in parts[::2]:
        if name not in NOTE_SECTIONS:
            raise BadInput(
                f"{framework.name}: {path}: no page has a section "
                f"`## {name}`: one of {', '.join(NOTE_SECTIONS)}"
            )
        if parts[::2].count(name) > 1:
            raise BadInput(f"{framework.name}: {path}: `## {name}` twice")
    return sections


def read_note(framework: Framework, section: str) -> str:
    """One section of notes.md. Raises BadInput where it is missing."""
    text = read_notes(framework).get(section)
    if not text:
        raise BadInput(
            f"{framework.name}: {framework.folder / 'notes.md'}: "
            f"no section `## {section}`"
        )
    return text


def listing_fence(
    framework: Framework,
    section: str = "",
    file: str = "convnet.py",
    era: str = "",
) -> str:
    """Return a fence that includes a section of a file, or the whole file."""
    marks = f"# --8<-- [start:{section}]", f"# --8<-- [end:{section}]"
    source = read_text(framework, file)
    if section and not all(mark in source for mark in marks):
        raise BadInput(
            f"{framework.name}: {framework.folder / file}: "
            f"no section {section!r}, from {marks[0]!r} to {marks[1]!r}"
        )
    path = f"snippets/{framework.name}/{file}"
    part = f"{path}:{section}" if section else path
    title = f"{era}: {path}" if era else path
    return f'```py title="{title}"\n--8<-- "{part}"\n```'
