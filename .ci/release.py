"""What a release is made of: `python3 .ci/release.py check|build TAG`.

check    the tag is on main, and CI passed there: else exit status 1
build    into release/: the notes, the commits since the tag before; the
         parts (CycloneDX) of what today's lock installs; the built site
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INTO = ROOT / "release"
LOCK = ROOT / "environments" / "locks" / "today.txt"
TAG = re.compile(r"v\d+(\.\d+)*")
PACKAGE = re.compile(
    r"^([\w.-]+)==([^\s;\\]+)[^\\\n]*((?: \\\n +--hash=sha256:[0-9a-f]{64})+)",
    re.M,
)


class Refused(Exception):
    """Why there is no release."""


def said(*command: str | Path) -> str:
    """What a command prints. Raises Refused where it fails."""
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    if done.returncode:
        raise Refused(f"{command[0]}: {done.stderr.strip()[-300:]}")
    return done.stdout.strip()


def check(tag: str) -> None:
    """Raises Refused where `tag` is not on main or CI did not pass there."""
    commit = said("git", "rev-parse", f"refs/tags/{tag}^{{commit}}")
    try:
        said("git", "merge-base", "--is-ancestor", commit, "origin/main")
    except Refused:
        raise Refused(f"{tag} is not on main") from None
    query = f"head_sha={commit}&branch=main&event=push&status=completed"
    project = os.environ["GITHUB_REPOSITORY"]
    runs = json.loads(
        said("gh", "api", f"repos/{project}/actions/workflows/ci.yml/runs?"
             + query)
    )["workflow_runs"]  # fmt: skip
    ends = [run["conclusion"] for run in runs if run["head_sha"] == commit]
    if ends[:1] != ["success"]:  # the newest comes first
        end = ends[0] if ends else "no run"
        raise Refused(f"CI on {commit[:12]}, which is {tag}: {end}")


def notes(tag: str) -> str:
    """A line for each commit since the tag before; of what a command wrote
    there is none."""
    tags = said("git", "tag", "--list", "v*", "--merged", f"{tag}^",
                "--sort=-creatordate").split()  # fmt: skip
    since = f"{tags[0]}..{tag}" if tags else tag
    subjects = said("git", "log", "--no-merges", "--format=%s", since)
    lines = [
        f"- {subject}"
        for subject in subjects.splitlines()
        if not subject.startswith("Generated:")
    ]
    head = f"Since {tags[0]}:" if tags else "The first release:"
    return "\n".join([head, "", *lines, ""])


def locked(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """(name, version, SHA-256 of each file) of a lock's packages."""
    for name, version, hashes in PACKAGE.findall(text):
        yield name, version, re.findall(r"sha256:(\w+)", hashes)


def parts(text: str, tag: str) -> str:
    """A CycloneDX document, as JSON, of what a lock names."""
    from cyclonedx.model import (
        ExternalReference,
        ExternalReferenceType,
        HashAlgorithm,
        HashType,
        XsUri,
    )
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output.json import JsonV1Dot6
    from packageurl import PackageURL

    bom = Bom()
    bom.metadata.component = Component(
        name="one-convnet", version=tag, type=ComponentType.APPLICATION
    )
    for name, version, hashes in locked(text):
        url = PackageURL("pypi", name=name, version=version)
        # A hash is of a file, and a package has several.
        files = ExternalReference(
            type=ExternalReferenceType.DISTRIBUTION,
            url=XsUri(url.to_string()),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=content)
                    for content in hashes],
        )  # fmt: skip
        part = Component(name=name, version=version, purl=url,
                         bom_ref=url.to_string(),
                         external_references=[files])  # fmt: skip
        bom.components.add(part)
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def build(tag: str) -> None:
    """Fill release/. Raises Refused, or OSError."""
    INTO.mkdir(exist_ok=True)
    (INTO / "notes.md").write_text(notes(tag), "utf-8")
    (INTO / "sbom.cdx.json").write_text(
        parts(LOCK.read_text("utf-8"), tag), "utf-8"
    )
    # The same site makes the same archive: no user, no clock.
    when = said("git", "log", "-1", "--format=@%ct", tag)
    said("tar", "--sort=name", "--owner=0", "--group=0", "--numeric-owner",
         f"--mtime={when}", "--use-compress-program=gzip -n",
         "-cf", INTO / "site.tar.gz", "site")  # fmt: skip


def main(arguments: list[str]) -> int:
    """Return the exit status: 2 for another command, 1 for no release."""
    commands = {"check": check, "build": build}
    match arguments:
        case [command, tag] if command in commands and TAG.fullmatch(tag):
            try:
                commands[command](tag)
            except (Refused, OSError) as why:
                print(f"release: {why}", file=sys.stderr)
                return 1
            return 0
    print("release: check TAG, or build TAG, a tag like v1.2", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
