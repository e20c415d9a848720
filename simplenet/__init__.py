"""SimpleNet: a two-layer network that learns to read digits, in plain NumPy."""

from typing import TYPE_CHECKING, Any

from simplenet.data import Dataset, load_mnist, mini_batch, one_hot_label
from simplenet.functions import cross_entropy_error, sigmoid, softmax
from simplenet.gradients import numerical_gradient_1d, numerical_gradient_2d
from simplenet.network import SimpleNet
from simplenet.training import Record, TrainingConfig, train

if TYPE_CHECKING:
    from simplenet.storage import load_model, save_model

__version__ = "0.1.0"

__all__ = [
    "Dataset",
    "Record",
    "SimpleNet",
    "TrainingConfig",
    "cross_entropy_error",
    "load_mnist",
    "load_model",
    "mini_batch",
    "numerical_gradient_1d",
    "numerical_gradient_2d",
    "one_hot_label",
    "save_model",
    "sigmoid",
    "softmax",
    "train",
]


def __getattr__(name: str) -> Any:
    """Return what is loaded when it is first asked for: files need safetensors, training does not.

    It is PEP 562: Python calls this for a name that the module has not.
    """
    if name in ("load_model", "save_model"):
        from simplenet import storage

        return getattr(storage, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
