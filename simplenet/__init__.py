"""SimpleNet: a two-layer network that learns to read digits, in plain NumPy."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simplenet.data import Dataset, load_mnist, mini_batch, one_hot_label
    from simplenet.functions import cross_entropy_error, sigmoid, softmax
    from simplenet.gradients import numerical_gradient_1d, numerical_gradient_2d
    from simplenet.network import SimpleNet
    from simplenet.storage import load_model, save_model
    from simplenet.training import Record, TrainingConfig, train

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

_ROOMS = {
    "data": ("Dataset", "load_mnist", "mini_batch", "one_hot_label"),
    "functions": ("cross_entropy_error", "sigmoid", "softmax"),
    "gradients": ("numerical_gradient_1d", "numerical_gradient_2d"),
    "network": ("SimpleNet",),
    "storage": ("load_model", "save_model"),
    "training": ("Record", "TrainingConfig", "train"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    """Return what is loaded when it is first asked for.

    So the command line has begun before NumPy is loaded, and training works without safetensors.
    It is PEP 562: Python calls this for a name that the module has not.
    """
    if name in _ROOMS:
        return import_module(f"simplenet.{name}")
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"simplenet.{_ROOM_OF[name]}"), name)
    return value


def __dir__() -> list[str]:
    """Return all names, also of what has not been loaded yet."""
    return sorted({*globals(), *__all__, *_ROOMS})
