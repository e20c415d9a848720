"""Who trains 10,000 steps how fast: SimpleNet, its floor, its levers one by one, and its peers.

Each contender is a generator function: it sets up, then trains the number of steps that it is
sent, again and again, and yields its parameters. Each runs in a process of its own, and they take
turns; all have the same data, batch size, learning rate and precision.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Generator
from functools import partial
from multiprocessing.connection import Client, Listener
from time import perf_counter
from typing import Any

import numpy as np

import simplenet.network
import simplenet.training
from simplenet import Dataset, SimpleNet, TrainingConfig, load_mnist, train
from simplenet.network import CHUNK

BLOCK = 1800
"""Steps at a time: three epochs, as scikit-learn counts in epochs."""

ROUNDS = 6
"""Turns of each contender: 10,800 steps in all."""

BATCH, LEARNING_RATE, EPOCH = 100, 0.1, 600

Contender = Generator[dict[str, np.ndarray] | None, int, None]


def new_network() -> SimpleNet:
    """Return the network that everybody starts from."""
    return SimpleNet(784, 50, 10, rng=np.random.default_rng(1))


def products(evaluations: bool) -> Contender:
    """Only the matrix products: two of 100 x 784 x 50 a step, and one a chunk evaluated."""
    x = load_mnist().x_train[:CHUNK]
    batch = x[:BATCH].copy()
    w1, w2 = new_network().params["W1"], new_network().params["W2"]
    delta = np.ones((BATCH, 50), np.float32)
    s1, gradient = np.empty_like(delta), np.empty_like(w1)
    hidden, scores = np.empty((CHUNK, 50), np.float32), np.empty((CHUNK, 10), np.float32)
    steps = yield None
    while True:
        for step in range(steps):
            np.matmul(batch, w1, out=s1)
            np.matmul(batch.T, delta, out=gradient)
            if evaluations and step % EPOCH == 0:
                for _ in range(70_000 // CHUNK):
                    np.matmul(x, w1, out=hidden)
                    np.matmul(hidden, w2, out=scores)
        steps = yield None


def ours(
    evaluations: bool = False,
    floats: bool = False,
    blank: bool = False,
    rows: bool = False,
) -> Contender:
    """`train()`; the other arguments take one of its levers away."""
    if rows:
        simplenet.network.softmax = softmax_by_rows
    data = load_mnist()
    if floats:
        data = Dataset(data.x_train, data.t_train, data.x_test, data.t_test)
    if blank:
        data.lit = np.ones(784, bool)
    net = new_network()
    records = train(net, data, TrainingConfig(iterations=1_000_000), evaluating=evaluations)
    next(records)
    steps = yield None
    while True:
        for _ in range(steps):
            next(records)
        steps = yield net.params


def softmax_by_rows(x: np.ndarray) -> np.ndarray:
    """Return the softmax as it is usually written."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def plain() -> Contender:
    """SimpleNet's own gradient, but drawn and updated as the article does."""
    net, data, rng = new_network(), load_mnist(), np.random.default_rng(0)
    labels = data.t_train.argmax(axis=1)
    steps = yield None
    while True:
        for _ in range(steps):
            rows = rng.integers(60_000, size=BATCH)
            gradient = net.gradient(data.x_train[rows], labels[rows])
            for key in net.params:
                net.params[key] -= LEARNING_RATE * gradient[key]
        steps = yield net.params


def article(dtype: str) -> Contender:
    """Train as the article does: everything as its formulas say, on one-hot labels."""
    data, params = load_mnist(), new_network().params
    x_train, t_train = data.x_train.astype(dtype), data.t_train.astype(dtype)
    params = {key: value.astype(dtype) for key, value in params.items()}

    def sigmoid(x: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-x))

    def gradient(x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
        z1 = sigmoid(np.dot(x, params["W1"]) + params["b1"])
        y = softmax_by_rows(np.dot(z1, params["W2"]) + params["b2"])
        dy = (y - t) / len(x)
        da = np.dot(dy, params["W2"].T) * (1 - z1) * z1
        return {
            "W1": np.dot(x.T, da),
            "b1": np.sum(da, axis=0),
            "W2": np.dot(z1.T, dy),
            "b2": np.sum(dy, axis=0),
        }

    np.random.seed(0)
    steps = yield None
    while True:
        for _ in range(steps):
            mask = np.random.choice(len(x_train), BATCH)
            found = gradient(x_train[mask], t_train[mask])
            for key in ("W1", "b1", "W2", "b2"):
                params[key] -= LEARNING_RATE * found[key]
        steps = yield params


def torch_eager(threads: int, **sgd: bool) -> Contender:
    """PyTorch: two linear layers, autograd, SGD."""
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    data, start = load_mnist(), new_network().params
    x_train = torch.from_numpy(data.x_train.copy())
    t_train = torch.from_numpy(data.t_train.argmax(axis=1))
    model = nn.Sequential(nn.Linear(784, 50), nn.Sigmoid(), nn.Linear(50, 10))
    with torch.no_grad():
        for layer, key in ((model[0], "1"), (model[2], "2")):
            layer.weight.copy_(torch.from_numpy(start[f"W{key}"].T.copy()))
            layer.bias.zero_()
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, **sgd)
    losses = []
    steps = yield None
    while True:
        for rows in torch.randint(60_000, (steps, BATCH)):
            loss = nn.functional.cross_entropy(model(x_train[rows]), t_train[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        found = [parameter.detach().numpy() for parameter in model.parameters()]
        steps = yield dict(zip(("W1", "b1", "W2", "b2"), (a.T for a in found), strict=True))


def jax_scan(dtype: str, one_core: bool) -> Contender:
    """JAX: a jitted scan over the steps, compiled before the first turn."""
    if one_core:  # Its flags for one thread were measured to leave both cores busy.
        os.sched_setaffinity(0, list(os.sched_getaffinity(0))[-1:])
    import jax
    import jax.numpy as jnp

    data = load_mnist()
    pixels = data.pixels_train if dtype == "uint8" else data.x_train
    x_train, t_train = jnp.asarray(pixels), jnp.asarray(data.t_train.argmax(axis=1))
    params = {key: jnp.asarray(value) for key, value in new_network().params.items()}

    def loss(params: dict[str, Any], x: Any, t: Any) -> Any:
        a1 = jax.nn.sigmoid(x @ params["W1"] + params["b1"])
        scores = jax.nn.log_softmax(a1 @ params["W2"] + params["b2"])
        return -jnp.take_along_axis(scores, t[:, None], axis=1).mean()

    def step(params: dict[str, Any], rows: Any) -> tuple[dict[str, Any], Any]:
        x = x_train[rows]
        if dtype == "uint8":
            x = x.astype(jnp.float32) * (1 / 255)
        value, gradient = jax.value_and_grad(loss)(params, x, t_train[rows])
        return {key: params[key] - LEARNING_RATE * gradient[key] for key in params}, value

    run = jax.jit(lambda params, rows: jax.lax.scan(step, params, rows))
    rng = np.random.default_rng(0)
    run = run.lower(params, rng.integers(60_000, size=(BLOCK, BATCH))).compile()
    yield None
    while True:
        params, losses = run(params, rng.integers(60_000, size=(BLOCK, BATCH)))
        losses.block_until_ready()
        yield {key: np.asarray(value) for key, value in params.items()}


def scikit_learn() -> Contender:
    """scikit-learn's MLPClassifier, with momentum and penalty off as everywhere here."""
    import sklearn
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier
    from sklearn.utils._testing import ignore_warnings

    sklearn.set_config(assume_finite=True)
    data = load_mnist()
    labels = data.t_train.argmax(axis=1)
    model = MLPClassifier(
        (50,),
        activation="logistic",
        solver="sgd",
        alpha=0,
        batch_size=BATCH,
        learning_rate_init=LEARNING_RATE,
        momentum=0,
        nesterovs_momentum=False,
        tol=0,
        n_iter_no_change=1_000_000,
        warm_start=True,
        random_state=0,
    )
    x_train = data.x_train
    steps = yield None
    while True:
        model.max_iter = steps // EPOCH
        ignore_warnings(model.fit, category=ConvergenceWarning)(x_train, labels)
        (w1, w2), (b1, b2) = model.coefs_, model.intercepts_
        steps = yield {"W1": w1, "b1": b1, "W2": w2, "b2": b2}


ONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

CONTENDERS: dict[str, tuple[Callable[[], Contender], dict[str, str]]] = {
    "floor: the two products": (partial(products, evaluations=False), ONE),
    "SimpleNet": (ours, ONE),
    "  with floats gathered": (partial(ours, floats=True), ONE),
    "  with the blank pixels": (partial(ours, blank=True), ONE),
    "  with softmax along the classes": (partial(ours, rows=True), ONE),
    "  with new arrays in each step": (plain, ONE),
    "floor of the whole run": (partial(products, evaluations=True), ONE),
    "SimpleNet, the whole run": (partial(ours, evaluations=True), ONE),
    "the article's loop, float32": (partial(article, "float32"), ONE),
    "the article's loop, float64": (partial(article, "float64"), ONE),
    "PyTorch eager, 1 thread": (partial(torch_eager, 1), {}),
    "PyTorch eager, 2 threads": (partial(torch_eager, 2), {}),
    "PyTorch eager, 1 thread, fused SGD": (partial(torch_eager, 1, fused=True), {}),
    "JAX jit + scan, one core": (partial(jax_scan, "float32", True), {}),
    "JAX jit + scan, one core, bytes gathered": (partial(jax_scan, "uint8", True), {}),
    "JAX jit + scan, all cores": (partial(jax_scan, "float32", False), {}),
    "JAX jit + scan, all cores, bytes gathered": (partial(jax_scan, "uint8", False), {}),
    "scikit-learn MLPClassifier, 1 thread": (scikit_learn, ONE),
    "scikit-learn MLPClassifier": (scikit_learn, {}),
}


class Runner:
    """A contender in a process of its own."""

    def __init__(self, name: str) -> None:
        environment = os.environ | CONTENDERS[name][1]
        with Listener(authkey=b"benchmarks") as listener:
            command = [sys.executable, "-m", "benchmarks.steps", name, str(listener.address)]
            self._process = subprocess.Popen(command, env=environment)
            self._connection = listener.accept()
        self._connection.recv()  # It is set up.

    def run(self) -> tuple[float, dict[str, np.ndarray] | None]:
        """Return the seconds of a block, and the parameters after it."""
        self._connection.send(BLOCK)
        return self._connection.recv()

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.wait()


def main(name: str, address: str) -> None:
    """Do as one contender what a `Runner` asks for."""
    contender = CONTENDERS[name][0]()
    next(contender)
    with Client(address, authkey=b"benchmarks") as connection:
        connection.send("ready")
        try:
            while True:
                steps = connection.recv()
                started = perf_counter()
                params = contender.send(steps)
                connection.send((perf_counter() - started, params))
        except EOFError:
            return


def measure() -> tuple[dict[str, list[float]], dict[str, float]]:
    """Return the seconds for 10,000 steps in each round, and the test accuracies at the end."""
    runners = {name: Runner(name) for name in CONTENDERS}
    seconds: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    accuracies = {}
    data = load_mnist()
    for turn in range(-1, ROUNDS):
        for name, runner in runners.items():
            spent, params = runner.run()
            if turn >= 0:  # The first turn warms up.
                seconds[name].append(spent * 10_000 / BLOCK)
            if params:
                net = SimpleNet.from_params(params)
                accuracies[name] = net.accuracy(data.pixels_test, data.t_test)
            print(f"  round {turn + 1} of {ROUNDS}: {name}: {spent:.2f} s", file=sys.stderr)
    for runner in runners.values():
        runner.close()
    return seconds, accuracies


if __name__ == "__main__":
    main(*sys.argv[1:])
