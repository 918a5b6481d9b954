"""A mirror of MNIST on this machine, which may be a bad one."""

import contextlib
import gzip
import http.server
import threading
from collections.abc import Callable, Iterator
from random import Random

from tests.support.small import Files, zipped


class Server(http.server.ThreadingHTTPServer):
    """On 127.0.0.1: `answers[path]` is (status, length, body); `asked` lists
    the paths that were asked for. The mirror "slow" sends byte by byte; one
    that is called "lie-" and one of LIES does that."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.answers: dict[str, tuple[int, int, bytes]] = {}
        self.asked: list[str] = []
        self.stopped = threading.Event()
        self.random = Random(0)

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

    def handle_error(self, *_: object) -> None:
        """Whoever asked has gone."""


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        answer = self.server.answers.get(self.path, (404, 0, b""))
        lie = self.path.split("/")[1].removeprefix("lie-")
        if self.path.startswith("/lie-"):
            with contextlib.suppress(OSError):
                LIES[lie](self, answer[2])
            self.close_connection = True
            return
        status, length, _ = answer
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        with contextlib.suppress(OSError):  # whoever asked has gone
            for piece in self.server.sent(self.path):
                self.wfile.write(piece)

    def log_message(self, *args: object) -> None:
        pass

    def head(self, *lines: str, status: str = "200 OK") -> None:
        """A head of just these lines."""
        text = "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""])
        self.wfile.write(text.encode("latin-1"))

    def send(self, data: bytes, *lines: str, status: str = "200 OK") -> None:
        self.head(*lines, f"Content-Length: {len(data)}", status=status)
        self.wfile.write(data)

    def for_ever(self, piece: bytes, seconds: float = 0.0) -> None:
        while not self.server.stopped.wait(seconds):
            self.wfile.write(piece)


Lie = Callable[[Handler, bytes], None]


def silent(h: Handler, body: bytes) -> None:
    h.server.stopped.wait()


def gone(h: Handler, body: bytes) -> None:
    pass


def no_http(h: Handler, body: bytes) -> None:
    h.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")


def half_a_head(h: Handler, body: bytes) -> None:
    h.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Le")


def endless_head(h: Handler, body: bytes) -> None:
    h.wfile.write(b"HTTP/1.1 200 OK\r\n")
    h.for_ever(b"X-More: " + b"x" * 1000 + b"\r\n")


def slow_head(h: Handler, body: bytes) -> None:
    h.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    h.for_ever(b"x", 0.02)


def endless(h: Handler, body: bytes) -> None:
    h.head("Connection: close")
    h.for_ever(bytes(2**16))


def slow_body(h: Handler, body: bytes) -> None:
    h.head(f"Content-Length: {len(body)}")
    for byte in body:
        h.wfile.write(bytes([byte]))
        if h.server.stopped.wait(0.02):
            return


def too_short(h: Handler, body: bytes) -> None:
    count = h.server.random.randrange(len(body) + 1)
    h.head(f"Content-Length: {len(body)}")
    h.wfile.write(body[:count])


def says_less(h: Handler, body: bytes) -> None:
    count = h.server.random.randrange(len(body))
    h.head(f"Content-Length: {count}")
    h.wfile.write(body)


def odd_length(h: Handler, body: bytes) -> None:
    said = h.server.random.choice(["-1", "x", "9" * 40, "0x10", "1, 2", ""])
    h.head(f"Content-Length: {said}", "Connection: close")
    h.wfile.write(body)


def spoilt(h: Handler, body: bytes) -> None:
    new = bytearray(body)
    new[h.server.random.randrange(len(new))] ^= 1 << 3
    h.send(bytes(new))


def another(h: Handler, body: bytes) -> None:
    h.send(gzip.compress(b"\0" * h.server.random.randrange(100000)))


def bomb(h: Handler, body: bytes) -> None:
    h.send(gzip.compress(bytes(2**26)), "Content-Encoding: gzip")


def bombs(h: Handler, body: bytes) -> None:
    data = gzip.compress(gzip.compress(bytes(2**26)))
    h.send(data, "Content-Encoding: gzip, gzip")


def encoding(h: Handler, body: bytes) -> None:
    said = h.server.random.choice(["gzip", "deflate", "br", "zstd", "x", "é"])
    h.send(b"no such thing" * 9, f"Content-Encoding: {said}")


def bad_chunks(h: Handler, body: bytes) -> None:
    h.head("Transfer-Encoding: chunked")
    h.wfile.write(
        h.server.random.choice([b"zz\r\n", b"FFFFFFFFFFFFFFFF\r\n", b"-5\r\n"])
    )
    h.wfile.write(body)


def round_and_round(h: Handler, body: bytes) -> None:
    h.send(b"", f"Location: {h.path}", status="302 Found")


def elsewhere(h: Handler, body: bytes) -> None:
    to = h.server.random.choice(
        [
            "file:///etc/passwd",
            "//",
            "http://127.0.0.1:1/",
            "ftp://127.0.0.1/",
            "http://[::1",
            "http:///x",
            "gopher://x",
            "\x00",
            "http://256.1.1.1/",
            "http://127.0.0.1:99999/",
            "http://xn--/",
            "http://" + "a" * 300,
        ]
    )
    h.send(b"", f"Location: {to}", status="301 Moved")


def status(h: Handler, body: bytes) -> None:
    said = h.server.random.choice(
        [
            "204 None",
            "206 Part",
            "304 Same",
            "401 No",
            "418 Tea",
            "429 Later",
            "500 Oh",
            "503 Later",
            "999 What",
            "100 Go on",
        ]
    )
    h.head("Retry-After: 99999", status=said)


def page(h: Handler, body: bytes) -> None:
    h.send(b"<!doctype html><p>Sign in to this network.</p>")


def cookies(h: Handler, body: bytes) -> None:
    h.send(b"", *["Set-Cookie: a=" + "x" * 4000] * 50, status="200 \x1b[2J")


# What a mirror may do that is none.
LIES: dict[str, Lie] = {
    lie.__name__: lie
    for lie in (
        silent,
        gone,
        no_http,
        half_a_head,
        endless_head,
        slow_head,
        endless,
        slow_body,
        too_short,
        says_less,
        odd_length,
        spoilt,
        another,
        bomb,
        bombs,
        encoding,
        bad_chunks,
        round_and_round,
        elsewhere,
        status,
        page,
        cookies,
    )
}


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    """A Server that answers in threads of this process."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        try:
            yield server
        finally:
            server.stopped.set()
            server.shutdown()
            thread.join()
