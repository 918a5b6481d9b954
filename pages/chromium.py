"""A folder served on 127.0.0.1, and a page of Chromium that looks at it."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from lab.errors import BadInput

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Compressed already: a host sends it as it is.
PACKED = (".woff2", ".png", ".safetensors")


class Quiet(SimpleHTTPRequestHandler):
    """A host of files that prints no line for each."""

    def log_message(self, *args: Any) -> None:
        pass


def chromium() -> str:
    """Where Chromium is. Raises BadInput."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise BadInput("no Chromium on PATH: looked for " + ", ".join(NAMES))
    return path


@contextmanager
def served(
    folder: Path, host: type[SimpleHTTPRequestHandler] = Quiet
) -> Iterator[str]:
    """The address of `folder` on 127.0.0.1."""
    handler = partial(host, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@contextmanager
def launched() -> Iterator[Browser]:
    """Chromium, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=FLAGS
        )
        yield browser
        browser.close()


@contextmanager
def opened(folder: Path, **options: Any) -> Iterator[tuple[Page, str]]:
    """A page, and the address of `folder`; the options are the context's."""
    with served(folder) as address, launched() as browser:
        yield browser.new_context(**options).new_page(), address
