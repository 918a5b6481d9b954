import json
import os
import shutil
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from snippets import mnist, running

ROOT = Path(__file__).parent.parent
RUNS = running.runs()
REQUIRE_ALL = bool(os.environ.get("REQUIRE_ALL"))
CHROMIUM = (
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


def pytest_generate_tests(metafunc):
    """`run` stands for every framework and backend, whichever there are."""
    if "run" in metafunc.fixturenames:
        titles = [run["title"] for run in RUNS]
        metafunc.parametrize("run", RUNS, ids=titles, scope="session")


@pytest.fixture(scope="session")
def present(run, tmp_path_factory):
    """Skip where the environment of `run` is missing, and say so; with
    REQUIRE_ALL=1, as in CI, fail."""
    if running.interpreter(run, tmp_path_factory.getbasetemp()) is None:
        (pytest.fail if REQUIRE_ALL else pytest.skip)(running.NO_2018)


@pytest.fixture(scope="session")
def digits(tmp_path_factory):
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    np.savez(path, **mnist.load()._asdict())
    return path


@pytest.fixture(scope="session")
def facts(run, present, digits):
    """What tests/contract.py found out about `run`, in its interpreter."""
    first = run["backend"] in ("", run["backends"][0])
    request = {
        "digits": digits.name,
        # Backends share a convnet.py: breaking it once is enough.
        "breaks": run["breaks"] if first else {},
    }
    found = running.execute(
        run,
        request,
        900,
        script="../tests/contract.py",
        inputs={digits.name: digits},
    )
    assert found["error"] is None, found["error"]
    return found


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """`python -m snippets train` of everything, with the defaults: its
    finished process and the JSON that it wrote."""
    path = tmp_path_factory.mktemp("trained") / "results.json"
    process = subprocess.run(
        [sys.executable, "-m", "snippets", "train", "--json", str(path)]
        + ["--require-all"] * REQUIRE_ALL,
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    print(process.stdout, process.stderr)
    return process, json.loads(path.read_text())


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The built site, notebooks executed; the build is strict."""
    folder = tmp_path_factory.mktemp("site")
    process = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-s", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        env={
            name: value
            for name, value in os.environ.items()
            if name not in ("SITE_URL", "REPO_URL")
        },
    )
    assert process.returncode == 0, process.stderr[-3000:]
    return folder


class Pages(SimpleHTTPRequestHandler):
    """A host of static pages: an unknown address gets the site's 404.html."""

    def send_error(self, code, message=None, explain=None):
        body = Path(self.directory, "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def base(site):
    handler = partial(Pages, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        pytest.fail("no Chromium on PATH: looked for " + ", ".join(CHROMIUM))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
