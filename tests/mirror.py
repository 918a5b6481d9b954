"""A mirror of MNIST on this machine, which may be a bad one."""

import contextlib
import http.server
import threading
from collections.abc import Iterator

from tests.mnist_files import Files, zipped


class Server(http.server.ThreadingHTTPServer):
    """On 127.0.0.1: `answers[path]` is (status, length, body); `asked` lists
    the paths that were asked for. The mirror "slow" sends byte by byte."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.answers: dict[str, tuple[int, int, bytes]] = {}
        self.asked: list[str] = []
        self.stopped = threading.Event()

    def serve(self, mirror: str, files: Files) -> str:
        """Serve `files` as a mirror does; return the mirror's address."""
        for name, body in zipped(files).items():
            self.answers[f"/{mirror}/{name}"] = (200, len(body), body)
        return f"{self.url}/{mirror}/"

    def sent(self, path: str) -> Iterator[bytes]:
        """The body, a piece at a time."""
        _, _, body = self.answers.get(path, (404, 0, b""))
        if not path.startswith("/slow/"):
            yield body
            return
        for byte in body:
            yield bytes([byte])
            if self.stopped.wait(0.05):
                return


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        answer = self.server.answers.get(self.path, (404, 0, b""))
        status, length, _ = answer
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        with contextlib.suppress(OSError):  # whoever asked has gone
            for piece in self.server.sent(self.path):
                self.wfile.write(piece)

    def log_message(self, *args: object) -> None:
        pass
