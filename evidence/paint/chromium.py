"""When the largest part of each page is painted.

`python -m evidence.paint.chromium SITE`, where SITE is built and published:
each page is opened three times by Chromium with nothing kept from before, on
a phone's screen, at 1.6 Mbit/s with its processor slowed fourfold, from a host
on this machine that packs what it sends as hosts do. The time is that of the
last largest-contentful-paint of the page; on a way there and back of 0 ms, and
of 150, which a packet takes on a slow mobile network (Lighthouse's). Writes
chromium.json.
"""

import gzip
import json
import os
import sys
from pathlib import Path
from statistics import median

from pages.chromium import PACKED, Quiet, launched, served

LOADS, WAYS = 3, (0, 150)
RATE = 1.6e6 / 8  # bytes a second
WATCH = """new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    window.largest = [entry.startTime, entry.element?.tagName ?? ""];
}).observe({ type: "largest-contentful-paint", buffered: true });"""


class Host(Quiet):
    """Sends a file packed, where that helps, and lets nobody keep it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        if not path.is_file():
            self.send_error(404)
            return
        body = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if not path.name.endswith(PACKED):
            body = gzip.compress(body, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def painted(browser, url, way):
    """Milliseconds, and the tag of what was painted."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2
    )
    page = context.new_page()
    page.add_init_script(WATCH)
    told = context.new_cdp_session(page)
    told.send("Network.enable")
    told.send("Network.emulateNetworkConditions", {
        "offline": False, "latency": way,
        "downloadThroughput": RATE, "uploadThroughput": RATE,
    })
    told.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(url)
    page.wait_for_load_state("networkidle")
    ms, tag = page.evaluate("window.largest")
    context.close()
    return ms, tag


def measured(site):
    """{page: {ms by way, slowest, what}}, and how it was measured."""
    pages = {}
    with served(site, Host) as address, launched() as browser:
        painted(browser, address, 0)  # the first one starts the browser
        for path in sorted(site.rglob("index.html")):
            name = path.parent.relative_to(site).as_posix() + "/"
            found = {}
            for way in WAYS:
                loads = [
                    painted(browser, address + name, way) for _ in range(LOADS)
                ]
                times = [ms for ms, _ in loads]
                found[f"round_trip_{way}_ms"] = {
                    "median": round(median(times)),
                    "slowest": round(max(times)),
                    "element": loads[-1][1],
                }
            pages[name] = found
            print(name, found, flush=True)
        version = browser.version
    return {
        "browser": version, "cores": os.cpu_count(), "loads": LOADS,
        "bytes_per_second": RATE, "slowed": 4, "screen": "390x844",
        "pages": pages,
    }


if __name__ == "__main__":
    record = measured(Path(sys.argv[1]).resolve())
    path = Path(__file__).with_name("chromium.json")
    path.write_text(json.dumps(record, indent=1) + "\n")
