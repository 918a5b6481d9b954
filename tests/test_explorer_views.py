"""Views and copies as the explorer tells them, against PyTorch and NumPy."""

import random
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from tests.javascript import evaluate


def chains(count: int) -> Iterator[tuple[list[int], list[str]]]:
    """Random shapes and operations, as the explorer writes them."""
    choose = random.Random(0)
    for _ in range(count):
        shape = [choose.choice([1, 2, 3, 4, 6]) for _ in range(4)]
        ops: list[str] = []
        now = torch.zeros(shape)
        for _ in range(choose.randint(1, 4)):
            kind = choose.choice(
                ["permute", "contiguous", "reshape", "flatten"]
            )
            if kind == "permute":
                axes = choose.sample(range(now.ndim), now.ndim)
                ops.append("permute " + " ".join(map(str, axes)))
                now = now.permute(axes)
            elif kind == "contiguous":
                ops.append(kind)
            elif kind == "flatten":
                start = choose.randrange(now.ndim)
                ops.append(f"flatten {start}")
                now = now.flatten(start)
            else:
                rest = now.numel()
                sizes: list[int] = []
                while rest > 1:
                    factors = [n for n in range(1, rest + 1) if rest % n == 0]
                    sizes.append(choose.choice(factors))
                    rest //= sizes[-1]
                sizes = sizes or [1]
                now = now.reshape(sizes)
                if choose.random() < 0.3:
                    sizes[choose.randrange(len(sizes))] = -1
                ops.append("reshape " + " ".join(map(str, sizes)))
        yield shape, ops


def test_views_and_copies_are_pytorchs() -> None:
    cases = list(chains(400))
    found = evaluate(
        "explorer/state",
        """
        const { rowMajor, isContiguous } = await load(
          "explorer/layout");
        return a.map(([shape, ops]) => {
          let view = { shape, strides: rowMajor(shape) };
          return ops.map(op => {
            const made = m.apply(view, op);
            view = made.view;
            return { ...made, contiguous: isContiguous(view) };
          });
        })
        """,
        cases,
    )
    copies = 0
    for (shape, ops), steps in zip(cases, found):
        x = torch.zeros(shape)
        for op, step in zip(ops, steps):
            name, *words = op.split()
            method = getattr(x, name)
            numbers = [int(n) for n in words]
            if name in ("permute", "reshape"):
                y = method(numbers)
            else:
                y = method(*numbers)
            assert step["view"]["shape"] == list(y.shape), (shape, ops)
            assert step["view"]["strides"] == list(y.stride()), (shape, ops)
            assert step["copied"] == (y.data_ptr() != x.data_ptr())
            assert step["contiguous"] == y.is_contiguous()
            if name == "reshape":
                alias = x.numpy()
                moved = not np.shares_memory(alias, alias.reshape(numbers))
                assert step["copied"] == moved, (shape, ops)
            copies += step["copied"]
            x = y
    assert copies > 50


@pytest.mark.parametrize(
    "op, words",
    [
        ("permute 0 1", "each of 0 to 3 once"),
        ("permute 0 1 2 2", "each of 0 to 3 once"),
        ("reshape 5 5", "do not fill"),
        ("reshape", "do not fill"),
        ("reshape -1 -1", "do not fill"),
        ("flatten 4", "no axis 4"),
        ("reshape x", "not whole numbers"),
    ],
)
def test_an_operation_that_cannot_be_says_why(op: str, words: str) -> None:
    said = evaluate(
        "explorer/state",
        """
        const view = { shape: [2, 3, 4, 4], strides: [48, 16, 4, 1] };
        try { m.apply(view, a) } catch (error) { return error.message }
        """,
        op,
    )
    assert words in said
