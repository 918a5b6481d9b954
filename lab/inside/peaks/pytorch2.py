"""What the machine gives PyTorch: matrix multiplication, memory."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def finished(function: Callable[[], Any]) -> Callable[[], Any]:
    if DEVICE == "cpu":
        return function

    def and_wait() -> None:
        function()
        torch.cuda.synchronize()

    return and_wait


def copy(x: torch.Tensor, y: torch.Tensor, times: int) -> None:
    for _ in range(times):
        y.copy_(x)


def cases(bfloat16: bool) -> Iterator[tuple[Any, ...]]:
    """Yield (name, function, metadata) and how often the function does it, if
    not once: the operations in FLOP (2 for each multiply-add), or the bytes
    that are read and written."""
    n = 4096
    dtypes = {"float32": torch.float32}
    if bfloat16:
        dtypes["bfloat16"] = torch.bfloat16
    for name, dtype in dtypes.items():
        a, b = torch.randn(2, n, n, device=DEVICE).to(dtype)
        out = torch.empty_like(a)
        yield (
            f"matmul-{name}",
            finished(partial(torch.mm, a, b, out=out)),
            {"flop": 2 * n**3},
        )
    # Far more than any cache holds.
    x = torch.ones(2**28, dtype=torch.uint8, device=DEVICE)
    y = torch.empty_like(x)
    yield "copy", finished(lambda: y.copy_(x)), {"bytes": 2 * 2**28}
    # Less than the last-level cache holds, and more than those before it.
    x = torch.ones(2**22, dtype=torch.uint8, device=DEVICE)
    y = torch.empty_like(x)
    yield (
        "copy-cached",
        finished(partial(copy, x, y, 50)),
        {"bytes": 2 * 2**22},
        50,
    )
    # What the two convolutions return, from one layout to the other, again
    # and again: once takes less than a millisecond.
    for shape in (128, 32, 28, 28), (128, 64, 14, 14):
        x = torch.ones(shape, device=DEVICE)
        y = torch.empty_like(x, memory_format=torch.channels_last)
        yield (
            "transpose-" + "x".join(map(str, shape)),
            finished(partial(copy, x, y, 20)),
            {"bytes": 2 * 4 * x.numel()},
            20,
        )
