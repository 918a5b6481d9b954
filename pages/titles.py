"""What a reader calls an implementation: Keras 3.15.1 on TensorFlow."""

from pathlib import Path

from lab import results
from lab.frameworks import Framework, Implementation, every, frameworks
from pages.markdown import plain


def named(framework: Framework, version: str | None) -> str:
    """Keras 3.15.1: without what its build adds (+cpu); the label alone
    where no version is known."""
    version = (version or "").partition("+")[0]
    return f"{framework.label} {plain(version)}".strip()


def backend(implementation: Implementation) -> str:
    """The label of the framework that it runs on, empty where that is
    itself."""
    name = implementation.backend.name
    labels = {f.import_name: f.label for f in reversed(frameworks())}
    return labels.get(name, name)


def title(implementation: Implementation, version: str | None) -> str:
    """Keras 3.15.1 on TensorFlow."""
    on = backend(implementation)
    name = named(implementation.framework, version)
    return f"{name} on {on}" if on else name


def versions(folder: Path = results.FOLDER) -> dict[str, str]:
    """{slug: version}, from whatever result there is."""
    found = {}
    kinds = ["seeds", "gates", "parity"]
    for result in [r for kind in kinds for r in results.load(kind, folder)]:
        found[results.slug(result)] = result["version"]
    if all(i.slug in found for i in every()):
        return found
    for result in results.load("benchmarks", folder):
        name = result["variant"]["framework"].replace("/", "-")
        for i in every():
            if name in (i.slug, i.framework.name) and result["version"]:
                found.setdefault(i.slug, result["version"])
    return found


def titles(folder: Path = results.FOLDER) -> dict[str, str]:
    """{slug: title} of every implementation."""
    known = versions(folder)
    return {i.slug: title(i, known.get(i.slug)) for i in every()}
