"""How a file is corrupted: by bytes, by words where it is text, and as a file
of a folder. The same random numbers, the same corruption."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

Kind = Callable[[bytes, Random], bytes]
# What stands in the place of a word, where it is text.
ODD = [
    "null", "true", "false", "-1", "0", "1", "0.5", "1e999", "1e-400", "NaN",
    "Infinity", "nan", "inf", "99999999999999999999", "-0.0", "+1", "1_000",
    "0x10", "1979-05-27", '""', '"\\u0000"', '"\\ud800"', '"\\n"', '"<b>"',
    '"|"', '"é\u202e"', '"../../etc/passwd"', '"\U0001f600"', "'", '"""',
    "[]", "{}", "[[", "{", "}", "]", ",", ":", "=", "#", "//", "\\", "\t",
    "\x1b[2J", "\x00", "\ufeff", '"' + "x" * 5000 + '"',
]  # fmt: skip
WORDS = re.compile(r'"(?:[^"\\\n]|\\.)*"|[\w.+-]+|[^\w\s]')
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def place(data: bytes, random: Random) -> int:
    """Somewhere; what says how the rest is to be read stands more often at
    the beginning and at the end."""
    size = len(data)
    near = min(size, 2048)
    return random.choice([
        random.randrange(size), random.randrange(near),
        size - 1 - random.randrange(near),
    ])  # fmt: skip


def length(random: Random) -> int:
    return random.choice([1, 2, 4, 8, 16, 64, 512, 4096])


def bit(data: bytes, random: Random) -> bytes:
    found, at = bytearray(data), place(data, random)
    found[at] ^= 1 << random.randrange(8)
    return bytes(found)


def byte(data: bytes, random: Random) -> bytes:
    at = place(data, random)
    return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]


def noise(data: bytes, random: Random) -> bytes:
    at, count = place(data, random), length(random)
    return data[:at] + random.randbytes(count) + data[at + count :]


def same(data: bytes, random: Random) -> bytes:
    at, count = place(data, random), length(random)
    filler = bytes([random.choice([0, 0xFF, 0x20])])
    return data[:at] + filler * count + data[at + count :]


def number(data: bytes, random: Random) -> bytes:
    """A size, a place, a count."""
    at, width = place(data, random), random.choice([2, 4, 8])
    value = random.choice(
        [0, 1, 2 ** (8 * width) - 1, 2 ** (8 * width - 1), 2 ** (4 * width)]
    )
    order = random.choice(["little", "big"])
    new = value.to_bytes(width, order)
    return data[:at] + new + data[at + width :]


def cut(data: bytes, random: Random) -> bytes:
    return data[: place(data, random)]


def beheaded(data: bytes, random: Random) -> bytes:
    return data[length(random) :]


def removed(data: bytes, random: Random) -> bytes:
    at = place(data, random)
    return data[:at] + data[at + length(random) :]


def inserted(data: bytes, random: Random) -> bytes:
    at = place(data, random)
    return data[:at] + random.randbytes(length(random)) + data[at:]


def repeated(data: bytes, random: Random) -> bytes:
    at = place(data, random)
    return data[:at] + data[at : at + length(random)] + data[at:]


def moved(data: bytes, random: Random) -> bytes:
    at, to, count = place(data, random), place(data, random), length(random)
    piece, rest = data[at : at + count], data[:at] + data[at + count :]
    return rest[:to] + piece + rest[to:]


def more(data: bytes, random: Random) -> bytes:
    return data + random.choice([
        random.randbytes(length(random)), bytes(length(random)), data, b"\n",
    ])  # fmt: skip


def nothing(data: bytes, random: Random) -> bytes:
    return random.choice([b"", b"\0", b"\n", bytes(len(data))])


BYTES: list[Kind] = [
    bit, bit, byte, noise, same, number, cut, beheaded, removed, inserted,
    repeated, moved, more, nothing,
]  # fmt: skip


def word(data: bytes, random: Random) -> bytes:
    """One word becomes an odd one, or another of the file's."""
    text = data.decode()
    found = list(WORDS.finditer(text))
    one, other = random.choice(found), random.choice(found)
    new = random.choice([random.choice(ODD), other[0]])
    return (text[: one.start()] + new + text[one.end() :]).encode()


def digits(data: bytes, random: Random) -> bytes:
    """A number becomes another."""
    text = data.decode()
    found = list(NUMBER.finditer(text))
    if not found:
        return bit(data, random)
    one = random.choice(found)
    new = random.choice([
        "-" + one[0], one[0] + "0", one[0] + "e5", one[0] + ".5", "0", "1e9",
        str(random.randrange(10)), '"' + one[0] + '"', one[0][:-1] + "x",
    ])  # fmt: skip
    return (text[: one.start()] + new + text[one.end() :]).encode()


def letter(data: bytes, random: Random) -> bytes:
    text = data.decode()
    at = random.randrange(len(text))
    new = random.choice(["", "e", "É", "0", '"', " ", "\n", "\x07", "_"])
    return (text[:at] + new + text[at + 1 :]).encode()


def line_gone(data: bytes, random: Random) -> bytes:
    lines = data.splitlines(keepends=True)
    at = random.randrange(len(lines))
    count = random.choice([1, 1, 1, 2, 5])
    return b"".join(lines[:at] + lines[at + count :])


def line_twice(data: bytes, random: Random) -> bytes:
    """Once more, there or elsewhere; its numbers are others, perhaps."""
    lines = data.splitlines(keepends=True)
    at = random.randrange(len(lines))
    new = random.choice([lines[at], digits(lines[at], random)])
    to = random.choice([at, at, random.randrange(len(lines))])
    return b"".join([*lines[:to], new, *lines[to:]])


def lines_changed(data: bytes, random: Random) -> bytes:
    lines = data.splitlines(keepends=True)
    at, to = random.randrange(len(lines)), random.randrange(len(lines))
    lines[at], lines[to] = lines[to], lines[at]
    return b"".join(lines)


def written(data: bytes, random: Random) -> bytes:
    """By another program: other ends of lines, another encoding."""
    text = data.decode()
    return random.choice([
        text.replace("\n", "\r\n").encode(), text.encode("utf-16"),
        b"\xef\xbb\xbf" + data, text.encode("utf-32-le"),
        text.encode("cp500", "replace"), text.replace(" ", "\xa0").encode(),
        text.replace('"', "“").encode(), text.replace("\n", "\r").encode(),
    ])  # fmt: skip


def deep(data: bytes, random: Random) -> bytes:
    text = data.decode()
    one = random.choice(list(WORDS.finditer(text)))
    count = random.choice([10, 1000, 100000])
    new = random.choice(["[" * count, '{"a":' * count, "(" * count])
    return (text[: one.start()] + new + text[one.end() :]).encode()


TEXT: list[Kind] = [
    word, word, word, digits, digits, digits, letter, line_gone, line_twice,
    line_twice, lines_changed, written, deep,
]  # fmt: skip


def corrupted(data: bytes, random: Random, text: bool) -> tuple[bytes, str]:
    """Other bytes than `data`, and how they came about."""
    while True:
        kind = random.choice([*TEXT, *BYTES] if text else BYTES)
        found = kind(data, random) if data else random.randbytes(9)
        if found != data:
            return found, kind.__name__


# What becomes of a file of a folder, besides.
def unlinked(path: Path, random: Random) -> None:
    path.unlink()


def folder(path: Path, random: Random) -> None:
    path.unlink()
    path.mkdir()


def linked(path: Path, random: Random) -> None:
    path.unlink()
    path.symlink_to(random.choice(["/dev/zero", "nowhere", path.name]))


def exchanged(path: Path, random: Random) -> None:
    """With another of the folder's files."""
    others = sorted(p for p in path.parent.iterdir() if p.is_file())
    other, beside = random.choice(others), path.with_name(".beside")
    if other == path:
        path.unlink()
        return
    path.rename(beside)
    other.rename(path)
    beside.rename(other)


def copied(path: Path, random: Random) -> None:
    """Once more, under another name."""
    shutil.copy(path, path.with_name(f"{path.name}-copy"))


FILES = [unlinked, folder, linked, exchanged, copied]


def corrupt(paths: list[Path], random: Random, text: bool) -> str:
    """Corrupt one of the files, in its place; how, in words."""
    path = random.choice(paths)
    if len(paths) > 1 and random.random() < 0.1:
        how = random.choice(FILES)
        how(path, random)
        return f"{path.name}: {how.__name__}"
    new, said = corrupted(path.read_bytes(), random, text)
    path.write_bytes(new)
    return f"{path.name}: {said}"
