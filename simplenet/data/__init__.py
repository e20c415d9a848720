"""Data to learn from: a data set, MNIST, mini-batches; variations of digits; a person's own."""

from simplenet.data.dataset import Dataset, mini_batch, one_hot_label
from simplenet.data.loading import DataSourceError, Source, load_mnist, loaded

__all__ = [
    "DataSourceError",
    "Dataset",
    "Source",
    "load_mnist",
    "loaded",
    "mini_batch",
    "one_hot_label",
]
