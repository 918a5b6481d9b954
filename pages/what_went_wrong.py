"""What went wrong: the symptoms, by what one sees."""

import re
from pathlib import Path

from lab.symptoms import Symptom, signature, symptoms
from pages.markup.numbers import two_digits
from pages.paths import GENERATED

SYMPTOMS = GENERATED / "symptoms.md"


def symptom_section(symptom: Symptom) -> str:
    """Return a symptom's part of the page."""
    lines = [f"### {symptom.question} {{ #{symptom.name} }}"]
    if symptom.none:
        lines.append(f"Not here. {symptom.none}")
    else:
        measured = signature(symptom)
        cause = symptom.cause
        if measured and measured.seen == "shape":
            cause += " **Measured: of different shapes.**"
        elif measured:
            cause += (
                f" **Measured: {two_digits(measured.off)} apart, where the "
                f"largest number is {two_digits(measured.largest)}.**"
            )
        lines += [
            cause,
            f"**Check.** {symptom.check}",
            f"**Cure.** {symptom.cure} [More]({symptom_link(symptom)}).",
        ]
    asked = ", ".join(map(thread_link, symptom.threads))
    lines.append(f"<small>Asked: {asked}</small>")
    return "\n\n".join(lines)


def thread_link(name: str) -> str:
    """owner/name#1 or owner/name PR 1, as a link."""
    match = re.fullmatch(r"([\w.-]+/[\w.-]+)(#| PR )(\d+)", name)
    if not match:
        return name
    place, kind, number = match.groups()
    kind = "issues" if kind == "#" else "pull"
    return f"[{name}](https://github.com/{place}/{kind}/{number})"


def symptom_link(symptom: Symptom) -> str:
    """Relative to docs/what-went-wrong.md."""
    if symptom.link.startswith("../"):
        return symptom.link.removeprefix("../")
    return f"layers/{symptom.link}"


def symptom_sections() -> str:
    all_symptoms = symptoms()
    parts = []
    for key, title in all_symptoms.sees.items():
        parts.append(f"## {title} {{ #{key} }}")
        parts += [
            symptom_section(s) for s in all_symptoms.symptom if s.see == key
        ]
    return "\n\n".join(parts) + "\n"


def folder_files() -> dict[Path, str]:
    """Return the generated part."""
    return {SYMPTOMS: symptom_sections()}
