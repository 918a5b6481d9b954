"""What the machine gives PyTorch: matrix multiplication, memory."""

import torch

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def finished(function):
    if DEVICE == "cpu":
        return function

    def and_wait():
        function()
        torch.cuda.synchronize()

    return and_wait


def cases():
    """Yield (name, function, metadata): the operations of one call in FLOP
    (2 for each multiply-add), or the bytes that it reads and writes."""
    n = 4096
    for name, dtype in [
        ("float32", torch.float32), ("bfloat16", torch.bfloat16),
    ]:  # fmt: skip
        a, b = torch.randn(2, n, n, device=DEVICE).to(dtype)
        out = torch.empty_like(a)
        yield (
            f"matmul-{name}",
            finished(lambda a=a, b=b, out=out: torch.mm(a, b, out=out)),
            {"flop": 2 * n**3},
        )
    # Far more than any cache holds.
    x = torch.ones(2**28, dtype=torch.uint8, device=DEVICE)
    y = torch.empty_like(x)
    yield "copy", finished(lambda: y.copy_(x)), {"bytes": 2 * 2**28}
