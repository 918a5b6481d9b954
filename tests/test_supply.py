"""What is installed is what the locks name, by hash; its known
vulnerabilities and its licences are looked at."""

import hashlib
import json
import re
import subprocess
import sys
import threading
import zipfile
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
from lab.errors import Failed
from lab.frameworks import ROOT
from pages import licences
from tests.helpers import missing

OLD = ROOT / ".venv-2018"
INSTALLERS = [
    ROOT / path
    for path in (
        "Makefile", ".ci/run", "environments/2018/setup",
        "environments/2018/Dockerfile", ".github/workflows/gpu.yml",
    )
]  # fmt: skip
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
                f"=={b['version']}" for b in found
                if b["name"] == name and holds(b["marker"], machine)
            ]  # fmt: skip
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
        b["name"] for b in lock.blocks(text)
        if f"-r {lock.SOURCES[name][0]}" in (b["via"] or "")
    }  # fmt: skip
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
        "Makefile", "setup", "Dockerfile", "gpu.yml",
    }  # fmt: skip
    for name, said in found:
        assert "--require-hashes" in said and "--no-deps" in said, name
        assert re.search(r"-r\s+\S*(LOCKS|locks|lock|/tmp)", said), name


def test_the_container_is_of_no_tag() -> None:
    text = (ROOT / "environments/2018/Dockerfile").read_text("utf-8")
    for line in re.findall(r"^FROM .*", text, re.M):
        assert re.search(r"@sha256:[0-9a-f]{64}$", line)
    [packages] = re.findall(r"apt-get install.*?\\\n\s+(.*?) \\\n", text)
    assert all("=" in package for package in packages.split())


def test_pip_refuses_another_file(tmp_path: Path) -> None:
    """With the Makefile's own options."""
    wheel = tmp_path / "tiny-1.0-py3-none-any.whl"
    about = "tiny-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr(f"{about}/METADATA", "Name: tiny\nVersion: 1.0\n")
        file.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\n")
        file.writestr(f"{about}/RECORD", "")
    makefile = INSTALLERS[0].read_text("utf-8")
    [options] = re.findall(r"^LOCKED := (.*)", makefile, re.M)
    right = hashlib.sha256(wheel.read_bytes()).hexdigest()
    wrong = right[::-1]
    for digest, status in [(right, 0), (wrong, 1)]:
        path = tmp_path / "lock.txt"
        path.write_text(f"tiny==1.0 \\\n    --hash=sha256:{digest}\n")
        done = subprocess.run(
            [
                *[sys.executable, "-m", "pip", "install", "--dry-run"],
                *["--no-index", "--find-links", str(tmp_path)],
                *[*options.split(), "-r", str(path)],
            ],
            capture_output=True, encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == status, done.stderr
        assert ("DO NOT MATCH THE HASHES" in done.stderr) == bool(status)


@pytest.mark.parametrize("python", [Path(sys.executable), OLD / "bin/python"])
def test_nothing_is_left_out(python: Path) -> None:
    """Though pip looks for no dependencies where it installs."""
    if not python.exists():
        missing("not run: `make 2018` sets it up")
    done = subprocess.run(
        [python, "-m", "pip", "check"], capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout


# Two of PyTorch's, as the database has them: PYSEC-2022-43015 whole but for
# its words, and one of which nobody has heard.
KNOWN = {"id": "PYSEC-2022-43015", "aliases": ["CVE-2022-45907"]}
NEW = {"id": "PYSEC-9999-1", "aliases": ["CVE-9999-1"]}
TODAY = date(2026, 12, 1)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[audit.Report]:
    """What pip-audit itself says where a service knows both of torch 1.0.0."""

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            asked = json.loads(self.rfile.read(length))["package"]
            affected = [{"package": {**asked, "ecosystem": "PyPI"}}]
            known = [k | {"affected": affected} for k in (KNOWN, NEW)]
            said = {"vulns": known} if asked["name"] == "torch" else {}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *_: object) -> None: ...

    path = tmp_path_factory.mktemp("audit") / "lock.txt"
    zeros = f"--hash=sha256:{'0' * 64}"
    path.write_text(f"torch==1.0.0 {zeros}\nsix==1.17.0 {zeros}\n")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever).start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_AUDIT_VULNERABILITY_SERVICE", "osv")
        port = server.server_address[1]
        patch.setenv("PIP_AUDIT_OSV_URL", f"http://127.0.0.1:{port}")
        yield audit.ask(path)
        server.shutdown()
        server.server_close()
        # And where it does not answer.
        with pytest.raises(Failed, match="pip-audit has no answer"):
            audit.ask(path)


def known(*ids: str, again: date = TODAY + timedelta(1)) -> audit.Known:
    return audit.Known("torch==1.0.0", list(ids), "", "", TODAY, again)


def test_an_audit_fails_on_what_is_not_as_listed(report: audit.Report) -> None:
    def faults(*exceptions: audit.Known) -> list[str]:
        return audit.faults([report], [*exceptions], TODAY)

    new = "torch==1.0.0: PYSEC-9999-1 (CVE-9999-1) is not listed"
    # By any of its names.
    assert faults(known("CVE-2022-45907", "PYSEC-9999-1")) == []
    assert faults(known("PYSEC-2022-43015")) == [new]
    assert faults(known("PYSEC-2022-43015"), known("PYSEC-1")) == [
        new, "torch==1.0.0: PYSEC-1 is listed, and not found",
    ]  # fmt: skip
    late = known("PYSEC-2022-43015", "PYSEC-9999-1", again=TODAY)
    assert faults(late) == [
        "torch==1.0.0: to be reviewed again since 2026-12-01"
    ]


def test_what_was_not_audited_is_not_taken_for_clean(tmp_path: Path) -> None:
    """pip-audit itself succeeds where its service knows no package."""
    path = tmp_path / "report.json"
    why = "Dependency not found on PyPI and could not be audited: six (1.17.0)"
    path.write_text(json.dumps({
        "dependencies": [{"name": "six", "skip_reason": why}], "fixes": [],
    }))  # fmt: skip
    assert audit.faults([audit.read(path)], [], TODAY) == [f"six: {why}"]
    path.write_text("{}")
    assert audit.main([str(path)]) == 2


def test_exceptions_are_of_what_is_locked() -> None:
    """Each of one package, at the version that is locked; to be looked at
    again within a year."""
    locked = {
        f"{b['name']}=={b['version']}"
        for path in lock.locks()
        for b in lock.blocks(path.read_text("utf-8"))
    }
    exceptions = audit.listed()
    ids = [i for e in exceptions for i in e.ids]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"(PYSEC|CVE)-\d{4}-\d+", i) for i in ids)
    for e in exceptions:
        assert e.package in locked
        assert e.what and e.why
        assert timedelta(0) < e.again - e.reviewed <= timedelta(366)


def test_every_package_states_its_licence() -> None:
    """Or pages/licences.py says where it was read."""
    folders = [str(f) for f in OLD.glob("lib/python3.*/site-packages")]
    found = [*distributions(), *distributions(path=folders)]
    assert [d.name for d in found if not licences.licence(d)] == []
