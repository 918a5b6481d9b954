"""How an input is spoilt: changes of its bytes, its text, its values or its
files, as Hypothesis draws and shrinks them."""

import contextlib
import functools
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Change = Callable[[bytes], bytes]
Changes = SearchStrategy[list[Change]]
COUNTS = [0, 1, 2, 4, 8, 16, 64, 512, 4096]
# What a file has as a size, a place, a count.
SIZES = [
    number.to_bytes(width, order)
    for width in (2, 4, 8)
    for number in (
        *(0, 1, 2 ** (4 * width)),
        *(2 ** (8 * width - 1), 2 ** (8 * width) - 1),
    )
    for order in ("little", "big")
]
# What stands in the place of a word, where it is text.
WORDS = [
    "null",
    "true",
    "false",
    "-1",
    "0",
    "1",
    "0.5",
    "1e999",
    "1e-400",
    "NaN",
    "Infinity",
    "nan",
    "inf",
    "99999999999999999999",
    "-0.0",
    "+1",
    "1_000",
    "0x10",
    "1979-05-27",
    '""',
    '"\\u0000"',
    '"\\ud800"',
    '"\\n"',
    '"<b>"',
    '"|"',
    '"é\u202e"',
    '"../../etc/passwd"',
    '"\U0001f600"',
    "'",
    '"""',
    "[]",
    "{}",
    "[[",
    "{",
    "}",
    "]",
    ",",
    ":",
    "=",
    "#",
    "//",
    "\\",
    "\t",
    "\x1b[2J",
    "\x00",
    "\ufeff",
]
LETTERS = ["", "e", "É", "0", '"', " ", "\n", "\x07", "_"]
WORD = re.compile(rb'"(?:[^"\\\n]|\\.)*"|[\w.+-]+|[^\w\s]')
NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
LINE = re.compile(rb"[^\n]*\n")


@dataclass(frozen=True)
class Edit:
    """From `at` on, `count` bytes become `new`, so many `times`."""

    at: int
    count: int
    new: bytes
    times: int = 1

    def __call__(self, data: bytes) -> bytes:
        new = self.new * self.times
        return data[: self.at] + new + data[self.at + self.count :]


# As another program writes a text: line ends, encodings, quotes.
PROGRAMS: dict[str, Callable[[str], bytes]] = {
    "CR LF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "byte order mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-32": lambda text: text.encode("utf-32-le"),
    "EBCDIC": lambda text: text.encode("cp500", "replace"),
    "no-break spaces": lambda text: text.replace(" ", "\xa0").encode(),
    "curly quotes": lambda text: text.replace('"', "“").encode(),
}


@dataclass(frozen=True)
class Rewrite:
    """The text as one of PROGRAMS writes it."""

    program: str

    def __call__(self, data: bytes) -> bytes:
        return PROGRAMS[self.program](data.decode(errors="replace"))


@dataclass(frozen=True)
class Put:
    """At a place in JSON, a tuple of keys, another value."""

    place: tuple[Any, ...]
    value: Any = None

    def __call__(self, data: bytes) -> bytes:
        whole = [json.loads(data)]
        *outer, last = 0, *self.place
        # An earlier change may have taken the place away.
        with contextlib.suppress(KeyError, IndexError, TypeError):
            found: Any = whole
            for key in outer:
                found = found[key]
            self.change(found, last)
        return json.dumps(whole[0]).encode()

    def change(self, found: Any, key: Any) -> None:
        found[key] = self.value


class Remove(Put):
    """What is at a place in JSON is gone."""

    def change(self, found: Any, key: Any) -> None:
        del found[key]


def apply(changes: Iterable[Change], data: bytes) -> bytes:
    """`data` after one change after the other."""
    return functools.reduce(lambda found, change: change(found), changes, data)


def positions(size: int) -> SearchStrategy[int]:
    """A position in so many bytes; more often near the beginning and the
    end, which say how the rest is to be read."""
    near = min(size, 2048)
    return st.one_of(
        st.integers(0, near),
        st.integers(size - near, size),
        st.integers(0, size),
    )


def edit_bytes(data: bytes) -> SearchStrategy[Change]:
    """Flips, cuts, noise, other sizes, pieces that are repeated or moved."""
    size = len(data)
    at, count = positions(size), st.sampled_from(COUNTS)
    pieces = st.builds(lambda a, n: data[a : a + n], at, count)
    new = st.one_of(
        st.binary(max_size=64), st.sampled_from(SIZES), pieces, st.just(data)
    )
    filler = st.sampled_from([b"\0", b"\xff", b" "])
    return st.one_of(
        st.builds(
            lambda a, bit: Edit(a, 1, bytes([data[a] ^ 1 << bit])),
            positions(size - 1),
            st.integers(0, 7),
        ),
        st.builds(Edit, at, count, new),
        st.builds(Edit, at, count, filler, count),
        st.builds(Edit, at, st.just(size), st.just(b"")),
        st.builds(Edit, st.just(0), count, st.just(b"")),
        st.builds(Edit, st.just(0), st.just(size), filler, st.just(size)),
    )


def edit_text(data: bytes) -> SearchStrategy[Change]:
    """Other words, numbers, letters and lines, nesting without end, another
    program's way to write it."""
    words = st.sampled_from(list(WORD.finditer(data)))
    lines = st.sampled_from(list(LINE.finditer(data)))
    kind = NUMBER if NUMBER.search(data) else WORD
    numbers = st.sampled_from(list(kind.finditer(data)))
    new = st.one_of(
        st.sampled_from(WORDS).map(str.encode),
        words.map(lambda match: match[0]),
        st.text(max_size=8).map(lambda text: json.dumps(text).encode()),
    )
    return st.one_of(
        st.builds(replace, words, new),
        # Nesting without end.
        st.builds(
            replace,
            words,
            st.sampled_from([b"[", b'{"a":', b"("]),
            st.sampled_from([10, 1000, 100_000]),
        ),
        numbers.flatmap(edit_number),
        st.builds(
            Edit,
            positions(len(data)),
            st.just(1),
            st.sampled_from(LETTERS).map(str.encode),
        ),
        # A line is gone, or there once more, perhaps renumbered.
        st.builds(replace, lines, st.just(b"")),
        st.builds(
            lambda line, to, number: Edit(
                to.start(),
                0,
                NUMBER.sub(number, line[0]) if number else line[0],
            ),
            lines,
            lines,
            st.sampled_from([b"", b"0", b"1", b"7", b"20"]),
        ),
        st.builds(Rewrite, st.sampled_from(list(PROGRAMS))),
    )


def replace(match: re.Match[bytes], new: bytes, times: int = 1) -> Edit:
    """`new`, so many `times`, in the place of what was matched."""
    return Edit(match.start(), len(match[0]), new, times)


def edit_number(match: re.Match[bytes]) -> SearchStrategy[Edit]:
    """Another number, or nearly one."""
    old = match[0]
    near = [
        b"-" + old,
        old + b"0",
        old + b"e5",
        old + b".5",
        old[:-1] + b"x",
        b'"%b"' % old,
        b"1e9",
    ]
    new = st.one_of(
        st.sampled_from(near),
        st.integers().map(lambda n: b"%d" % n),
        st.floats().map(lambda x: repr(x).encode()),
    )
    return st.builds(replace, st.just(match), new)


# What stands in the place of a value of JSON: what is often missed, or any.
VALUES: list[Any] = [
    math.nan,
    math.inf,
    -math.inf,
    -0.0,
    1e308,
    5e-324,
    0,
    1,
    -1,
    2**63,
    10**400,
    0.5,
    True,
    False,
    None,
    "",
    " ",
    "nan",
    [],
    {},
    [[]],
]
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=5,
)


def change_values(data: bytes) -> SearchStrategy[Change]:
    """Of JSON: other values, and values that are gone."""
    found = list(walk(json.loads(data)))
    places = st.sampled_from([place for place, _ in found])
    there = st.sampled_from([value for _, value in found])
    values = st.sampled_from(VALUES) | there | ANY
    # All of it cannot be gone.
    inner = st.sampled_from([place for place, _ in found[1:]])
    return st.builds(Put, places, values) | st.builds(Remove, inner)


def walk(
    value: Any, place: tuple[Any, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Each value in a value of JSON, with its place."""
    yield place, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, (*place, key))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from walk(inner, (*place, n))


@functools.cache
def in_bytes(data: bytes) -> Changes:
    """Changes of a binary file."""
    return st.lists(edit_bytes(data), min_size=1, max_size=3)


@functools.cache
def in_text(data: bytes) -> Changes:
    """Changes of a text file; one in four is of its bytes."""
    text = edit_text(data)
    return st.lists(
        st.one_of(text, text, text, edit_bytes(data)), min_size=1, max_size=3
    )


@functools.cache
def in_json(data: bytes) -> Changes:
    """Changes of a JSON file: of its text, or of its values."""
    values = st.lists(change_values(data), min_size=1, max_size=2)
    return in_text(data) | values


# What becomes of a file of several.
def unlink(path: Path, others: list[Path]) -> None:
    path.unlink()


def replace_by_folder(path: Path, others: list[Path]) -> None:
    path.unlink()
    path.mkdir()


def link_to_endless(path: Path, others: list[Path]) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def link_to_nothing(path: Path, others: list[Path]) -> None:
    path.unlink()
    path.symlink_to("nothing")


def link_to_itself(path: Path, others: list[Path]) -> None:
    path.unlink()
    path.symlink_to(path.name)


def exchange(path: Path, others: list[Path]) -> None:
    """With the next of the files."""
    other = others[(others.index(path) + 1) % len(others)]
    one, two = path.read_bytes(), other.read_bytes()
    path.write_bytes(two)
    other.write_bytes(one)


FILES = [
    unlink,
    replace_by_folder,
    link_to_endless,
    link_to_nothing,
    link_to_itself,
    exchange,
]
