"""What a built site needs to be served: `python -m pages.publish SITE`.

Works on whatever built it: a policy in every page, under which nothing but
the site's own runs; notebooks without styles that nothing has; robots.txt; a
touch icon; and, where the pages know their address, a card for who shares one,
and a feed of the results.
"""

import argparse
import base64
import hashlib
import html
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urljoin

from PIL import Image, ImageDraw, ImageFont

from lab import results
from lab.errors import BadInput
from lab.files import write_text
from lab.frameworks import ROOT
from lab.outcome import outcome
from pages.charts.kernels import INK, MINUS, PLUS, trained_kernels
from pages.trim import trimmed

FACES = ROOT / "docs" / "assets" / "typefaces"
POLICY = "Content-Security-Policy"
# A script of another type is data, and is not run.
SCRIPT = re.compile(
    r"<script(?![^>]*\bsrc=)"
    r"(?![^>]*\btype=(?!\"?(?:module|text/javascript)))"
    r"[^>]*>(.*?)</script>",
    re.S,
)
STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.S)
ATTRIBUTE = re.compile(r"<[a-z][^<>]*?\sstyle=\"([^\"]*)\"", re.S)
# A builder whose search brings its style in its script, and that style.
BUILDER = 'content="zensical-0.0.73"'
ITS_STYLE = "'sha256-NwSx/R2V/U4jnW0Tq5pQ53Y/rzPVJ4dqE7D6UTA/J1k='"
CANONICAL = re.compile(r'<link rel="?canonical"? href="?([^">\s]+)')
TITLE = re.compile(r"<title>(.*?)</title>", re.S)
KINDS = {
    "benchmarks": ("Benchmarks", "benchmarks/"),
    "canary": ("Nothing pinned", "convnet/#with-the-newest-versions"),
    "distributed": ("Two processes", "past-one-machine/#proof"),
    "gates": ("Trained on digits", "convnet/#what-it-reaches"),
    "layers": ("Layers against float64", "phrasebook/"),
    "parity": ("The same numbers", "same-numbers/"),
    "parity-gpu": ("The same numbers on a GPU", "same-numbers/#on-a-gpu"),
    "seeds": ("Twelve epochs, seed by seed", "convnet/#the-whole-mnist"),
    "states": ("Optimisers' memory moved", "layers/optimisers/"),
}


def digests(texts: Sequence[str]) -> str:
    """The sources 'sha256-…' of these texts, each once, in order."""
    found = {
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in texts
    }
    return " ".join(f"'sha256-{one}'" for one in sorted(found))


def policy(page: str) -> str:
    """The policy of a page: what its own address serves, and those of its
    inline scripts and styles that stand in it now."""
    scripts = digests(SCRIPT.findall(page))
    styles = digests(STYLE.findall(page))
    if BUILDER in page:
        styles = f"{styles} {ITS_STYLE}".lstrip()
    attributes = digests(list(map(html.unescape, ATTRIBUTE.findall(page))))
    return "; ".join([
        "default-src 'none'",
        f"script-src 'self' {scripts}".rstrip(),
        f"style-src-elem 'self' {styles}".rstrip(),
        f"style-src-attr 'unsafe-hashes' {attributes}"
        if attributes else "style-src-attr 'none'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
    ])  # fmt: skip


def sealed(page: str) -> str:
    """The page with its policy, right behind the character set."""
    page = re.sub(rf'<meta http-equiv="{POLICY}"[^>]*>', "", page)
    head = re.search(r"<meta charset=[^>]*>", page)
    if not head:
        return page
    meta = f'<meta http-equiv="{POLICY}" content="{policy(page)}">'
    return page[: head.end()] + meta + page[head.end() :]


def face(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FACES / f"{name}.woff2", size)


def drawn(
    draw: ImageDraw.ImageDraw, kernel: int, x: int, y: int, size: int
) -> None:
    """One of the 32 kernels, its nine squares `size` wide, on the ink."""
    found = trained_kernels()
    most = abs(found).max()
    ink = [int(INK[i : i + 2], 16) for i in (1, 3, 5)]
    for row in range(3):
        for column in range(3):
            value = float(found[kernel, row, column])
            paint = PLUS if value > 0 else MINUS
            full = [int(paint[i : i + 2], 16) for i in (1, 3, 5)]
            share = max(0.08, abs(value) / most)
            pairs = zip(ink, full, strict=True)
            mixed = [round(a + share * (b - a)) for a, b in pairs]
            left, top = x + column * size, y + row * size
            draw.rectangle(
                (left, top, left + size - 1, top + size - 1), tuple(mixed)
            )


def lines(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """The text in lines no wider than `width` pixels."""
    found = [""]
    for word in text.split():
        longer = f"{found[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            found[-1] = longer
        else:
            found.append(word)
    return found


def card(title: str, site: str) -> Image.Image:
    """1200×630: the title over all 32 kernels."""
    image = Image.new("RGB", (1200, 630), INK)
    draw = ImageDraw.Draw(image)
    bold, plain = face("next-700-normal", 68), face("next-400-normal", 34)
    draw.text((80, 70), site, "#aab1be", plain)
    for n, line in enumerate(lines(title, bold, 1040)[:4]):
        draw.text((80, 140 + 80 * n), line, "#ffffff", bold)
    for n in range(32):
        drawn(draw, n, 80 + 65 * (n % 16), 480 + 60 * (n // 16), 15)
    return image


def touch() -> Image.Image:
    """180×180: the kernel of the logo."""
    image = Image.new("RGB", (180, 180), INK)
    found = trained_kernels()
    drawn(ImageDraw.Draw(image), int(
        (found.max(axis=(1, 2)) - found.min(axis=(1, 2))).argmax()
    ), 27, 27, 42)  # fmt: skip
    return image


def entries(address: str) -> Iterator[tuple[str, str]]:
    """(date, entry) of the feed: what was measured on each day."""
    for kind, (title, page) in KINDS.items():
        days: dict[str, int] = {}
        for result in results.load(kind):
            date = str(result.get("date", ""))[:10]
            days[date] = days.get(date, 0) + 1
        for day, number in days.items():
            if not day:
                continue
            link = html.escape(urljoin(address, page))
            noun = "result" if number == 1 else "results"
            yield (
                day,
                (
                    f"<entry><title>{title}: {number} {noun}</title>"
                    f"<id>{html.escape(address)}feed.xml#{kind}-{day}</id>"
                    f'<link href="{link}"/>'
                    f"<updated>{day}T00:00:00Z</updated></entry>"
                ),
            )


def feed(address: str, site: str) -> str:
    """The feed of the results, in Atom, the newest first."""
    found = sorted(entries(address), reverse=True)
    newest = found[0][0] if found else "1970-01-01"
    here, own = (
        html.escape(urljoin(address, path)) for path in ("", "feed.xml")
    )
    return "\n".join([
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>Results of {html.escape(site)}</title>",
        f"<id>{here}</id>",
        f'<link href="{here}"/>',
        f'<link rel="self" href="{own}"/>',
        f"<author><name>{html.escape(site)}</name></author>",
        f"<updated>{newest}T00:00:00Z</updated>",
        *(entry for _, entry in found),
        "</feed>\n",
    ])  # fmt: skip


def publish(folder: Path) -> int:
    """Write all of it into a built site; return the exit status."""
    home = folder / "index.html"
    if not home.is_file():
        raise BadInput(f"{folder}: no site is built there: no index.html")
    text = home.read_text("utf-8")
    known = CANONICAL.search(text)
    named = re.search(r'og:site_name" content="([^"]*)', text)
    site = html.unescape(named[1]) if named else ""
    for path in sorted(folder.rglob("*.html")):
        page = path.read_text("utf-8")
        write_text(path, sealed(trimmed(page)))
        found, title = CANONICAL.search(page), TITLE.search(page)
        if found and title:
            said = html.unescape(title[1]).removesuffix(f" - {site}")
            card(said.strip(), site).save(path.with_name("card.png"))
    touch().save(folder / "assets" / "touch.png")
    robots = "User-agent: *\nAllow: /\n"
    if known:
        address = html.unescape(known[1])
        robots += f"Sitemap: {urljoin(address, 'sitemap.xml')}\n"
        write_text(folder / "feed.xml", feed(address, site))
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
    return outcome("pages.publish", lambda: publish(options.site))


if __name__ == "__main__":
    sys.exit(main())
