"""What `python -m pages.publish` writes into a built site."""

import base64
import hashlib
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from lab import results
from pages.publish import command
from tests.command_line import one_line

ATOM = "{http://www.w3.org/2005/Atom}"


class Inline(HTMLParser):
    """What stands in a page and would run or paint, and its policy."""

    def __init__(self) -> None:
        super().__init__()
        self.open = ""
        self.script: list[str] = []
        self.style: list[str] = []
        self.attribute: list[str] = []
        self.policies: list[str] = []

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        found = dict(attrs)
        runs = found.get("type") in (None, "module", "text/javascript")
        if tag == "style" or (tag == "script" and "src" not in found and runs):
            self.open = tag
        if found.get("style") is not None:
            self.attribute.append(found["style"] or "")
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policies.append(found["content"] or "")

    def handle_data(self, data: str) -> None:
        if self.open:
            getattr(self, self.open).append(data)

    def handle_endtag(self, tag: str) -> None:
        self.open = ""


def digest(text: str) -> str:
    whole = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(whole).decode()}'"


def test_every_page_has_a_policy_of_its_own(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) >= 10
    for path in pages:
        found = Inline()
        found.feed(path.read_text("utf-8"))
        (policy,) = found.policies
        rules = {
            name: set(sources)
            for name, *sources in map(str.split, policy.split("; "))
        }
        assert rules["default-src"] == {"'none'"}
        for kind, inline in (
            ("script-src", found.script),
            ("style-src-elem", found.style),
            ("style-src-attr", found.attribute),
        ):
            assert "'unsafe-inline'" not in rules[kind]
            hashes = {s for s in rules[kind] if s.startswith("'sha256-")}
            assert hashes == set(map(digest, inline)), (path, kind)
        for sources in rules.values():
            assert not any(":/" in s or "*" in s for s in sources)


def test_what_is_shared_and_found(site: Path) -> None:
    home = (site / "index.html").read_text("utf-8")
    card = re.search(r'og:image" content="https://one\.example/(.*?)"', home)
    assert card
    with Image.open(site / card[1]) as image:
        assert image.size == (1200, 630)
    with Image.open(site / "assets" / "touch.png") as image:
        assert image.size == (180, 180)
    sitemap = "Sitemap: https://one.example/sitemap.xml"
    assert sitemap in (site / "robots.txt").read_text()
    assert (site / "sitemap.xml").is_file()


def test_feed_counts_every_result(site: Path) -> None:
    feed = ET.parse(site / "feed.xml").getroot()
    titles = [e.text or "" for e in feed.iter(f"{ATOM}title")][1:]
    said = sum(int(t.split(": ")[1].split()[0]) for t in titles)
    kinds = [p.name for p in results.FOLDER.iterdir() if p.name != "schemas"]
    assert said == sum(len(results.load(kind)) for kind in kinds)
    days = [e.text for e in feed.iter(f"{ATOM}updated")][1:]
    assert days == sorted(days, key=str, reverse=True)
    addresses = [e.text for e in feed.iter(f"{ATOM}id")]
    assert len(addresses) == len(set(addresses))


def test_a_folder_without_a_site_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([str(tmp_path)]) == 2
    one_line(capsys.readouterr().err.rstrip("\n"), f"{tmp_path}: no site")
