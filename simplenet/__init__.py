"""SimpleNet: a two-layer network that learns to read digits, in plain NumPy."""

from simplenet.data import Dataset, load_mnist, mini_batch, one_hot_label
from simplenet.network import SimpleNet
from simplenet.training import Record, TrainingConfig, train

__all__ = [
    "Dataset",
    "Record",
    "SimpleNet",
    "TrainingConfig",
    "load_mnist",
    "mini_batch",
    "one_hot_label",
    "train",
]

__version__ = "0.1.0"
