"""What a reader calls a framework, and an implementation of the ConvNet."""

import re
from collections.abc import Sequence
from pathlib import Path

from lab import results
from lab.frameworks import Framework, Implementation, every, frameworks
from pages.markup.text import escape_markup

Frameworks = Sequence[Framework]


def framework_title(framework: Framework, version: str | None) -> str:
    """Keras 3.15.1: without what its build adds (+cpu); the label alone
    where no version is known."""
    version = (version or "").partition("+")[0]
    return f"{framework.label} {escape_markup(version)}".strip()


def backend_label(implementation: Implementation) -> str:
    """Return the label of the framework that it runs on, empty where that is
    itself."""
    name = implementation.backend.name
    labels = {f.import_name: f.label for f in reversed(frameworks())}
    return labels.get(name, name)


def implementation_title(
    implementation: Implementation, version: str | None
) -> str:
    """Keras 3.15.1 on TensorFlow."""
    on = backend_label(implementation)
    name = framework_title(implementation.framework, version)
    return f"{name} on {on}" if on else name


def measured_versions(folder: Path = results.FOLDER) -> dict[str, str]:
    """{slug: version}, from whatever result there is."""
    version_of = {}
    kinds = ["seeds", "gates", "parity"]
    for result in [r for kind in kinds for r in results.load(kind, folder)]:
        version_of[results.slug(result)] = result["version"]
    if all(i.slug in version_of for i in every()):
        return version_of
    for result in results.load("benchmarks", folder):
        name = result["variant"]["framework"].replace("/", "-")
        for i in every():
            if name in (i.slug, i.framework.name) and result["version"]:
                version_of.setdefault(i.slug, result["version"])
    return version_of


def implementation_titles(folder: Path = results.FOLDER) -> dict[str, str]:
    """{slug: title} of every implementation."""
    version_of = measured_versions(folder)
    return {
        i.slug: implementation_title(i, version_of.get(i.slug))
        for i in every()
    }


def group_by_label(all_frameworks: Frameworks) -> dict[str, list[Framework]]:
    """Return the frameworks of each label, 2018's first; the labels in
    order."""
    groups: dict[str, list[Framework]] = {}
    for f in sorted(all_frameworks, key=lambda f: (f.order, f.era != "2018")):
        groups.setdefault(f.label, []).append(f)
    return {
        label: sorted(group, key=lambda f: f.era != "2018")
        for label, group in groups.items()
    }


def folder_title(framework: Framework, others: Frameworks) -> str:
    """Return its label, with the number of its folder where others share
    it."""
    if sum(f.label == framework.label for f in others) == 1:
        return framework.label
    digits = re.search(r"\d*$", framework.name)
    return f"{framework.label} {digits[0] if digits else ''}".strip()


def newest_of_each_label(all_frameworks: Frameworks) -> list[Framework]:
    """Return those of today, and those of 2018 whose label has none of
    today."""
    return [group[-1] for group in group_by_label(all_frameworks).values()]


def select_era(era: str, all_frameworks: Frameworks) -> list[Framework]:
    """Return the frameworks of an era."""
    return [f for f in all_frameworks if f.era == era]
