"""What several processes gain: a model of communication against computation.

Nothing in here was measured on an accelerator: the numbers are those that the
makers of the parts and of the networks name, with where. Times are in seconds,
sizes in bytes, rates in bytes or in floating-point operations a second.

- Thakur, Rabenseifner, Gropp 2005: "Optimization of collective communication
  operations in MPICH", https://doi.org/10.1177/1094342005051521
- Patarasuk, Yuan 2009: "Bandwidth optimal all-reduce algorithms for clusters
  of workstations", https://doi.org/10.1016/j.jpdc.2008.09.002
- Li et al. 2020: "PyTorch distributed: experiences on accelerating data
  parallel training", https://arxiv.org/abs/2006.15704
"""

import math
from typing import NamedTuple

NCCL = "https://github.com/NVIDIA/nccl/blob/master/src/graph/tuning.cc"
MLPERF = (
    "https://github.com/mlcommons/inference_results_v4.1/blob/main/closed/"
    "NVIDIA/systems/H200-SXM-141GBx8_TRT_MaxQ.json"
)
LLAMA = "https://arxiv.org/abs/2407.21783"
RESNET = (
    "https://pytorch.org/vision/stable/models/generated/"
    "torchvision.models.resnet50.html"
)
GPT2 = "https://huggingface.co/openai-community/gpt2-xl"
KAPLAN = "https://arxiv.org/abs/2001.08361"
DDP = "https://docs.pytorch.org/docs/stable/notes/ddp.html"
# Gradients that are ready together are sent together: 25 MiB of them, the
# `bucket_cap_mb` of PyTorch's DistributedDataParallel.
BUCKET = 25 * 2**20
# Of a step's arithmetic, the part in which gradients become ready: backward
# multiplies twice where forward does once.
BACKWARD = 2 / 3


class Link(NamedTuple):
    """A way from one process to the next: the alpha-beta model, in which a
    message of s bytes takes latency + s / bandwidth.

    Thakur, Rabenseifner, Gropp 2005.
    """

    bandwidth: float
    latency: float


class Fabric(NamedTuple):
    """Machines of `each` processes: the link inside one, and between two."""

    inside: Link
    between: Link
    each: int

    def machines(self, n: int) -> int:
        """Return how many of them n processes fill."""
        return math.ceil(n / self.each)

    def bandwidth(self, n: int) -> float:
        """Of a ring through n processes: its slowest link has all bytes to
        carry."""
        slow = self.inside.bandwidth
        if self.machines(n) > 1:
            slow = min(slow, self.between.bandwidth)
        return slow


class Network(NamedTuple):
    """What is trained: `flop` a step for each of a process's examples, of
    which it has `each` where the batch grows, and all have `whole` together
    where it does not."""

    name: str
    parameters: int
    flop: float
    each: int
    whole: int
    unit: str

    @property
    def bytes(self) -> int:
        """Of its gradients, in float32."""
        return 4 * self.parameters


def bytes_sent(n: int, size: float) -> float:
    """Bytes that each of n processes sends until all have the sum of all:
    2 (n - 1) / n of the size, and no algorithm does with fewer.

    Patarasuk and Yuan 2009.
    """
    return 2 * (n - 1) / n * size


def ring_seconds(n: int, size: float, fabric: Fabric) -> float:
    """Seconds of an all-reduce around a ring: 2 (n - 1) messages follow on
    each other, 2 (m - 1) of them from one of m machines to the next.

    Patarasuk and Yuan 2009; hops are added up by their kind, as NCCL's own
    model does (NCCL).
    """
    between = 2 * (fabric.machines(n) - 1)
    inside = 2 * (n - 1) - between
    return (
        bytes_sent(n, size) / fabric.bandwidth(n)
        + inside * fabric.inside.latency
        + between * fabric.between.latency
    )


def halving_seconds(n: int, size: float, fabric: Fabric) -> float:
    """Return the same by recursive halving and doubling, for powers of two: as
    many bytes in 2 log2(n) messages.

    Thakur, Rabenseifner, Gropp 2005, after Rabenseifner.
    """
    machines = fabric.machines(n)
    between = 2 * math.log2(machines)
    inside = 2 * math.log2(n) - between
    return (
        bytes_sent(n, size) / fabric.bandwidth(n)
        + inside * fabric.inside.latency
        + between * fabric.between.latency
    )


def exposed_seconds(
    communication: float, computation: float, size: float
) -> float:
    """Return what is left of the communication where the rest hides behind
    backward: of k buckets the last is ready when backward has ended, so at
    least 1 / k stays. What fits into one bucket hides nothing.

    Li et al. 2020.
    """
    buckets = max(1, math.ceil(size / BUCKET))
    hidden = communication * (buckets - 1) / buckets
    return communication - min(hidden, BACKWARD * computation)


def step_seconds(n: int, examples: float, network: Network) -> float:
    """Seconds of a step of n accelerators with so many examples each."""
    computation = examples * network.flop / RATE
    if n == 1:
        return computation
    communication = ring_seconds(n, network.bytes, ACCELERATORS)
    return computation + exposed_seconds(
        communication, computation, network.bytes
    )


def weak_scaling(n: int, network: Network) -> float:
    """Weak scaling: the batch grows with n. How much of n times the speed of
    one there is; 1 is all of it."""
    return step_seconds(1, network.each, network) / step_seconds(
        n, network.each, network
    )


def strong_scaling(n: int, network: Network) -> float:
    """Strong scaling: the batch stays as it is and is divided. How many times
    the speed of one."""
    share = network.whole / n
    return step_seconds(1, network.whole, network) / step_seconds(
        n, share, network
    )


def fewest_examples(n: int, network: Network, share: float = 0.9) -> int:
    """Return the fewest examples of each process with which `share` of the
    time is arithmetic."""
    low, high = 0, 1
    while high * network.flop / RATE < share * step_seconds(n, high, network):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if middle * network.flop / RATE < share * step_seconds(
            n, middle, network
        ):
            low = middle
        else:
            high = middle
    return high


def shared_cores_seconds(
    seconds: float, busy: float, processes: int, cores: int
) -> float:
    """Seconds of one process's arithmetic where several do it on the same
    cores: it kept `busy` of them busy, and several keep no more than all.

    Processor time over cores; it counts no waiting, and no cache that two
    must share.
    """
    return seconds * busy / min(cores, processes * busy)


# An H100 or H200: bfloat16 without sparsity, 989 TFLOP/s, of which 38 to 43 %
# were reached with 8,192 and 16,384 of them (LLAMA, table 4).
PEAK, UTILISATION = 989e12, 0.4
RATE = PEAK * UTILISATION
# Eight to a machine. Inside it NVLink, 900 GB/s of both directions together;
# out of it 400 Gb/s for each of them, and so eight times that a machine
# (MLPERF). The latencies of a hop are those of NCCL's ring (NCCL).
ACCELERATORS = Fabric(Link(450e9, 3.4e-6), Link(8 * 50e9, 14e-6), 8)
# 3,869,824 multiplications and additions forwards, twice as many backwards,
# but for those of the first layer's images.
CONVNET = Network(
    "this ConvNet", 50_186, 2 * (3 * 3_869_824 - 225_792), 128, 128, "digits"
)
# 4.09e9 multiplications and additions forwards (RESNET).
RESNET50 = Network("ResNet-50", 25_557_032, 6 * 4.09e9, 128, 8192, "images")
# 6 operations a parameter and a token (KAPLAN, section 2.1), 1,024 tokens an
# example (GPT2); a batch of a million tokens.
GPT2_XL = Network(
    "GPT-2 XL", 1_557_611_200, 6 * 1_557_611_200 * 1024, 8, 1024, "texts"
)
NETWORKS = CONVNET, RESNET50, GPT2_XL
