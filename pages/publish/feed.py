"""The feed of the results, in Atom."""

import html
from collections.abc import Iterator
from urllib.parse import urljoin

from lab import results

FEED_TITLES = {
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


def feed_entries(address: str) -> Iterator[tuple[str, str]]:
    """(date, entry) of the feed: what was measured on each day."""
    for kind, (title, page) in FEED_TITLES.items():
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


def results_feed(address: str, site: str) -> str:
    """The feed of the results, in Atom, the newest first."""
    entries = sorted(feed_entries(address), reverse=True)
    newest = entries[0][0] if entries else "1970-01-01"
    site_address, feed_address = (
        html.escape(urljoin(address, path)) for path in ("", "feed.xml")
    )
    return "\n".join([
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>Results of {html.escape(site)}</title>",
        f"<id>{site_address}</id>",
        f'<link href="{site_address}"/>',
        f'<link rel="self" href="{feed_address}"/>',
        f"<author><name>{html.escape(site)}</name></author>",
        f"<updated>{newest}T00:00:00Z</updated>",
        *(entry for _, entry in entries),
        "</feed>\n",
    ])  # fmt: skip
