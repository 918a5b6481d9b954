"""How long gloo's all-reduce takes over loopback, of one float32, of this
ConvNet's 50,186 and of many: evidence/loopback/allreduce.json.

    python evidence/loopback/allreduce.py

Starts itself anew as one process and as two, on one thread each, and keeps
the median of many calls. A latency is half of what one number takes between
two: a ring of two has two messages, one after the other. Bandwidth is that of
the largest size, without the latency.
"""

import argparse
import json
import os
import platform
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import torch
import torch.distributed as dist

CONVNET, MANY = 50_186, 2**22
SIZES = {1: 2000, CONVNET: 1000, MANY: 50}  # numbers: calls of each
PATH = Path(__file__).with_suffix(".json")


def measure():
    """Of each size the median of its calls, in seconds; printed by rank 0."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    found = {}
    for size, calls in SIZES.items():
        numbers, times = torch.ones(size), []
        for _ in range(calls + calls // 10):
            dist.barrier()
            start = time.perf_counter()
            dist.all_reduce(numbers, dist.ReduceOp.AVG)
            times.append(time.perf_counter() - start)
        found[size] = median(times[calls // 10 :])
    if dist.get_rank() == 0:
        print(json.dumps(found))
    dist.destroy_process_group()


def processes(count):
    """Start `count` of this file; what the first of them printed."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    told = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
            "WORLD_SIZE": str(count), "OMP_NUM_THREADS": "1"}
    started = [
        subprocess.Popen(
            [sys.executable, __file__, "--worker"], stdout=subprocess.PIPE,
            env=os.environ | told | {"RANK": str(rank)},
        )
        for rank in range(count)
    ]
    said = [process.communicate()[0] for process in started]
    if any(process.returncode for process in started):
        raise SystemExit(f"{count} processes: one of them failed")
    return json.loads(said[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worker", action="store_true", help="one of them")
    parser.add_argument("--into", type=Path, default=PATH, metavar="FILE")
    options = parser.parse_args()
    if options.worker:
        measure()
        return
    found = {str(count): processes(count) for count in (1, 2)}
    pair = found["2"]
    latency = pair["1"] / 2
    text = json.dumps({
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "system": platform.platform(terse=True),
        "torch": torch.__version__,
        "seconds": found,
        "latency": latency,
        # Of two, each sends as many bytes as there are.
        "bandwidth": 4 * MANY / (pair[str(MANY)] - 2 * latency),
    }, indent=2)
    new = options.into.with_name(f"{options.into.name}.new")
    new.write_text(f"{text}\n", "utf-8")
    new.replace(options.into)
    print(text)


if __name__ == "__main__":
    main()
