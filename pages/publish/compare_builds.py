"""Compare two builds: `python -m pages.publish.compare_builds SITE SITE`.

For each page: its text, listings, links, pictures, addresses of headings,
tabs, buttons, and what its head says of it; then the navigation, and all
files that a page may offer. What a theme names its own files is its own.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag

from lab.errors import BadInput
from lab.outcome import outcome

Facts = dict[str, list[str]]
# The theme's own, by the folder; an index; what is written once a site is
# published; a notebook's pictures, which MkDocs has inside of the page.
THEME_FILES = re.compile(
    r"assets/(javascripts|stylesheets|images)/|search(/search_index)?\.json$"
    r"|sitemap\.xml(\.gz)?$|index\.html$|404\.html$"
    r"|notebooks/\w+/\w+\.svg$"
)
# What a theme, or mkdocs-jupyter, puts beside what a page says.
THEME_ELEMENTS = (
    ".headerlink, .anchor-link, clipboard-copy, .clipboard-copy-txt, "
    "script, style"
)


def tag_text(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def page_facts(page: str, address: str) -> Facts:
    """Return what a page says, each kind of it in order. `address` is its own,
    from the site's root."""
    soup = BeautifulSoup(page, "html.parser")
    body = soup.select_one("article")
    if body is None:
        raise BadInput(f"{address}: no article in it")
    buttons = body.select("a.md-content__button")
    facts = {
        "buttons": [
            f"{b.get('title')}: {link_target(b, 'href', address)}"
            for b in buttons
        ],
        "title": [tag_text(t) for t in soup.select("title")],
        "head": sorted(
            f"{m.get('name') or m.get('property')}: {m.get('content')}"
            for m in soup.select("meta[name], meta[property]")
            if m.get("name") not in ("viewport", "generator")
        ),
        "navigation": [
            f"{tag_text(a)}: {link_target(a, 'href', address)}"
            for a in soup.select(".md-nav--primary a.md-nav__link[href]")
        ],
        "contents": [
            str(a["href"])
            for a in soup.select(".md-nav--secondary a.md-nav__link")
        ],
    }
    for tag in [*buttons, *body.select(THEME_ELEMENTS)]:
        tag.decompose()
    # A line printed is a listing to one, and a part of one to the other.
    facts["listings"] = [
        word for pre in body.select("pre") for word in pre.get_text().split()
    ]
    for tag in body.select("pre"):
        tag.decompose()
    facts |= {
        "links": [
            link_target(a, "href", address) for a in body.select("a[href]")
        ],
        "pictures": [str(i.get("alt")) for i in body.select("img")],
        "headings": [
            f"#{h.get('id')} {tag_text(h)}"
            for h in body.select("h1, h2, h3, h4, h5, h6")
        ],
        "tabs": [
            f"#{t.get('for')} {tag_text(t)}"
            for t in body.select(".tabbed-labels > label")
        ],
        "text": re.findall(r"\S+", tag_text(body)),
    }
    return facts


def link_target(tag: Tag, key: str, address: str) -> str:
    """Return where it points, from the site's root; a folder without its
    slash."""
    target = urljoin(f"https://site/{address}", str(tag[key]))
    return target.replace("https://site", "")


def list_pages(site: Path) -> dict[str, Path]:
    """{address: file}."""
    return {
        str(path.parent.relative_to(site)).removeprefix(".") + "/": path
        for path in sorted(site.rglob("index.html"))
    }


def offered_files(site: Path) -> dict[str, bytes]:
    """Return the files besides pages, by address."""
    names = (p for p in site.rglob("*") if p.is_file())
    files = {str(p.relative_to(site)): p for p in names}
    return {
        name: path.read_bytes()
        for name, path in files.items()
        if not THEME_FILES.search(name)
    }


def list_differences(one: Path, other: Path) -> Iterator[str]:
    """Yield a line for each. Raises BadInput for what is no built site."""
    mine, theirs = list_pages(one), list_pages(other)
    if not mine or not theirs:
        raise BadInput(f"{one if not mine else other}: no pages in it")
    for address in sorted(set(mine) ^ set(theirs)):
        yield f"{address}: only in {one if address in mine else other}"
    for address in sorted(set(mine) & set(theirs)):
        a, b = (
            page_facts(p[address].read_text("utf-8"), address.lstrip("/"))
            for p in (mine, theirs)
        )
        for kind in a:
            for difference in first_difference(a[kind], b[kind]):
                yield f"{address}: {kind}: {difference}"
    files, others = offered_files(one), offered_files(other)
    for name in sorted(set(files) ^ set(others)):
        yield f"{name}: only in {one if name in files else other}"
    for name in sorted(set(files) & set(others)):
        if files[name] != others[name]:
            yield f"{name}: not the same bytes"


def first_difference(one: list[str], other: list[str]) -> Iterator[str]:
    """Yield the first place where two lists part, and how long they are."""
    if one == other:
        return
    n = next(
        (n for n, (a, b) in enumerate(zip(one, other)) if a != b),
        min(len(one), len(other)),
    )
    a, b = (
        repr(" ".join(words[n : n + 8]))[:160] if n < len(words) else "nothing"
        for words in (one, other)
    )
    yield f"{a} is {b} ({len(one)} and {len(other)})"


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m pages.publish.compare_builds`; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m pages.publish.compare_builds",
        description="Print what parts two builds of the site; 1 if anything.",
    )
    parser.add_argument("one", type=Path, help="a built site")
    parser.add_argument("other", type=Path, help="another")
    options = parser.parse_args(arguments)

    def run() -> int:
        differences = list(list_differences(options.one, options.other))
        for line in differences:
            print(line)
        return int(bool(differences))

    return outcome("pages.publish.compare_builds", run)


if __name__ == "__main__":
    sys.exit(main())
