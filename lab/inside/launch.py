"""The processes of one task: started, watched, and ended together.

Each says in a file of its own that it has joined, that it is done, or why it
failed; who has said nothing more and is not there any longer was killed.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any, Dict, List, Optional

from lab.inside.common import Request

# In the environment of each process that this starts.
MARK = "ONE_CONVNET_WORKER"
# Seconds in which the others may notice by themselves that one has gone.
PATIENCE = 20.0
LOOK = 0.05  # seconds
Processes = List["subprocess.Popen[bytes]"]
Told = Dict[str, Dict[str, Any]]


def launch(request: Request, program: List[str]) -> None:
    """Start what request["launch"] names, with `program` behind it, and wait
    for all.

    Exits with the first fault where one of them fails or is killed; the
    others then have PATIENCE to end by themselves, and are ended."""
    started = []  # type: Processes
    for one in request["launch"]:
        for name, text in one["files"].items():
            with open(name, "w") as file:
                file.write(text)
    try:
        for one in request["launch"]:
            words = one["arguments"] or ["$python"]
            words = [sys.executable if w == "$python" else w for w in words]
            variables = dict(os.environ, **one["environment"])
            variables[MARK] = "1"
            process = subprocess.Popen(
                words + program, env=variables, stdin=subprocess.DEVNULL
            )
            started.append(process)
        fault = watched(started, request["processes"])
    finally:
        end(started)
    if fault:
        sys.exit(fault)


def watched(started: Processes, count: int) -> Optional[str]:
    """Wait until all have ended; what went wrong, in a line, or None."""
    killed, last = [], None  # type: List[str], Optional[float]
    while True:
        ended = [process.poll() for process in started]
        joined = told("joined")
        killed = killed or lost(joined)
        versions = [about["versions"] for about in joined.values()]
        for other in versions:
            if other != versions[0]:
                return "the processes have %s and %s" % (versions[0], other)
        if None not in ended:
            break
        if last is None and (any(ended) or killed or told("failed")):
            last = time.monotonic() + PATIENCE
        if last is not None and time.monotonic() > last:
            break
        time.sleep(LOOK)
    if not any(process.poll() != 0 for process in started):
        return None
    return said(count, killed or lost(told("joined")))


def lost(joined: Told) -> List[str]:
    """The ranks of those that have gone without a word."""
    heard = [about["pid"] for about in told("failed").values()]
    heard += [about["pid"] for about in told("done").values()]
    pids = {rank: about["pid"] for rank, about in joined.items()}
    return [
        rank
        for rank, pid in sorted(pids.items())
        if pid not in heard and not alive(pid)
    ]


def said(count: int, killed: List[str]) -> str:
    """One line for what went wrong: who was killed, or who failed first."""
    if killed:
        return "process %s of %d was killed" % (killed[0], count)
    ranks = {
        about["pid"]: "process %s of %d" % (rank, count)
        for rank, about in told("joined").items()
    }
    for about in told("failed").values():
        who = ranks.get(about["pid"], "a process of %d" % count)
        return who + ": " + str(about["error"])
    return "a process of %d ended before it had joined the others" % count


def end(started: Processes) -> None:
    """Whatever is left of them, and of what they started."""
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
    for about in told("joined").values():
        if alive(about["pid"]):
            os.kill(about["pid"], signal.SIGKILL)


def tell(what: str, who: int, **about: Any) -> None:
    """Say it in a file, whole or not at all, with this process's number."""
    about["pid"] = os.getpid()
    path = "%s-%d.json" % (what, who)
    with open(path + ".new", "w") as file:
        json.dump(about, file)
    os.replace(path + ".new", path)


def told(what: str) -> Told:
    """{who: what it said}, the first first."""
    found = {}
    names = [
        name
        for name in os.listdir(".")
        if name.startswith(what + "-") and name.endswith(".json")
    ]
    for name in sorted(names, key=os.path.getmtime):
        with open(name) as file:
            found[name[len(what) + 1 : -5]] = json.load(file)
    return found


def alive(pid: int) -> bool:
    """Does it run? One that has ended and was not waited for does not."""
    try:
        os.kill(pid, 0)
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # gone by now, or no /proc on this system
        return not os.path.exists("/proc")


def follow_parent() -> None:
    """End this process when the one that started it has ended, however that
    ended: nothing may outlive it."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
