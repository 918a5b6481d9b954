"""One task in several processes, as the framework's own launcher starts them,
or by what it reads in each one's environment.
"""

import contextlib
import socket
import string
from typing import Any

from lab.errors import BadInput
from lab.frameworks import Implementation

HOST = "127.0.0.1"


def free_ports(count: int, first: int | None = None) -> list[int]:
    """`count` ports that nobody holds; from `first` on, where it is given.

    Raises BadInput where one of those is held, or is none."""
    with contextlib.ExitStack() as held:
        ports = []
        for n in range(count):
            port = first + n if first else 0
            s = held.enter_context(socket.socket())
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind((HOST, port))
            except (OSError, OverflowError) as error:
                said = getattr(error, "strerror", None) or "it is none"
                raise BadInput(f"port {port}: {said}") from None
            ports.append(s.getsockname()[1])
        return ports


def launches(
    implementation: Implementation,
    processes: int,
    scratch: str,
    first: int | None = None,
) -> list[dict[str, Any]]:
    """What lab/inside/launch.py starts, one command for all or one for each
    of `processes`: its words, but for those of the program, what its
    environment has besides, and files that it wants.

    Raises BadInput where the framework has no distributed.py, or the ports
    from `first` on are held."""
    means = implementation.backend.distributed
    if means is None:
        raise BadInput(
            f"{implementation.title} does not train in several processes: "
            f"snippets/{implementation.framework.name}/notes.md says why"
        )
    meeting, spare, *ports = free_ports(processes + 2, first)
    words = {
        "processes": str(processes),
        "port": str(meeting),
        "coordinator": f"{HOST}:{meeting}",
        "spare": f'"{HOST}:{spare}"',
        "ports": ", ".join(map(str, ports)),
        "addresses": ", ".join(f'"{HOST}:{port}"' for port in ports),
        "lists": ", ".join(f'["{HOST}:{port}"]' for port in ports),
        "scratch": scratch,
        "python": "$python",
    }

    def filled(text: str, rank: int) -> str:
        return string.Template(text).substitute(words, rank=str(rank))

    # A launcher is started once, and starts the others.
    ranks = [0] if means.launcher else range(processes)
    return [
        {
            "arguments": [filled(part, rank) for part in means.launcher],
            "environment": {
                name: filled(text, rank)
                for name, text in means.variables.items()
            },
            "files": {
                name: filled(text, rank) for name, text in means.files.items()
            },
        }
        for rank in ranks
    ]
