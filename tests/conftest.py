"""What the tests share: the implementations, and what is made once for all."""

import contextlib
import functools
import importlib.metadata
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock
from xdist.scheduler import LoadScopeScheduling

from lab import mnist, processes
from lab.errors import BadInput
from lab.frameworks import ROOT, Implementation, every, frameworks
from lab.freshness import digest_of, digest_value
from pages.chromium import chromium
from tests.evidence import read_seed
from tests.helpers import REQUIRE_ALL, Once, Warmed, missing
from tests.support.warm import warm
from tests.visits import own_file as own_file  # fixtures
from tests.visits import visit as visit

# All that the built site is made of, and all that the tests are made of.
SITE = (
    *("docs", "mkdocs.yml", "README.md", "snippets", "evidence", "results"),
    *("pages", "lab", "benchmarks", "data", "environments"),
)
TESTS = (
    *("tests", "pyproject.toml", "requirements.txt", "Makefile", ".gitignore"),
    *(".ci", ".github", "jsconfig.json"),
    *("CONTRIBUTING.md", "LICENSE", "SECURITY.md"),
)
# Have a test and its fixtures passed so far?
PASSED = pytest.StashKey[bool]()
# How many slow tests a run leaves out.
LEFT = pytest.StashKey[int]()
# What both builders are told.
TOLD = {
    "NOTEBOOKS": "false",
    "REPO_URL": "https://github.com/one/convnet",
    "SITE_URL": "https://one.example/",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--prove",
        action="store_true",
        help="also run the slow tests, and trust no earlier result",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Each of several test processes keeps to a core of its own, and so does
    what it starts: threads that wait for a busy core spin. What XLA compiled
    for one process it need not for the next."""
    if cache := getattr(config, "cache", None):
        os.environ |= processes.compiled(cache.mkdir("xla"))
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        own = cores[int(worker.removeprefix("gw")) % len(cores)]
        os.sched_setaffinity(0, {own})


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`implementation` stands for every framework on every backend."""
    if "implementation" in metafunc.fixturenames:
        found = every()
        metafunc.parametrize(
            "implementation",
            found,
            ids=[i.title for i in found],
            scope="session",
        )


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A readable id for a value that has none: the argument's name for a
    lambda, escapes for what a terminal does not print."""
    if getattr(val, "__name__", "") == "<lambda>":
        return argname
    if isinstance(val, str) and not val.isprintable():
        return ascii(val)[1:40]
    return None


class Groups(LoadScopeScheduling):
    """One worker takes all tests of an implementation, whose process it
    starts once, and all of another file."""

    titles = sorted((i.title for i in every()), key=len, reverse=True)
    of = re.compile(rf"\[({'|'.join(map(re.escape, titles))})[]-]")

    def _split_scope(self, nodeid: str) -> str:
        found = self.of.search(nodeid)
        return found[1] if found else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(
    config: pytest.Config, log: Any
) -> LoadScopeScheduling:
    return Groups(config, log)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave the slow tests out, unless --prove is given. Start with the files
    that start frameworks, so that nothing long is left for the end."""
    if not config.getoption("prove"):
        slow = [item for item in items if item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=slow)
        config.stash[LEFT] = len(slow)
        items[:] = [item for item in items if item not in set(slow)]
    for item in items:
        if "implementation" in getattr(item, "fixturenames", ()):
            item.add_marker("framework")
    first = {i.path for i in items if i.get_closest_marker("framework")}
    items.sort(key=lambda item: item.path not in first)


@functools.cache
def digest_project(*names: str) -> str:
    """The digest of parts of the project and of the installed packages."""
    packages = sorted(
        f"{d.name} {d.version}" for d in importlib.metadata.distributions()
    )
    parts = digest_of([ROOT / name for name in names], syntax=False)
    return digest_value([parts, packages])


@functools.cache
def read_chromium_version() -> str:
    """What Chromium says that it is; empty if there is none."""
    with contextlib.suppress(BadInput):
        command = [chromium(), "--version"]
        return subprocess.check_output(command, encoding="utf-8")
    return ""


@functools.cache
def digest_inputs() -> str:
    """The digest of everything that a test marked `pure` depends on."""
    return digest_value(
        [digest_project(*SITE, *TESTS), read_chromium_version()]
    )


def find_cache(item: pytest.Item) -> pytest.Cache | None:
    """The cache that holds the verdict of a test marked `pure`. None for any
    other test, and if there is no cache."""
    pure = item.get_closest_marker("pure")
    return getattr(item.config, "cache", None) if pure else None


def find_cache_key(item: pytest.Item) -> str:
    """The name of a test in the cache."""
    return f"pure/{digest_value(item.nodeid)}"


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Do not run a test marked `pure` again if it passed with these inputs.
    One in ten, drawn with read_seed(), runs always. --prove runs all."""
    cache = find_cache(pyfuncitem)
    if cache is None or pyfuncitem.config.getoption("prove"):
        return None
    if random.Random(read_seed() + pyfuncitem.nodeid).random() < 0.1:
        return None
    if cache.get(find_cache_key(pyfuncitem), "") != digest_inputs():
        return None
    text = "pure tests: nine of ten passed earlier, with the same project"
    pyfuncitem.user_properties.append(("evidence", text))
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep the verdict of a test marked `pure`. It passed if its fixtures did
    too: some of them fail after the test."""
    report = yield
    if cache := find_cache(item):
        item.stash[PASSED] = item.stash.get(PASSED, True) and report.passed
        if call.when == "teardown":
            inputs = digest_inputs() if item.stash[PASSED] else ""
            cache.set(find_cache_key(item), inputs)
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """List the results that were accepted as evidence, and count the slow
    tests that were left out."""
    taken = sorted(
        {
            text
            for reports in terminalreporter.stats.values()
            for report in reports
            for name, text in getattr(report, "user_properties", ())
            if name == "evidence"
        }
    )
    if taken:
        terminalreporter.section("committed evidence")
        for text in taken:
            terminalreporter.line(text)
    if left := config.stash.get(LEFT, 0):
        terminalreporter.line(
            f"{left} slow tests did not run: `make prove` does"
        )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of xdist tells how many slow tests it left out."""
    if output := getattr(session.config, "workeroutput", None):
        output["left"] = session.config.stash.get(LEFT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[LEFT] = getattr(node, "workeroutput", {}).get("left", 0)


@pytest.fixture(scope="session")
def once(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Once:
    """once(name, make, key): a folder that make(folder) fills, once for all
    workers. With a key, the digest of everything that determines it, the
    folder is kept for later runs, and that of any other key is removed.
    --prove keeps none."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    cache = getattr(request.config, "cache", None)
    lasting = None
    if cache and not request.config.getoption("prove"):
        lasting = Path(cache.mkdir("made"))

    def made(name: str, make: Callable[[Path], None], key: str = "") -> Path:
        name = name.replace("/", "-")
        folder = shared / "once" / name
        if key and lasting:
            folder = lasting / name / key
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not folder.exists():
                scratch = folder.with_name(f"{folder.name}.making")
                # An earlier test that failed here left it.
                shutil.rmtree(scratch, ignore_errors=True)
                scratch.mkdir()
                make(scratch)
                scratch.rename(folder)
                if key and lasting:
                    for other in folder.parent.iterdir():
                        if other.is_dir() and other != folder:
                            shutil.rmtree(other)
        return folder

    return made


@pytest.fixture(scope="session")
def digits(once: Once) -> Path:
    """mnist-5k as a file .npz."""

    def make(folder: Path) -> None:
        np.savez(folder / "digits.npz", **mnist.load()._asdict())

    return once("digits", make) / "digits.npz"


@pytest.fixture(scope="session")
def present(
    implementation: Implementation, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Skip where the environment of `implementation` is missing."""
    scratch = tmp_path_factory.getbasetemp()
    if processes.interpreter(implementation.framework, scratch) is None:
        missing(" or ".join(processes.NOT_HERE))


@pytest.fixture(scope="session")
def python_2018(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that runs Python with the frameworks of 2018."""
    old = next(f for f in frameworks() if f.era == "2018")
    command = processes.interpreter(old, tmp_path_factory.getbasetemp())
    if command is None:
        missing(processes.NO_2018)
    return command or []


@pytest.fixture(scope="module")
def warmed() -> Iterator[Warmed]:
    """warmed(name): from now on what reads and writes the framework's files
    does not start it anew each time."""
    found = {framework.name: framework for framework in frameworks()}
    last = ""
    with contextlib.ExitStack() as stack:

        def warmed(name: str) -> None:
            nonlocal last
            if name != last:
                stack.close()
                last = name
                stack.enter_context(warm(found.get(name)))

        yield warmed


@pytest.fixture(scope="session")
def trained(once: Once) -> tuple[subprocess.CompletedProcess[str], Any]:
    """`python -m snippets train` of everything, with the defaults: its
    finished process and the JSON that it wrote."""

    def make(folder: Path) -> None:
        process = subprocess.run(
            [sys.executable, "-m", "snippets", "train"]
            + ["--json", str(folder / "results.json")]
            + ["--require-all"] * REQUIRE_ALL,
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
        )
        said = [process.returncode, process.stdout, process.stderr]
        (folder / "process.json").write_text(json.dumps(said))

    folder = once("trained", make)
    said = json.loads((folder / "process.json").read_text())
    process = subprocess.CompletedProcess[str]("train", *said)
    print(process.stdout, process.stderr)
    return process, json.loads((folder / "results.json").read_text())


@pytest.fixture(scope="session")
def site(once: Once) -> Path:
    """The site as it is served: built, notebooks executed, and published.
    The build is strict."""

    def make(folder: Path) -> None:
        address = {"SITE_URL": "https://one.example/", "REPO_URL": ""}
        for command in (
            ["mkdocs", "build", "-s", "-d", str(folder)],
            ["pages.publish", str(folder)],
        ):
            process = subprocess.run(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                capture_output=True,
                encoding="utf-8",
                env=os.environ | address,
            )
            assert process.returncode == 0, process.stderr[-3000:]

    return once("site", make, digest_project(*SITE))


@pytest.fixture(scope="session")
def builders(once: Once) -> tuple[Path, Path]:
    """The site of MkDocs, and that of Zensical; their notebooks not run."""
    zensical = "-m", "pages.publish.zensical"
    mkdocs = "-m", "mkdocs", "build", "--strict", "--quiet", "-d"

    def make(folder: Path) -> None:
        for one, name in (mkdocs, "mkdocs"), (zensical, "zensical"):
            subprocess.run(
                [sys.executable, *one, folder / name],
                cwd=ROOT,
                check=True,
                env=os.environ | TOLD | {"NO_MKDOCS_2_WARNING": "1"},
            )

    folder = once("builders", make)
    return folder / "mkdocs", folder / "zensical"
