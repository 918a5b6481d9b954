"""What a framework's convnet.py does: lab/contract.py says what it should."""

import importlib
from typing import Any, Callable, Dict, Optional

import numpy as np

from lab.inside.common import Answer, Request, edited, in_layout

FUNCTIONS = [
    "build_model",
    "train",
    "evaluate",
    "predict",
    "build_model_with_dropout",
    "build_model_with_dense",
    "save",
    "load",
]


def refusal(function: Callable[..., Any], *arguments: Any) -> Optional[str]:
    """The error that the call raises, as "Type: message"; None if none."""
    try:
        function(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def run(request: Request) -> Answer:
    """Facts about the functions of convnet.py, each called."""
    convnet = importlib.import_module("convnet")
    parameters = importlib.import_module("facts").parameters

    def count(model: Any) -> int:
        return sum(int(p.size) for p in parameters(model))

    layout = request["image_layout"]
    digits = np.load(request["digits"])
    images = in_layout(digits["train_images"], layout)
    labels = digits["train_labels"]
    test_images = in_layout(digits["test_images"], layout)
    test_labels = digits["test_labels"]
    # 200 = 128 + 72: the last batch is an odd one.
    few, few_labels, some = images[:200], labels[:200], test_images[:7]

    missing = [f for f in FUNCTIONS if not hasattr(convnet, f)]
    facts: Dict[str, Any] = {"missing": missing}
    if missing:
        return facts, {}
    model = convnet.build_model(seed=0)
    facts["initial"] = [
        {"shape": list(p.shape), "largest": float(abs(p).max())}
        for p in parameters(model)
    ]
    losses = convnet.train(model, few, few_labels, epochs=2, seed=0)
    facts["losses"] = [float(loss) for loss in losses]
    before = convnet.predict(model, some)
    facts["shapes"] = [
        list(convnet.predict(model, some[:n]).shape) for n in (1, 2, 7)
    ]
    facts["dtype"] = str(before.dtype)
    facts["row_sums"] = before.sum(axis=1).tolist()
    facts["parameters"] = count(model)
    convnet.save(model)
    facts["saved_difference"] = float(
        abs(convnet.predict(convnet.load(), some) - before).max()
    )
    again = convnet.build_model(seed=0)
    facts["losses_again"] = [
        float(loss)
        for loss in convnet.train(again, few, few_labels, epochs=2, seed=0)
    ]
    facts["batch_of_one"] = [
        float(loss)
        for loss in convnet.train(
            again, few[:3], few_labels[:3], epochs=1, batch_size=1
        )
    ]

    facts["resumed_epochs"], goes = [], []
    for path, epochs, seed in (
        ("half", 1, 0),
        ("half", 2, 1),
        ("half", 2, 2),
        ("whole", 2, 0),
    ):
        model = convnet.build_model(seed=seed)
        ran = convnet.train(
            model, few, few_labels, epochs=epochs, seed=0, checkpoint=path
        )
        facts["resumed_epochs"].append(len(ran))
        goes.append(convnet.predict(model, some))
    facts["resumed_epochs"].pop()
    facts["resumed_difference"] = float(
        max(abs(goes[1] - goes[3]).max(), abs(goes[2] - goes[3]).max())
    )

    dropout = convnet.build_model_with_dropout(rate=0.9, seed=0)
    facts["dropout_losses"] = [
        float(loss)
        for loss in convnet.train(dropout, few, few_labels, epochs=1, seed=0)
    ]
    facts["dropout_parameters"] = count(dropout)
    facts["dropout_difference"] = float(
        abs(
            convnet.predict(dropout, some) - convnet.predict(dropout, some)
        ).max()
    )

    dense = convnet.build_model_with_dense(seed=0)
    facts["dense_losses"] = [
        float(loss)
        for loss in convnet.train(dense, few, few_labels, epochs=1, seed=0)
    ]
    facts["dense_parameters"] = count(dense)

    other_layout = in_layout(
        digits["test_images"][:7], {"NCHW": "NHWC", "NHWC": "NCHW"}[layout]
    )
    facts["wrong_shape"] = refusal(convnet.predict, model, other_layout)
    facts["wrong_dtype"] = refusal(
        convnet.predict, model, np.full(some.shape, "seven")
    )

    facts["broken_accuracy"] = {}
    for name in sorted(request["breaks"]):
        wrong = edited(
            str(convnet.__file__), "broken_" + name, [request["breaks"][name]]
        )
        model = wrong.build_model(seed=0)
        wrong.train(model, images, labels, epochs=3, seed=0)
        facts["broken_accuracy"][name] = wrong.evaluate(
            model, test_images, test_labels
        )
    return facts, {}
