"""Several tasks with one framework, which is imported once for all of them."""

import importlib
import time
import traceback
from typing import Any, Dict

from lab.inside.common import Answer, Arrays, Request


def run(request: Request) -> Answer:
    """Each of `request["tasks"]`, {name: a request of its own}, one after the
    other. Under "tasks" is what each returned, its "error", None or the last
    line of it, and its "seconds"; the arrays are under <name>/. What fails
    stops no other."""
    answers: Dict[str, Dict[str, Any]] = {}
    arrays: Arrays = {}
    for name, asked in request["tasks"].items():
        start, answer, error = time.perf_counter(), {}, None
        try:
            task = importlib.import_module("lab.inside." + asked["task"])
            answer, found = task.run(dict(request, **asked))
            for key, array in found.items():
                arrays[name + "/" + key] = array
        # Some tasks end with sys.exit() and the words of their error.
        except (Exception, SystemExit) as failure:
            last = traceback.format_exception_only(type(failure), failure)[-1]
            error = " ".join(last.split())
        seconds = time.perf_counter() - start
        answers[name] = dict(answer, error=error, seconds=seconds)
    return {"tasks": answers}, arrays
