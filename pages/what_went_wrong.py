"""What went wrong: the symptoms, by what one sees."""

import re
from pathlib import Path

from lab.symptoms import Symptom, signature, symptoms
from pages.markup.numbers import two_digits
from pages.paths import GENERATED

SYMPTOMS = GENERATED / "symptoms.md"


def symptom_section(symptom: Symptom) -> str:
    """A symptom's part of the page."""
    lines = [f"### {symptom.question} {{ #{symptom.name} }}"]
    if symptom.none:
        lines.append(f"Not here. {symptom.none}")
    else:
        found = signature(symptom)
        cause = symptom.cause
        if found and found.seen == "shape":
            cause += " **Measured: of different shapes.**"
        elif found:
            cause += (
                f" **Measured: {two_digits(found.off)} apart, where the "
                "largest "
                f"number is {two_digits(found.largest)}.**"
            )
        lines += [
            cause,
            f"**Check.** {symptom.check}",
            f"**Cure.** {symptom.cure} [More]({symptom_link(symptom)}).",
        ]
    asked = ", ".join(map(thread_link, symptom.threads))
    lines.append(f"<small>Asked: {asked}</small>")
    return "\n\n".join(lines)


def thread_link(said: str) -> str:
    """owner/name#1 or owner/name PR 1, as a link."""
    found = re.fullmatch(r"([\w.-]+/[\w.-]+)(#| PR )(\d+)", said)
    if not found:
        return said
    place, kind, number = found.groups()
    kind = "issues" if kind == "#" else "pull"
    return f"[{said}](https://github.com/{place}/{kind}/{number})"


def symptom_link(symptom: Symptom) -> str:
    """Relative to docs/what-went-wrong.md."""
    if symptom.link.startswith("../"):
        return symptom.link.removeprefix("../")
    return f"layers/{symptom.link}"


def symptom_sections() -> str:
    known = symptoms()
    parts = []
    for key, title in known.sees.items():
        parts.append(f"## {title} {{ #{key} }}")
        parts += [symptom_section(s) for s in known.symptom if s.see == key]
    return "\n\n".join(parts) + "\n"


def folder_files() -> dict[Path, str]:
    """The generated part."""
    return {SYMPTOMS: symptom_sections()}
