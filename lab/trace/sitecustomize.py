"""Tells which of the project's files a Python reads: a line each in the file
that $TRACE_INTO names, for this process and for all that it starts.

Python imports a module of this name at its start, where PYTHONPATH has this
folder. Written for Python 3.6, which has no audit hooks, as well.
"""

import atexit
import builtins
import os
import sys
from typing import Any

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__))) + os.sep
FLAGS = os.O_WRONLY | os.O_RDWR
ASKS = "load", os.path.join(ROOT, "lab", "frameworks.py")


def tell(path: Any) -> None:
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    path = os.path.abspath(path) if isinstance(path, str) else ""
    if path.startswith(ROOT) and not path.startswith(ROOT + ".venv"):
        with untraced(os.environ["TRACE_INTO"], "a") as file:
            file.write(path[len(ROOT) :] + "\n")


def hear(event: str, arguments: Any) -> None:
    if event != "open" or not isinstance(arguments[0], (str, bytes)):
        return
    if not arguments[2] & FLAGS and arguments[0] != INTO and not asks():
        tell(arguments[0])


def asks() -> bool:
    """Is this lab/frameworks.py, which reads every framework to know which
    there are?"""
    frame = sys._getframe()  # type: Any
    while frame and (frame.f_code.co_name, frame.f_code.co_filename) != ASKS:
        frame = frame.f_back
    return frame is not None


def traced(path: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
    if not set(mode) & set("wax+"):
        tell(path)
    return untraced(path, mode, *rest, **more)


def tell_modules() -> None:
    for module in list(sys.modules.values()):
        tell(getattr(module, "__file__", None))


INTO = os.environ.get("TRACE_INTO")
untraced: Any = builtins.open
if INTO:
    if hasattr(sys, "addaudithook"):
        sys.addaudithook(hear)
    else:
        builtins.open = traced  # type: ignore[assignment]
    atexit.register(tell_modules)
