"""What runs on a GPU, and in which precision."""

from collections.abc import Iterable

import msgspec

from lab.errors import BadInput
from lab.frameworks import Implementation, every, nearest


def in_environment(
    wanted: Iterable[Implementation], environment: str
) -> list[Implementation]:
    """Those of `wanted` that run on a GPU in one of environments/gpu/.

    Raises BadInput where there is none: nothing measured must not look like
    nothing wrong."""
    known = sorted({i.backend.gpu for i in every()} - {""})
    if environment not in known:
        raise BadInput(
            f"no environment of a GPU is called {environment!r}: did you mean "
            f"{nearest(environment, known)!r}?"
        )
    found = [i for i in wanted if i.backend.gpu == environment]
    if not found:
        raise BadInput(f"none of these runs on a GPU in {environment}")
    return found


def in_float32(implementation: Implementation) -> Implementation:
    """The same, in float32 throughout: a GPU would round what it multiplies
    to TF32, ten bits of a significand, unless it is told not to."""
    backend = implementation.backend
    environment = backend.environment | backend.float32
    return Implementation(
        implementation.framework,
        msgspec.structs.replace(backend, environment=environment),
    )


def elsewhere(device: str) -> str | None:
    """The error of a run that was not on a GPU; None for one that was."""
    if device.startswith("gpu"):
        return None
    return f"ran on the {device}, not on a GPU"
