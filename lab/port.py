"""Is a port of this machine free? `python -m lab.port 8000`.

`make serve` and `make preview` ask before they install anything, with the
Python of the system: nothing but the standard library is imported here.
"""

import os
import socket
import sys

from lab.errors import BadInput

HOST = "127.0.0.1"


def parse_port(text: str) -> int:
    """The port that `text` names. Raises BadInput if it is not a port, or
    is in use."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise BadInput(f"PORT={text}: a port is a number from 1 to 65535")
    port = int(text)
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise BadInput(
            f"port {port} of {HOST}: {os.strerror(error.errno or 0)}: name "
            f"another one, as PORT={port % 65535 + 1}"
        ) from None
    return port


def main() -> int:
    """`python -m lab.port PORT`; return the exit status."""
    try:
        parse_port(" ".join(sys.argv[1:]))
    except BadInput as error:
        print(f"make: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
