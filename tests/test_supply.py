"""What is installed is what the locks name, by hash; its known
vulnerabilities and its licences are looked at."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from environments import audit
from environments.locks import lock
from lab.errors import BadInput
from lab.frameworks import ROOT
from pages import references
from tests.helpers import missing
from tests.scripts import step

OLD = ROOT / ".venv-2018"
INSTALLERS = [
    ROOT / path
    for path in (
        "Makefile",
        ".ci/run",
        "environments/2018/setup",
        "environments/2018/Dockerfile",
        ".github/workflows/gpu.yml",
    )
]
HASH = re.compile(r"--hash=sha256:(\w+)")
MACHINES = [
    {"sys_platform": "linux", "platform_machine": "x86_64"},
    {"sys_platform": "linux", "platform_machine": "aarch64"},
    {"sys_platform": "darwin", "platform_machine": "arm64"},
]


def wanted(source: str) -> list[Requirement]:
    lines = re.findall(r"^[^#\s][^#\n]*", source, re.M)
    return [Requirement(line.strip()) for line in lines]


def holds(marker: str, machine: dict[str, str]) -> bool:
    said = marker.strip(" ;")
    return not said or Marker(said).evaluate(machine)


def lacking(source: str, text: str) -> list[str]:
    """What `text`, a lock, lacks of `source`, the short requirements."""
    found = lock.blocks(text)
    wrong = [f"{b['name']} has no hash" for b in found if not b["hashes"]]
    for want in wanted(source):
        name = canonicalize_name(want.name)
        for machine in MACHINES:
            if want.marker and not want.marker.evaluate(machine):
                continue
            versions = [
                f"=={b['version']}"
                for b in found
                if b["name"] == name and holds(b["marker"], machine)
            ]
            if versions != [str(want.specifier)]:
                wrong.append(f"{want} is not what is locked: {versions}")
    return wrong


def both(name: str) -> tuple[str, str]:
    """The source of a lock, and the lock."""
    source, text = ROOT / lock.SOURCES[name][0], lock.LOCKS / f"{name}.txt"
    return source.read_text("utf-8"), text.read_text("utf-8")


@pytest.mark.parametrize("name", lock.SOURCES)
def test_a_lock_holds_its_source(name: str) -> None:
    source, text = both(name)
    assert lacking(source, text) == [], "`make locks` writes it anew"
    # Nor does it hold what the source names no more.
    asked = {
        b["name"]
        for b in lock.blocks(text)
        if f"-r {lock.SOURCES[name][0]}" in (b["via"] or "")
    }
    assert asked == {canonicalize_name(w.name) for w in wanted(source)}


def test_a_lock_that_is_not_of_its_source_fails() -> None:
    source, text = both("today")
    pin = next(str(w) for w in wanted(source) if w.name == "numpy")
    newer = lacking(source.replace(pin, "numpy==99.0"), text)
    assert [line[:11] for line in newer] == ["numpy==99.0"] * len(MACHINES)
    assert lacking(f"{source}\nnew==1.0\n", text)
    bare = re.sub(r"^(numpy==\S+)( \\\n +--hash\S+)+", r"\1", text, flags=re.M)
    assert bare != text
    assert lacking(source, bare) == ["numpy has no hash"]
    with pytest.raises(ValueError, match="no line of a lock: --index"):
        lock.blocks(f"--index-url=elsewhere\n{text}")


def test_the_wheels_named_by_hand_are_of_the_version_that_is_locked() -> None:
    by_hand = (lock.LOCKS / "today-cpu.txt").read_text("utf-8")
    [torch] = lock.blocks(by_hand)
    pins = {w.name: str(w.specifier) for w in wanted(both("today")[0])}
    assert f"=={torch['version']}" == f"{pins['torch']}+cpu"
    assert torch["hashes"]


def test_no_lock_names_an_index() -> None:
    """A lock is of hashes, wherever the files come from."""
    sources = [ROOT / source for source, _ in lock.SOURCES.values()]
    for path in [*lock.LOCKS.glob("*.txt"), *sources]:
        said = path.read_text("utf-8")
        assert not re.search(r"://|index-url|find-links", said), path


def installs(path: Path) -> list[str]:
    """The commands of a file that have pip install something."""
    text = path.read_text("utf-8").replace("\\\n", " ")
    for options in re.findall(r"^LOCKED := (.*)", text, re.M):
        text = text.replace("$(LOCKED)", options)
    return re.findall(r"pip install\b[^;&|\n]*", text)


def test_every_step_installs_from_a_lock() -> None:
    found = [(path.name, i) for path in INSTALLERS for i in installs(path)]
    assert {name for name, _ in found} == {
        "Makefile",
        "setup",
        "Dockerfile",
        "gpu.yml",
    }
    for name, said in found:
        assert "--require-hashes" in said and "--no-deps" in said, name
        assert re.search(r"-r\s+\S*(LOCKS|locks|lock|/tmp)", said), name


def test_the_container_is_of_no_tag() -> None:
    text = (ROOT / "environments/2018/Dockerfile").read_text("utf-8")
    for line in re.findall(r"^FROM .*", text, re.M):
        assert re.search(r"@sha256:[0-9a-f]{64}$", line)
    [packages] = re.findall(r"apt-get install.*?\\\n\s+(.*?) \\\n", text)
    assert all("=" in package for package in packages.split())


@pytest.mark.parametrize("python", [Path(sys.executable), OLD / "bin/python"])
def test_nothing_is_left_out(python: Path) -> None:
    """Though pip looks for no dependencies where it installs."""
    if not python.exists():
        missing("not run: `make 2018` sets it up")
    done = subprocess.run(
        [python, "-m", "pip", "check"], capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout


# PyTorch's PYSEC-2022-43015, as the database has it but for its words.
FOUND = {"id": "PYSEC-2022-43015", "aliases": ["CVE-2022-45907"]}
TODAY, DAY = date(2026, 12, 1), timedelta(1)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A service that knows one vulnerability of any torch; pip-audit asks
    it."""

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            asked = json.loads(self.rfile.read(length))["package"]
            affected = [{"package": {**asked, "ecosystem": "PyPI"}}]
            vulnerable = {"vulns": [FOUND | {"affected": affected}]}
            answer = vulnerable if asked["name"] == "torch" else {}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever).start()
    monkeypatch.setenv("PIP_AUDIT_VULNERABILITY_SERVICE", "osv")
    port = server.server_address[1]
    monkeypatch.setenv("PIP_AUDIT_OSV_URL", f"http://127.0.0.1:{port}")
    yield
    server.shutdown()
    server.server_close()


@pytest.fixture
def torch_lock(tmp_path: Path) -> Path:
    path = tmp_path / "lock.txt"
    zeros = f"--hash=sha256:{'0' * 64}"
    path.write_text(f"# A lock.\nsix==1.17.0 {zeros}\ntorch==1.0.0 {zeros}\n")
    return path


def reviewed(
    name: str, package: str = "torch==1.0.0", again: date = TODAY + DAY
) -> audit.Reviewed:
    return audit.Reviewed(package, [name], "", "", TODAY, again)


# What is listed, and whether the audit then passes.
LISTED = {
    "nothing": ([], False),
    "it": ([reviewed("PYSEC-2022-43015")], True),
    "an alias of it": ([reviewed("CVE-2022-45907")], True),
    "it, until today": ([reviewed("CVE-2022-45907", again=TODAY)], False),
    "another": ([reviewed("PYSEC-9999-1")], False),
    "another version": ([reviewed("PYSEC-2022-43015", "torch==1.0.1")], False),
}


@pytest.mark.parametrize("what", LISTED)
def test_an_audit_passes_only_what_was_reviewed(
    what: str,
    database: None,
    torch_lock: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    exceptions, passes = LISTED[what]
    assert audit.audit(torch_lock, exceptions, TODAY) == passes
    assert ("torch" in capfd.readouterr().out) != passes


def test_no_answer_is_no_pass(
    torch_lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_AUDIT_VULNERABILITY_SERVICE", "osv")
    monkeypatch.setenv("PIP_AUDIT_OSV_URL", "http://127.0.0.1:1")
    assert not audit.audit(torch_lock, [], TODAY)


def test_an_exception_has_a_reason_and_a_date(tmp_path: Path) -> None:
    path = tmp_path / "advisories.toml"
    path.write_text('[[exception]]\npackage = "x==1"\nids = []\nwhat = ""\n')
    with pytest.raises(BadInput, match="missing required field `why`"):
        audit.read_exceptions(path)


def test_exceptions_are_of_what_is_locked() -> None:
    """Each of one package, at the version that is locked; to be looked at
    again within a year."""
    locked = {
        f"{b['name']}=={b['version']}"
        for path in lock.locks()
        for b in lock.blocks(path.read_text("utf-8"))
    }
    exceptions = audit.read_exceptions()
    ids = [i for e in exceptions for i in e.ids]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"(PYSEC|CVE)-\d{4}-\d+", i) for i in ids)
    for e in exceptions:
        assert e.package in locked
        assert e.what and e.why
        assert timedelta(0) < e.again - e.reviewed <= timedelta(366)


@pytest.mark.slow
def test_a_release_lists_its_parts(tmp_path: Path) -> None:
    """With the step of the workflow: every package of the locks, once, and
    pip, which they leave to Python. Each with the hashes of its files."""
    for name in ".venv", "environments":
        (tmp_path / name).symlink_to(ROOT / name)
    subprocess.run(
        ["bash", "-e", "-c", step("release", "build", "List the parts")],
        cwd=tmp_path,
        check=True,
        env=os.environ | {"GITHUB_REF_NAME": "v1.2"},
    )
    parts = json.loads((tmp_path / "sbom.cdx.json").read_text("utf-8"))
    assert parts["metadata"]["component"]["version"] == "1.2"
    locked = {
        (b["name"], b["version"]): set(HASH.findall(b["hashes"]))
        for name in ("today", "today-cuda")
        for b in lock.blocks((lock.LOCKS / f"{name}.txt").read_text("utf-8"))
    }
    listed = {
        (part["name"], part["version"]): {
            digest["content"]
            for file in part["externalReferences"]
            for digest in file["hashes"]
        }
        for part in parts["components"]
        if part["name"] != "pip"
    }
    assert listed.keys() == locked.keys()
    for part, hashes in listed.items():
        assert hashes and hashes <= locked[part], part


def test_every_package_states_its_licence() -> None:
    """Or pages/references.py says where it was read."""
    folders = [str(f) for f in OLD.glob("lib/python3.*/site-packages")]
    found = [*distributions(), *distributions(path=folders)]
    assert [d.name for d in found if not references.package_licence(d)] == []
