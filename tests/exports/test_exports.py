"""Networks for other programs, read back by these; and theirs, read by us."""

import csv
import io
import json
import pickle
import runpy
import subprocess
import sys
import zipfile

import numpy as np
import onnx
import onnxruntime
import pytest
import safetensors.numpy
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from scipy.io import loadmat

from simplenet import SimpleNet, load_model, places, save_model
from simplenet.cli.commands import every_command
from simplenet.exports import FORMATS, exported, read_network
from simplenet.exports.pytorch import from_state
from simplenet.storage import ModelFileError

ABOUT = {"name": "三只鱼", "test_accuracy": np.float32(0.5), "history": [{"loss": 2.3}]}
KNOWN = {"name": "三只鱼", "test_accuracy": 0.5, "history": [{"loss": 2.3}]}


def make(dtype=np.float32, sizes=(5, 4, 3)):
    net = SimpleNet(*sizes, 1.0, 0, dtype)
    net.params["b1"] += np.linspace(-1, 1, sizes[1], dtype=dtype)
    net.params["b2"] += np.linspace(-1, 1, sizes[2], dtype=dtype)
    return net


X = np.random.default_rng(1).random((6, 5))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["onnx", "pytorch", "json", "safetensors"])
def test_what_is_written_is_read_to_the_last_bit(name, dtype):
    net = make(dtype)
    found = read_network(exported(net, name, ABOUT))
    assert found.net == net
    assert found.metadata == ({} if name == "pytorch" else KNOWN)


def of_onnx(content, x):
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0]


@pytest.mark.parametrize("name", ["article", "robust"])
def test_onnxruntime_reads_all_digits_alike(mnist, name):
    net = load_model(places.shipped_models() / f"{name}.safetensors").net
    y, expected = of_onnx(exported(net, "onnx"), mnist.x_test), net.predict(mnist.x_test)
    np.testing.assert_allclose(y, expected, rtol=0, atol=5e-6)
    np.testing.assert_array_equal(y.argmax(axis=1), expected.argmax(axis=1))


def test_onnxruntime_takes_both_precisions():
    net = make(np.float64)
    np.testing.assert_allclose(of_onnx(exported(net, "onnx"), X), net.predict(X), atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_script_needs_numpy_only(tmp_path, dtype):
    net = make(dtype)
    path = tmp_path / "mine.py"
    path.write_bytes(exported(net, "numpy"))
    predict = runpy.run_path(str(path))["predict"]
    np.testing.assert_allclose(predict(X), net.predict(X), atol=1e-6)
    np.save(tmp_path / "x.npy", X)
    command = [sys.executable, "-I", str(path), str(tmp_path / "x.npy")]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert [int(line.split()[0]) for line in said.splitlines()] == list(
        net.predict(X).argmax(axis=1)
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_spreadsheets_and_matlab_have_the_same_numbers(dtype):
    net = make(dtype)
    rows = list(csv.DictReader(io.StringIO(exported(net, "csv").decode(), newline="")))
    assert len(rows) == sum(value.size for value in net.params.values())
    found = {key: np.full_like(value, np.nan) for key, value in net.params.items()}
    for row in rows:
        of = np.atleast_2d(found[row["array"]])  # A view: a bias has one row.
        of[int(row["row"]), int(row["column"])] = dtype(row["value"])
    matlab = loadmat(io.BytesIO(exported(net, "matlab")))
    for key, value in net.params.items():
        np.testing.assert_array_equal(found[key], value)
        np.testing.assert_array_equal(matlab[key], np.atleast_2d(value))
        assert matlab[key].dtype == dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_whoever_knows_json_or_safetensors_reads_them(dtype):
    net = make(dtype)
    told = json.loads(exported(net, "json"))
    params = {key: np.array(value, told["dtype"]) for key, value in told["params"].items()}
    arrays = safetensors.numpy.load(exported(net, "safetensors"))
    for key, value in net.params.items():
        np.testing.assert_array_equal(params[key], value)
        np.testing.assert_array_equal(arrays[key], value)
    hidden = 1 / (1 + np.exp(-(X @ params["W1"] + params["b1"])))
    scores = np.exp(hidden @ params["W2"] + params["b2"])
    y = scores / scores.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(y, net.predict(X), atol=1e-6)


def test_the_weights_for_keras_are_where_it_looks():
    h5py = pytest.importorskip("h5py")
    net = make()
    with h5py.File(io.BytesIO(exported(net, "keras"))) as file:
        for place, key in (("dense/vars/0", "W1"), ("dense_1/vars/1", "b2")):
            np.testing.assert_array_equal(file[f"layers/{place}"], net.params[key])


def test_pytorchs_safetensors_are_read(tmp_path):
    net = make()
    w1, b1, w2, b2 = net.params.values()
    for first, second in (("0", "2"), ("a", "b"), ("out", "hidden")):
        names = (f"{first}.weight", f"{first}.bias", f"{second}.weight", f"{second}.bias")
        arrays = dict(zip(names, (w1.T.copy(), b1, w2.T.copy(), b2), strict=True))
        assert read_network(safetensors.numpy.save(arrays)).net == net


# ONNX by others


def onnx_of(nodes, **arrays):
    graph = helper.make_graph(
        nodes,
        "other",
        [helper.make_tensor_value_info("in", TensorProto.FLOAT, [None, 5])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [None, 3])],
        [numpy_helper.from_array(np.ascontiguousarray(v), k) for k, v in arrays.items()],
    )
    return helper.make_model(graph).SerializeToString()


node = helper.make_node


def test_other_ways_to_write_the_same_in_onnx_are_read():
    net = make()
    w1, b1, w2, b2 = net.params.values()
    transposed = [
        node("Gemm", ["in", "fc1.weight", "fc1.bias"], ["a"], transB=1),
        node("Sigmoid", ["a"], ["b"]),
        node("Gemm", ["b", "fc2.weight", "fc2.bias"], ["out"], transB=1),
    ]
    arrays = {"fc1.weight": w1.T, "fc1.bias": b1, "fc2.weight": w2.T, "fc2.bias": b2}
    assert read_network(onnx_of(transposed, **arrays)).net == net
    products = [
        node("MatMul", ["in", "W1"], ["a"]),
        node("Add", ["a", "b1"], ["b"]),
        node("Sigmoid", ["b"], ["c"]),
        node("MatMul", ["c", "W2"], ["d"]),
        node("Add", ["b2", "d"], ["e"]),
        node("Softmax", ["e"], ["out"]),
    ]
    assert read_network(onnx_of(products, **net.params)).net == net


@pytest.mark.parametrize(
    "change",
    [
        lambda n: n.pop(1),
        lambda n: n.pop(0),
        lambda n: n.clear(),
        lambda n: n.__setitem__(1, node("Relu", ["s1"], ["a1"])),
        lambda n: n.__setitem__(3, node("Softmax", ["s2"], ["out"], axis=0)),
        lambda n: n.__setitem__(0, node("Gemm", ["in", "W1", "b1"], ["s1"], alpha=2.0)),
        lambda n: n.__setitem__(0, node("Gemm", ["in", "W1", "in"], ["s1"])),
        lambda n: n.__setitem__(2, node("Gemm", ["s1", "W2", "b2"], ["s2"])),
        lambda n: n.append(node("Sigmoid", ["out"], ["more"])),
    ],
)
def test_another_architecture_in_onnx_is_refused(change):
    nodes = [
        node("Gemm", ["in", "W1", "b1"], ["s1"]),
        node("Sigmoid", ["s1"], ["a1"]),
        node("Gemm", ["a1", "W2", "b2"], ["s2"]),
        node("Softmax", ["s2"], ["out"], axis=1),
    ]
    assert read_network(onnx_of(nodes, **make().params)).net == make()
    change(nodes)
    with pytest.raises(ModelFileError, match=r"two linear layers|no chain"):
        read_network(onnx_of(nodes, **make().params))


def test_weights_outside_of_the_file_are_not_looked_for():
    model = onnx.load_model_from_string(exported(make(), "onnx"))
    first = model.graph.initializer[0]
    first.data_location = TensorProto.EXTERNAL
    first.external_data.add(key="location", value="/etc/passwd")
    with pytest.raises(ModelFileError, match="in another file"):
        read_network(model.SerializeToString())


# What is no network


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 no zip",
        b"{}",
        b"[" * 100_000,
        b'{"format": "simplenet"}',
        b'{"format": "simplenet", "params": {"W1": [[1], [2, 3]]}}',
        b'{"format": "simplenet", "params": {"W1": [[1]], "b1": [1], "W2": [["x"]], "b2": [1]}}',
        b"\xff\xfe words",
        b"no network at all",
        bytes(20_000_001),
    ],
)
def test_what_is_no_network_is_named(content):
    with pytest.raises(ModelFileError, match=r"mine\.x is "):
        read_network(content, "mine.x")


GOOD = {name: exported(make(), name) for name in ("onnx", "pytorch", "json", "safetensors")}


@given(st.sampled_from(sorted(GOOD)), st.integers(0, 10_000), st.integers(1, 255))
def test_a_damaged_byte_is_no_other_error(name, place, change):
    content = bytearray(GOOD[name])
    content[place % len(content)] ^= change
    try:
        net = read_network(bytes(content)).net
    except ModelFileError:
        return
    assert all(np.isfinite(value).all() for value in net.params.values())


def repickled(change):
    """A file of PyTorch whose pickle is another."""
    old, new = zipfile.ZipFile(io.BytesIO(GOOD["pytorch"])), io.BytesIO()
    with zipfile.ZipFile(new, "w") as archive:
        for name in old.namelist():
            content = old.read(name)
            archive.writestr(name, change(content) if name.endswith("data.pkl") else content)
    return new.getvalue()


def test_pickled_code_is_not_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return (tmp_path.joinpath("sprung").touch, ())

    with pytest.raises(ModelFileError, match="is not of a state_dict"):
        read_network(repickled(lambda _: pickle.dumps(Trap(), 2)))
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"J\x05\x00\x00\x00J\x01\x00\x00\x00t\x89", b"J\x05\x00\x00\x40J\x01\x00\x00\x00t\x89"),
        (b"J\x00\x00\x00\x00(", b"J\xff\xff\xff\xff("),
        (b"J\x00\x00\x00\x00(", b"J\x00\x00\x00\x10("),
        (b"FloatStorage", b"LongsStorage"),
    ],
)
def test_an_array_cannot_look_beyond_its_numbers(old, new):
    def change(content):
        assert old in content
        return content.replace(old, new, 1)

    with pytest.raises(ModelFileError):
        read_network(repickled(change))


def test_a_small_file_cannot_take_all_memory_nor_all_time():
    pair = b"(J\x01\x00\x00\x00t"
    nested = pair
    for i in range(2, 60):  # A tuple of twice the one before, as a key.
        nested = b"".join([nested, b"q", bytes([i]), b"0(h", bytes([i]), b"h", bytes([i]), b"t"])
    bomb = b"\x80\x02}(" + nested + b"J\x01\x00\x00\x00u."
    with pytest.raises(ModelFileError, match="twice"):
        read_network(repickled(lambda _: bomb))
    row = b"J\x14\x00\x00\x00tQJ\x00\x00\x00\x00(J\x04\x00\x00\x00J\x05\x00\x00\x00t"
    strides = b"(J\x05\x00\x00\x00J\x01\x00\x00\x00t"

    def repeated(content):  # The first numbers, again and again without a step.
        assert row + strides in content
        large = row[:-12] + b"(J\x00\x00\x00\x10J\x05\x00\x00\x00t"
        return content.replace(row + strides, large + b"(J\x00\x00\x00\x00J\x00\x00\x00\x00t", 1)

    with pytest.raises(ModelFileError, match="beyond its numbers"):
        read_network(repickled(repeated))


def test_another_architecture_of_pytorch_is_refused():
    numbers = {f"{layer}.{part}": 1 for layer in "ab" for part in ("weight", "bias")}
    for state in ({}, {"0.weight": X, "0.bias": X[0]}, numbers, [1]):
        with pytest.raises(ValueError, match=r"two linear layers|arrays only"):
            from_state(state)


def test_a_format_that_there_is_not_is_named():
    with pytest.raises(ValueError, match=r"to must be one of onnx, pytorch, .*got 'gguf'"):
        exported(make(), "gguf")
    net = make()
    net.params["W1"][0, 0] = np.nan
    for name in FORMATS:
        with pytest.raises(ValueError, match="not finite"):
            exported(net, name)
    with pytest.raises(ValueError, match="784 inputs and 10 classes"):
        exported(make(), "html")


# On the command line


def run(*words, code=0):
    done = CliRunner().invoke(every_command, list(map(str, words)), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout if code == 0 else done.output


def test_the_command_line_writes_and_reads_them(tmp_path):
    net = make(sizes=(784, 3, 10))
    save_model(tmp_path / "mine.safetensors", net, ABOUT)
    for name, form in FORMATS.items():
        out = tmp_path / f"out{form.suffix}"
        words = ("export", tmp_path / "mine.safetensors", "--to", name, "--out", out)
        told = json.loads(run(*words, "--json"))
        assert told["bytes"] == out.stat().st_size > 1000
        if name in GOOD:
            run("import", out, "--out", tmp_path / f"from-{name}.safetensors")
            assert load_model(tmp_path / f"from-{name}.safetensors").net == net
    assert "choose another name" in run("export", "article", "--to", "onnx", "--out", out, code=1)
    (tmp_path / "text.txt").write_text("text")
    again = ("--out", tmp_path / "again.safetensors")
    assert "text.txt is not a network" in run("import", tmp_path / "text.txt", *again, code=1)
    assert "already" in run("import", tmp_path / "out.onnx", "--out", out, code=1)


def test_a_library_that_is_missing_is_named_with_its_extra(tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "simplenet.exports.matlab", raising=False)
    monkeypatch.setitem(sys.modules, "scipy.io", None)
    out = ("--out", tmp_path / "a.mat")
    assert "simplenet-lab[export]" in run("export", "article", "--to", "matlab", *out, code=3)
