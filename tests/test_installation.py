"""What `make` installs: the CPU wheel of PyTorch, the BLAS of MLX, and what
builds the site alone."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from environments.locks import blas, lock
from lab.frameworks import ROOT


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """An environment with nothing but the plain BLAS of MLX's wheel."""
    libraries = tmp_path / "lib/python3.11/site-packages/mlx_cpu.libs"
    libraries.mkdir(parents=True)
    (libraries / "libblas-bd8a282c.so.3.10.0").write_text("plain")
    return tmp_path


def test_no_blas_with_threads_is_said(venv: Path, tmp_path: Path) -> None:
    empty = tmp_path / "libopenblas.so.0"
    empty.write_text("")
    for libraries in [], [empty], [tmp_path / "gone"]:
        said = blas.link(venv, libraries)
        assert "four times slower" in said and "libopenblas0-pthread" in said
        assert "\n" not in said
    (plain,) = venv.glob(blas.PLAIN)
    assert plain.read_text() == "plain"


def test_a_blas_with_threads_is_linked(venv: Path) -> None:
    """Once, and nothing is said where there is nothing to do."""
    # Any library that answers as OpenBLAS does with threads.
    found = blas.find_threaded(blas.list_libraries())
    if found is None:
        found = build_threaded(venv)
    said = blas.link(venv, [Path("/nowhere"), found])
    assert str(found) in said and "\n" not in said
    (plain,) = venv.glob(blas.PLAIN)
    assert plain.is_symlink() and plain.samefile(found)
    assert len(list(plain.parent.iterdir())) == 1
    assert blas.link(venv, [found]) == ""
    shutil.rmtree(venv / "lib")
    assert blas.link(venv, [found]) == ""


def build_threaded(folder: Path) -> Path:
    """A library of that one function: the C compiler's."""
    source, library = folder / "openblas.c", folder / "libopenblas.so.0"
    source.write_text("int openblas_get_parallel(void) { return 1; }\n")
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-o", library, source], check=True
    )
    return library


def test_the_loader_lists_openblas() -> None:
    said = """\
\tlibopenblas64.so.0 (libc6,x86-64) => /lib/libopenblas64.so.0
\tlibopenblasp.so.0 (libc6,x86-64) => /lib64/libopenblasp.so.0
\tlibopenblas.so.0 (libc6,x86-64) => /lib/x86_64-linux-gnu/libopenblas.so.0
\tlibblas.so.3 (libc6,x86-64) => /lib/x86_64-linux-gnu/libblas.so.3
"""
    assert blas.LISTED.findall(said) == [
        "/lib64/libopenblasp.so.0",
        "/lib/x86_64-linux-gnu/libopenblas.so.0",
    ]


def write_wheel(folder: Path) -> Path:
    """torch 2.13.0+cpu as an index has it, with nothing in it."""
    folder.mkdir(parents=True)
    wheel = folder / "torch-2.13.0+cpu-py3-none-any.whl"
    about = "torch-2.13.0+cpu.dist-info"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr(f"{about}/METADATA", "Name: torch\nVersion: 2.13.0+cpu")
        file.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\n")
        file.writestr(f"{about}/RECORD", "")
    return wheel


@pytest.fixture
def index(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of an index with PyTorch's CPU wheel, and the wheel."""
    wheel = write_wheel(tmp_path / "index" / "torch")
    handler = partial(
        SimpleHTTPRequestHandler, directory=str(tmp_path / "index")
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", wheel
    server.shutdown()
    server.server_close()


def test_an_index_is_asked_for_the_cpu_wheel_alone() -> None:
    for index, asked in ("", 0), ("https://wheels.example/cpu", 1):
        said = subprocess.run(
            ["make", "-n", "-B", ".venv/.complete", f"TORCH_INDEX={index}"],
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout
        (line,) = [x for x in said.splitlines() if "today-cpu.txt" in x]
        assert "--require-hashes" in line
        assert said.count("--index-url") == asked
        assert ("--index-url https://wheels.example/cpu " in line) == asked


@pytest.mark.slow
def test_the_index_that_is_named_has_the_cpu_wheel(
    index: tuple[str, Path], tmp_path: Path
) -> None:
    """`make TORCH_INDEX=…` with the Makefile's own recipe; what else it
    installs is one small package. Another file is refused in one line."""
    address, wheel = index
    project = tmp_path / "project"
    (project / "environments").mkdir(parents=True)
    shutil.copytree(lock.LOCKS, project / "environments" / "locks")
    shutil.copy(ROOT / "Makefile", project)
    locks = project / "environments" / "locks"
    right = hashlib.sha256(wheel.read_bytes()).hexdigest()
    pin = "torch==2.13.0+cpu --hash=sha256:{}\n"
    (locks / "today.txt").write_text(pin.format(right))
    for digest in right[::-1], right:
        (locks / "today-cpu.txt").write_text(pin.format(digest))
        done = subprocess.run(
            [
                *["make", ".venv/.complete", f"TORCH_INDEX={address}"],
                f"PYTHON={sys.executable}",
            ],
            cwd=project,
            capture_output=True,
            encoding="utf-8",
            # Nor does pip ask whom a user's settings name, and this make is
            # no part of the one that may run the tests.
            env={k: v for k, v in os.environ.items() if k[:4] != "MAKE"}
            | {
                "PIP_CONFIG_FILE": os.devnull,
                "PIP_FIND_LINKS": "",
                "PIP_NO_CACHE_DIR": "1",
            },
        )
        found = list(project.glob(".venv/lib/*/site-packages/torch-*"))
        if digest == right:
            assert done.returncode == 0, done.stderr
            assert [path.name for path in found] == [
                "torch-2.13.0+cpu.dist-info"
            ]
        else:
            assert done.returncode and not found
            said, makes_own = done.stderr.splitlines()
            assert said.startswith("make: the installation failed: ERROR")
            assert makes_own.startswith("make: ***")


@pytest.mark.slow
def test_the_preview_needs_no_framework(tmp_path: Path) -> None:
    """Its lock alone builds the site, strictly."""
    python = str(tmp_path / "venv" / "bin" / "python")
    venv = [sys.executable, "-m", "venv", str(tmp_path / "venv")]
    subprocess.run(venv, check=True)
    makefile = (ROOT / "Makefile").read_text("utf-8")
    [options] = re.findall(r"^LOCKED := (.*)", makefile, re.M)
    install = ["-m", "pip", "install", "-q", *options.split(), "-r"]
    site = str(lock.LOCKS / "site.txt")
    subprocess.run([python, *install, site], check=True)
    subprocess.run(
        [
            *[python, "-m", "mkdocs", "build", "--strict", "--quiet"],
            *["--site-dir", str(tmp_path / "site")],
        ],
        cwd=ROOT,
        check=True,
        env=os.environ | {"NOTEBOOKS": "false"},
    )
    assert (tmp_path / "site" / "notebooks" / "keras" / "index.html").exists()
