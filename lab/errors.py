"""The errors that a command says in one line."""


class BadInput(Exception):
    """The request cannot be carried out as it stands; exit status 2."""


class Failed(Exception):
    """A framework is missing, or failed; exit status 1."""
