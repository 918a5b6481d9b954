"""The model of Past one machine: a ring that is really gone around, the
network's own numbers, limits; and what a page makes of a measurement."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from lab.frameworks import ROOT
from pages import allreduce_model, past_one_machine
from pages.allreduce_model import (
    BUCKET,
    CONVNET,
    NETWORKS,
    RATE,
    RESNET50,
    Fabric,
    Link,
)

SIMPLE = Fabric(Link(1e9, 1e-6), Link(1e8, 1e-5), 4)


def around(n: int, size: int) -> tuple[int, int]:
    """An all-reduce of n processes around a ring, chunk by chunk: messages
    that follow on each other, and numbers that each sent."""
    rng = np.random.default_rng(0)
    known = [np.array_split(rng.random(size), n) for _ in range(n)]
    total = np.sum([np.concatenate(parts) for parts in known], axis=0)
    messages, sent = 0, 0
    for turn in range(2 * (n - 1)):
        going = [known[rank][(rank - turn) % n].copy() for rank in range(n)]
        for rank, chunk in enumerate(going):
            there, at = known[(rank + 1) % n], (rank - turn) % n
            # Sums on the first way around, and on the second whole ones.
            there[at] = chunk + (there[at] if turn < n - 1 else 0)
        messages, sent = messages + 1, sent + going[0].size
    for parts in known:
        np.testing.assert_allclose(np.concatenate(parts), total)
    return messages, sent


@pytest.mark.parametrize("n", [2, 3, 4, 8])
def test_a_ring_sends_what_the_model_says(n: int) -> None:
    messages, sent = around(n, 24 * n)
    assert sent == allreduce_model.bytes_sent(n, 24 * n)
    one = Fabric(Link(1e9, 1e-6), Link(1e9, 1e-6), n)
    assert allreduce_model.ring_seconds(n, 24 * n, one) == pytest.approx(
        sent / 1e9 + messages * 1e-6
    )


def test_hops_between_machines_are_slower() -> None:
    """Eight processes on two machines: two of eight links are the slow."""
    assert allreduce_model.ring_seconds(8, 0, SIMPLE) == pytest.approx(
        12e-6 + 2e-5
    )
    assert allreduce_model.halving_seconds(8, 0, SIMPLE) == pytest.approx(
        4e-6 + 2e-5
    )
    assert (
        allreduce_model.ring_seconds(8, 8e8, SIMPLE)
        > allreduce_model.bytes_sent(8, 8e8) / 1e8
    )


def test_the_convnet_is_the_convnet() -> None:
    weights = load_file(ROOT / "data" / "initial.safetensors")
    assert CONVNET.parameters == sum(a.size for a in weights.values())
    places = {"conv1": 28 * 28, "conv2": 14 * 14, "dense": 1}
    once = {
        layer: 2
        * n
        * max(a.size for name, a in weights.items() if name.startswith(layer))
        for layer, n in places.items()
    }
    # Forwards, for the weights, and, but for the images', for what came in.
    assert CONVNET.flop == 3 * sum(once.values()) - once["conv1"]


def test_what_fits_into_one_bucket_hides_nothing() -> None:
    assert allreduce_model.exposed_seconds(1.0, 100.0, BUCKET) == 1.0
    assert allreduce_model.exposed_seconds(1.0, 100.0, 4 * BUCKET) == 0.25
    # Backward is too short for it.
    assert allreduce_model.exposed_seconds(
        1.0, 0.3, 4 * BUCKET
    ) == pytest.approx(0.8)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.name)
def test_enough_is_the_least(network: allreduce_model.Network) -> None:
    for n in 8, 1024:
        least = allreduce_model.fewest_examples(n, network)
        for examples, enough in (least, True), (least - 1, False):
            share = examples * network.flop / RATE
            share /= allreduce_model.step_seconds(n, examples, network)
            assert (share >= 0.9) == enough


def test_nothing_is_faster_than_n_times() -> None:
    for network in NETWORKS:
        for n in 2, 8, 64, network.whole:
            assert 0 < allreduce_model.weak_scaling(n, network) < 1
            assert 0 < allreduce_model.strong_scaling(n, network) < n
    assert allreduce_model.weak_scaling(
        8, RESNET50
    ) > allreduce_model.weak_scaling(1024, RESNET50)


@pytest.mark.parametrize("busy, wanted", [(1, 0.5), (1.5, 0.75), (2, 1)])
def test_two_processes_share_two_cores(busy: float, wanted: float) -> None:
    assert allreduce_model.shared_cores_seconds(1, busy, 2, 2) == wanted


def test_a_measurement_is_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seconds of one and of two processes, the model's, and by how much it is
    off; none of it for who has no file."""
    first = past_one_machine.distributed_implementations()[0]
    steps = {"1": 1e-9, "10": 1e-7, "100": 1e-3}
    result = {
        "command": "x",
        "date": "2026-01-01T00:00:00Z",
        "machine": {"cpu": "x", "cores": 64, "system": "x", "python": "3"},
        "name": first.framework.name,
        "label": first.framework.label,
        "era": first.framework.era,
        "backend": first.backend.name or None,
        "version": "1",
        "device": "cpu",
        "processes": 2,
        "batch_size": 128,
        "digits": 2048,
        "max_abs_one": steps,
        "max_abs_several": steps,
        "max_abs_apart": steps,
        "error": None,
        "seconds": {"1": [3.0, 4.0, 5.0], "2": [2.0, 2.0, 2.0]},
    }
    path = tmp_path / "distributed" / f"{first.slug}.json"
    path.parent.mkdir()
    path.write_text(json.dumps(result))
    link = tmp_path / "link.json"
    monkeypatch.setattr(past_one_machine, "LOOPBACK", link)
    monkeypatch.setattr(past_one_machine, "loopback_days", lambda: None)

    def row(text: str) -> list[str]:
        lines = [line for line in text.splitlines() if line.startswith("| <")]
        assert len(lines) == len(
            past_one_machine.distributed_implementations()
        )
        assert all("not measured" in line for line in lines[1:])
        return [cell.strip() for cell in lines[0].split("|")[2:-1]]

    proof = row(past_one_machine.proof_table(tmp_path))
    assert proof == ["1.0e-9", "1.0e-7", "1.0e-3"] * 2
    unknown = ["4.00", "2.00", "2.00", "not measured", "—"]
    assert row(past_one_machine.speed_section(tmp_path)) == unknown
    link.write_text(json.dumps({"bandwidth": 2e6, "latency": 0.01}))
    # No benchmark there says how many cores were busy.
    assert row(past_one_machine.speed_section(tmp_path)) == unknown
    monkeypatch.setattr(past_one_machine, "cores_busy", lambda *of: (64, None))
    # 64 cores, all busy: 4 s, and 16 times 0.02 s of latency, 0.1 s of bytes.
    guess = 4 + 16 * (0.02 + 200_744 / 2e6)
    assert row(past_one_machine.speed_section(tmp_path))[3:] == [
        f"{guess:.2f}",
        f"+{guess / 2 - 1:.0%}",
    ]
