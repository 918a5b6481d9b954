"""Writes the path of each file of the project that a Python process reads to
the file that $TRACE_INTO names, one path per line, and last `import NAME` for
each package that the process has imported. Child processes do so too.

A file that compiled code opens is not traced: read its bytes in Python.

Python imports a module of this name when it starts, if PYTHONPATH has this
folder. Python 3.6 has no audit hooks, so there `open` is replaced.
"""

import atexit
import builtins
import os
import sys
from typing import Any

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__))) + os.sep
FLAGS = os.O_WRONLY | os.O_RDWR
MANIFESTS = "load", os.path.join(ROOT, "lab", "frameworks.py")


def write_path(path: Any) -> None:
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    path = os.path.abspath(path) if isinstance(path, str) else ""
    if path.startswith(ROOT) and not path.startswith(ROOT + ".venv"):
        with untraced_open(os.environ["TRACE_INTO"], "a") as file:
            file.write(path[len(ROOT) :] + "\n")


def audit(event: str, arguments: Any) -> None:
    if event != "open" or not isinstance(arguments[0], (str, bytes)):
        return
    path, _, flags = arguments
    if not flags & FLAGS and path != INTO and not reads_manifests():
        write_path(path)


def reads_manifests() -> bool:
    """Is this lab/frameworks.py, which reads the folder of every framework
    to list them?"""
    frame = sys._getframe()  # type: Any
    while frame:
        code = frame.f_code
        if (code.co_name, code.co_filename) == MANIFESTS:
            return True
        frame = frame.f_back
    return False


def traced_open(path: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
    if not set(mode) & set("wax+"):
        write_path(path)
    return untraced_open(path, mode, *rest, **more)


def write_modules() -> None:
    for module in list(sys.modules.values()):
        write_path(getattr(module, "__file__", None))
    names = {name.partition(".")[0] for name in sys.modules}
    with untraced_open(os.environ["TRACE_INTO"], "a") as file:
        file.writelines("import " + name + "\n" for name in sorted(names))


INTO = os.environ.get("TRACE_INTO")
untraced_open: Any = builtins.open
if INTO:
    if hasattr(sys, "addaudithook"):
        sys.addaudithook(audit)
    else:
        builtins.open = traced_open  # type: ignore[assignment]
    atexit.register(write_modules)
