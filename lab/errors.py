"""The errors that a command says in one line."""


def shown(text: str) -> str:
    """`text` without control characters, which a file's names may hold: a
    terminal would obey them."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode()
        for c in text
    )


class BadInput(Exception):
    """The request cannot be carried out as it stands; exit status 2."""

    def __str__(self) -> str:
        return shown(super().__str__())


class Failed(Exception):
    """A framework is missing, or failed; exit status 1."""

    def __str__(self) -> str:
        return shown(super().__str__())
