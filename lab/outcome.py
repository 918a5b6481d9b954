"""How a command ends: with a status, and one line for what went wrong."""

import io
import os
import signal
import sys
from collections.abc import Callable

from lab.errors import BadInput, Failed, shown
from lab.mnist import DataError

# Letters of an error: a file may hold any number, and be quoted.
LONGEST = 600


def outcome(
    name: str, do: Callable[[], int], interrupted: str = "interrupted"
) -> int:
    """What do() returns; 2 where it raises BadInput or DataError, 1 for
    Failed and OSError, 130 after Ctrl-C, each with one line on stderr that
    begins with `name`.

    SIGTERM and SIGHUP end it as Ctrl-C does: every child goes with it. What
    a terminal or a pipe cannot show is shown as a question mark."""
    for stream in sys.stdout, sys.stderr:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    before = {
        sign: signal.signal(sign, end)
        for sign in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(sign) != signal.SIG_IGN  # as under nohup
    }
    try:
        try:
            return do()
        finally:
            printed(sys.stdout.flush)
    except (BadInput, DataError) as error:
        status, said = 2, str(error)
    except Failed as error:
        status, said = 1, str(error)
    except BrokenPipeError:
        mute()
        return 1
    except OSError as error:
        status, said = 1, reason(error)
    except KeyboardInterrupt:
        status, said = 130, interrupted
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
    print(f"{name}: {one_line(said)}", file=sys.stderr)
    return status


def end(sign: int, frame: object) -> None:
    """Leave as with Ctrl-C; once: what is removed on the way out takes a
    moment."""
    for other in signal.SIGTERM, signal.SIGHUP:
        signal.signal(other, signal.SIG_IGN)
    sys.exit(128 + sign)


def reason(error: OSError) -> str:
    """What the system refused, and where, if it says so."""
    if error.filename is None:
        return str(error.strerror or error)
    return f"{os.fsdecode(error.filename)}: {error.strerror}"


def printed(do: Callable[[], object]) -> None:
    """do(), which prints. Raises BrokenPipeError where nobody reads, OSError
    that names standard output where it takes no more."""
    try:
        do()
    except BrokenPipeError:
        raise
    except OSError as error:
        mute()
        where = "standard output"
        raise OSError(error.errno, error.strerror, where) from None


def mute() -> None:
    """Drop what nobody can be shown, so that Python, which tries again at
    its end, says no more of it."""
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def one_line(text: str) -> str:
    """`text` in one line of at most LONGEST letters, the middle left out
    where there are more; nothing in it steers a terminal."""
    line = shown(" ".join(text.split()))
    if len(line) > LONGEST:
        half = LONGEST // 2 - 3
        line = f"{line[:half]} … {line[-half:]}"
    return line
