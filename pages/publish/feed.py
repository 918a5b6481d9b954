"""The feed of the results, in Atom."""

from collections import Counter
from typing import NamedTuple
from urllib.parse import urljoin

from lab import results
from pages.markup.templates import render_template

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


class FeedEntry(NamedTuple):
    """What was measured of a kind on a day: its title and its page."""

    day: str
    kind: str
    title: str
    link: str


def feed_entries(address: str) -> list[FeedEntry]:
    """Return the entries of a site at this address, the newest first."""
    entries = []
    for kind, (title, page) in FEED_TITLES.items():
        dates = [str(r.get("date", ""))[:10] for r in results.load(kind)]
        for day, number in Counter(filter(None, dates)).items():
            noun = "result" if number == 1 else "results"
            text = f"{title}: {number} {noun}"
            entries.append(FeedEntry(day, kind, text, urljoin(address, page)))
    return sorted(entries, key=lambda e: (e.day, e.title), reverse=True)


def results_feed(address: str, site: str) -> str:
    """Return the feed of a site at this address, in Atom."""
    return render_template(
        "feed.xml",
        address=address,
        feed_address=urljoin(address, "feed.xml"),
        site=site,
        entries=feed_entries(address),
    )
