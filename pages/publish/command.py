"""What a built site needs to be served: `python -m pages.publish SITE`.

Works on whatever built it: a policy in every page, under which nothing but
the site's own runs; notebooks without styles that nothing has; robots.txt; a
touch icon; and, where the pages know their address, a card for who shares one,
and a feed of the results.
"""

import argparse
import html
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urljoin

from lab.errors import BadInput
from lab.files import write_text
from lab.outcome import outcome
from pages.publish.cards import draw_card, draw_touch_icon
from pages.publish.content_policy import add_policy
from pages.publish.feed import results_feed
from pages.publish.notebook_styles import trim_styles

CANONICAL = re.compile(r'<link rel="?canonical"? href="?([^">\s]+)')
TITLE = re.compile(r"<title>(.*?)</title>", re.S)


def publish_site(folder: Path) -> int:
    """Write all of it into a built site; return the exit status."""
    home = folder / "index.html"
    if not home.is_file():
        raise BadInput(f"{folder}: no site is built there: no index.html")
    text = home.read_text("utf-8")
    canonical = CANONICAL.search(text)
    site_name = re.search(r'og:site_name" content="([^"]*)', text)
    site = html.unescape(site_name[1]) if site_name else ""
    for path in sorted(folder.rglob("*.html")):
        page = path.read_text("utf-8")
        write_text(path, add_policy(trim_styles(page)))
        page_address, title = CANONICAL.search(page), TITLE.search(page)
        if page_address and title:
            heading = html.unescape(title[1]).removesuffix(f" - {site}")
            draw_card(heading.strip(), site).save(path.with_name("card.png"))
    draw_touch_icon().save(folder / "assets" / "touch.png")
    robots = "User-agent: *\nAllow: /\n"
    if canonical:
        address = html.unescape(canonical[1])
        robots += f"Sitemap: {urljoin(address, 'sitemap.xml')}\n"
        write_text(folder / "feed.xml", results_feed(address, site))
    write_text(folder / "robots.txt", robots)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m pages.publish`; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m pages.publish",
        description="Write into a built site what it needs to be served.",
    )
    parser.add_argument("site", type=Path, help="the folder of the built site")
    options = parser.parse_args(arguments)
    return outcome("pages.publish", lambda: publish_site(options.site))
