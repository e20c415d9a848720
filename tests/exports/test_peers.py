"""Networks for PyTorch and Keras, read by PyTorch and Keras; and those of PyTorch, read by us."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from simplenet import SimpleNet, load_model, places
from simplenet.exports import FORMATS, exported, read_network

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent


def installed(*names):
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def networks():
    shipped = {
        name: load_model(places.shipped_models() / f"{name}.safetensors").net
        for name in ("article", "robust")
    }
    double = SimpleNet(784, 5, 10, 1.0, 0, np.float64)
    double.params["b1"] += np.linspace(-1, 1, 5)
    double.params["b2"] += np.linspace(-1, 1, 10)
    return {**shipped, "double": double}


def asked(program, form, x, folder):
    """Return the networks, and for each a folder with what a program made of its export."""
    known = networks()
    for name, net in known.items():
        (folder / name).mkdir()
        (folder / name / f"net{FORMATS[form].suffix}").write_bytes(exported(net, form))
        np.save(folder / name / "sizes.npy", [net.input_size, net.hidden_size, net.output_size])
        np.save(folder / name / "x.npy", x)
    command = [sys.executable, HERE / program, *(folder / name for name in known)]
    env = os.environ | {"KERAS_BACKEND": "torch", "OMP_NUM_THREADS": "1"}
    found = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    return [(net, folder / name) for name, net in known.items()]


def check_answers(net, x, folder):
    y, expected = np.load(folder / "y.npy"), net.predict(x)
    np.testing.assert_allclose(y, expected, rtol=0, atol=5e-6)
    np.testing.assert_array_equal(y.argmax(axis=1), expected.argmax(axis=1))


@installed("torch")
def test_pytorch_reads_all_digits_alike_and_we_read_what_it_saves(mnist, tmp_path):
    for net, folder in asked("in_pytorch.py", "pytorch", mnist.x_test, tmp_path):
        check_answers(net, mnist.x_test, folder)
        for name in ("saved.pt", "named.pt", "named.safetensors"):
            found = read_network((folder / name).read_bytes(), name).net
            assert found == net
            assert found.params["W1"].dtype == net.params["W1"].dtype


@installed("torch", "keras")  # Keras computes by PyTorch here.
def test_keras_reads_all_digits_alike(mnist, tmp_path):
    for net, folder in asked("in_keras.py", "keras", mnist.x_test, tmp_path):
        check_answers(net, mnist.x_test, folder)
