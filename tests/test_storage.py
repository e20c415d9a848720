import errno
import json
import os
import pickle
import struct
import threading
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import simplenet.storage
from simplenet import SimpleNet
from simplenet.storage import (
    ModelFileError,
    SavedModel,
    check_model_name,
    list_models,
    load_model,
    model_from_bytes,
    model_to_bytes,
    save_model,
)


def small_net(seed=0):
    return SimpleNet(4, 3, 2, rng=np.random.default_rng(seed))


@st.composite
def networks(draw):
    inputs, hidden, classes = (draw(st.integers(1, 6)) for _ in range(3))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    net = SimpleNet(inputs, hidden, classes, dtype=dtype)
    numbers = st.floats(
        allow_nan=False, allow_infinity=False, width=32 if dtype == np.float32 else 64
    )
    for key, value in net.params.items():
        net.params[key] = draw(hnp.arrays(dtype, value.shape, elements=numbers))
    return net


# Text with lone surrogates, control characters, and all.
TEXT = st.text(st.characters(), max_size=10)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)


def check_same(found, net):
    assert list(found.params) == ["W1", "b1", "W2", "b2"]
    for key, value in net.params.items():
        assert found.params[key].dtype == value.dtype
        np.testing.assert_array_equal(found.params[key], value)


# There and back


@given(networks(), st.dictionaries(TEXT, JSON, max_size=3))
def test_what_is_loaded_is_what_was_saved(net, metadata):
    saved = model_from_bytes(model_to_bytes(net, metadata))
    check_same(saved.net, net)
    assert saved.metadata == metadata


def test_files_hold_the_bytes_of_a_download(tmp_path):
    net, metadata = small_net(), {"name": "三只鱼", "history": [{"loss": 2.3, "accuracy": None}]}
    path = tmp_path / "a folder" / "三只鱼.safetensors"
    save_model(path, net, metadata)
    assert path.read_bytes() == model_to_bytes(net, metadata)
    saved = load_model(str(path))
    assert isinstance(saved, SavedModel)
    check_same(saved.net, net)
    assert saved.metadata == metadata


def test_metadata_may_be_left_out():
    assert model_from_bytes(model_to_bytes(small_net())).metadata == {}


def test_the_order_in_memory_does_not_matter():
    net = small_net()
    net.params["W1"] = np.asfortranarray(net.params["W1"])
    net.params["W2"] = np.repeat(net.params["W2"], 2, axis=1)[:, ::2]
    check_same(model_from_bytes(model_to_bytes(net)).net, net)


def test_a_loaded_network_can_be_trained():
    net = model_from_bytes(model_to_bytes(small_net())).net
    x, t = np.ones((5, 4)), np.zeros(5, int)
    before = net.loss(x, t)
    for key, value in net.gradient(x, t).items():
        net.params[key] -= 0.1 * value
    assert net.loss(x, t) < before


def test_any_reader_of_safetensors_can_read_it(tmp_path):
    net = small_net()
    save_model(tmp_path / "ada.safetensors", net)
    params = safetensors.numpy.load_file(tmp_path / "ada.safetensors")
    for key, value in net.params.items():
        np.testing.assert_array_equal(params[key], value)


def test_everybody_may_read_what_the_umask_leaves_open(tmp_path):
    before = os.umask(0o022)
    try:
        save_model(tmp_path / "ada.safetensors", small_net())
    finally:
        os.umask(before)
    if os.name == "posix":
        assert (tmp_path / "ada.safetensors").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_network_that_could_not_be_loaded_is_not_saved(tmp_path, value):
    net = small_net()
    net.params["W2"][0, 0] = value
    with pytest.raises(ValueError, match=r"W2.*not finite"):
        save_model(tmp_path / "ada.safetensors", net)
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_is_too_large_is_not_saved(monkeypatch):
    monkeypatch.setattr(simplenet.storage, "MOST_BYTES", 200)
    with pytest.raises(ValueError, match="at most 200 bytes"):
        model_to_bytes(small_net())


def test_the_largest_network_of_the_app_fits():
    assert len(model_to_bytes(SimpleNet(784, 1000, 10, dtype=np.float64))) < 20_000_000 / 3


@pytest.mark.parametrize(
    ("metadata", "error"),
    [({"a": {1}}, TypeError), ({"a": np.nan}, ValueError), ({"a": np.float32("inf")}, ValueError)],
)
def test_metadata_that_json_does_not_know_are_refused(metadata, error):
    with pytest.raises(error):
        model_to_bytes(small_net(), metadata)


def test_numbers_of_numpy_are_numbers():
    about = {"accuracy": np.float32(0.5), "n": np.int64(7), "row": np.arange(3), "ok": np.True_}
    found = model_from_bytes(model_to_bytes(small_net(), about)).metadata
    assert found == {"accuracy": 0.5, "n": 7, "row": [0, 1, 2], "ok": True}


# Never overwritten, never half written


@pytest.mark.parametrize(
    ("first", "second"),
    [("ada", "ada"), ("ada", "Ada"), ("ada", "ADA"), ("\xe9", "E\u0301"), ("stra\xdfe", "STRASSE")],
)
def test_a_model_is_never_overwritten(tmp_path, first, second):
    save_model(tmp_path / f"{first}.safetensors", small_net(0))
    with pytest.raises(FileExistsError, match=f"a model {second} already"):
        save_model(tmp_path / f"{second}.safetensors", small_net(1))
    assert [path.name for path in tmp_path.iterdir()] == [f"{first}.safetensors"]
    check_same(load_model(tmp_path / f"{first}.safetensors").net, small_net(0))


def no_links(source, target):
    raise PermissionError(errno.EPERM, "Operation not permitted")


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_of_many_who_save_one_name_one_wins(tmp_path, monkeypatch, links):
    path, together = tmp_path / "ada.safetensors", threading.Barrier(8)

    def save(seed):
        together.wait()
        try:
            save_model(path, small_net(seed))
        except FileExistsError:
            return None
        return seed

    with monkeypatch.context() as patch, ThreadPoolExecutor(8) as pool:
        patch.setattr(os, "listdir", lambda folder: [])  # As if nobody had been there yet.
        if not links:
            patch.setattr(os, "link", no_links)
        (winner,) = (seed for seed in pool.map(save, range(8)) if seed is not None)
    check_same(load_model(path).net, small_net(winner))
    assert list(tmp_path.iterdir()) == [path]


def fails(*args):
    raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize("broken", [["fsync"], ["link", "replace"]])
def test_a_failure_leaves_nothing_behind(tmp_path, monkeypatch, broken):
    for name in broken:
        monkeypatch.setattr(os, name, fails)
    with pytest.raises(OSError, match="Input/output"):
        save_model(tmp_path / "ada.safetensors", small_net())
    assert list(tmp_path.iterdir()) == []


def test_the_file_appears_when_it_is_on_the_disk(tmp_path, monkeypatch):
    path, seen = tmp_path / "ada.safetensors", []

    def fsync(number):
        seen.append((os.fstat(number).st_size, path.exists(), list_models(tmp_path)))

    monkeypatch.setattr(os, "fsync", fsync)
    save_model(path, small_net())
    assert seen == [(path.stat().st_size, False, [])]


# Files that are no models


def file_of(tensors, metadata):
    return safetensors.numpy.save(tensors, metadata)


def with_header(header, body=b""):
    """A safetensors file, byte by byte: the header's length, the header, the numbers."""
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


GOOD = model_to_bytes(small_net())
PARAMS = small_net().params
ABOUT = {"simplenet": "{}"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", ""),
        (GOOD[:-1], ""),
        (GOOD[:100], ""),
        (GOOD[:7], ""),
        (GOOD + b"\0", ""),
        (b"PK\x03\x04" + bytes(1000), ""),
        (b"{}" * 1000, ""),
        (struct.pack("<Q", 2**63) + GOOD[8:], ""),
        (pickle.dumps(PARAMS), ""),
        (file_of(PARAMS, None), "no 'simplenet'"),
        (file_of(PARAMS, {"other": "{}"}), "no 'simplenet'"),
        (with_header({"__metadata__": None}), "no 'simplenet'"),
        (file_of(PARAMS, {"simplenet": "no JSON"}), "Expecting value"),
        (file_of(PARAMS, {"simplenet": "[]"}), "list, not dict"),
        # The second is what Python 3.14 says.
        (file_of(PARAMS, {"simplenet": "[" * 100_000}), "(recursion|Stack overflow)"),
        (file_of({}, ABOUT), "W1, b1, W2 and b2"),
        (file_of({k: v for k, v in PARAMS.items() if k != "b2"}, ABOUT), "W1, b1, W2 and b2"),
        (file_of(PARAMS | {"W3": np.zeros(1)}, ABOUT), "W1, b1, W2 and b2"),
        (file_of(PARAMS | {"b1": np.zeros(2, np.float32)}, ABOUT), "b1 must have shape"),
        (file_of(PARAMS | {"W2": np.zeros((4, 2), np.float32)}, ABOUT), "W2 must have shape"),
        (file_of(PARAMS | {"W1": np.zeros(12, np.float32)}, ABOUT), "two dimensions"),
        (file_of(PARAMS | {"W1": np.zeros((4, 0), np.float32)}, ABOUT), "W2 must have shape"),
        # A few bytes that ask for terabytes.
        (file_of(PARAMS | {"W2": np.zeros((0, 10**12), np.float32)}, ABOUT), "W2 must have shape"),
        (file_of(PARAMS | {"W1": np.zeros((4, 3))}, ABOUT), "one dtype"),
        (file_of({k: v.astype(np.int32) for k, v in PARAMS.items()}, ABOUT), "int32"),
        (file_of({k: v.astype(np.float16) for k, v in PARAMS.items()}, ABOUT), "float16"),
        (file_of(PARAMS | {"b2": np.array([0, np.nan], np.float32)}, ABOUT), "b2.*not finite"),
        (file_of(PARAMS | {"b2": np.array([0, -np.inf], np.float32)}, ABOUT), "b2.*not finite"),
        (
            with_header(
                {"W1": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}, body=b"\0\0"
            ),
            "BF16",
        ),
        (bytes(20_000_001), "larger than 20000000 bytes"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tmp_path, content, reason):
    path = tmp_path / "ada.safetensors"
    path.write_bytes(content)
    with pytest.raises(
        ModelFileError, match=f"^ada.safetensors is not a SimpleNet model.*{reason}"
    ):
        load_model(path)


def test_pickled_code_is_not_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return (tmp_path.joinpath("sprung").touch, ())

    array = np.array([Trap()], object)
    with open(tmp_path / "npz.safetensors", "wb") as file:
        np.savez(file, W1=array, b1=array, W2=array, b2=array)
    (tmp_path / "pickle.safetensors").write_bytes(pickle.dumps(Trap()))
    assert len(list_models(tmp_path)) == 2
    for path in list_models(tmp_path):
        with pytest.raises(ModelFileError):
            load_model(path)
    assert not (tmp_path / "sprung").exists()


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_damaged_byte_is_no_other_error(place, change):
    content = bytearray(GOOD)
    content[place] ^= change
    try:
        saved = model_from_bytes(bytes(content))
    except ModelFileError:
        return
    assert all(np.isfinite(value).all() for value in saved.net.params.values())


def test_a_file_that_is_missing_is_no_damaged_one(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "ada.safetensors")


# Names


def test_models_are_listed_by_name(tmp_path):
    for name in ("b", "a", "三"):
        save_model(tmp_path / f"{name}.safetensors", small_net())
    (tmp_path / "notes.txt").touch()
    (tmp_path / ".hidden.safetensors").touch()
    (tmp_path / "half.safetensors.part").touch()
    assert [path.stem for path in list_models(tmp_path)] == ["a", "b", "三"]
    assert list_models(tmp_path / "missing") == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have names on Unix only")
def test_only_regular_files_are_models(tmp_path):
    pipe, folder, other = (tmp_path / f"{name}.safetensors" for name in ("pipe", "folder", "link"))
    os.mkfifo(pipe)
    folder.mkdir()
    other.symlink_to(pipe)
    for path in (pipe, folder, other):
        with pytest.raises(ModelFileError, match="is not a regular file"):
            load_model(path)
    save_model(tmp_path / "a.safetensors", small_net())
    assert [path.stem for path in list_models(tmp_path)] == ["a"]


@pytest.mark.skipif(os.name != "posix", reason="elsewhere all names are Unicode")
@pytest.mark.parametrize("name", [b"\xff", b"a\nb", "a\u202eb".encode()])
def test_a_name_that_cannot_be_shown_is_not_listed(tmp_path, name):
    (tmp_path / os.fsdecode(name + b".safetensors")).touch()
    assert list_models(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "7",
        "Ada",
        "ada-2_b",
        "三只鱼",
        "Жук",
        "नमस्ते",
        "ดี",
        "x" * 40,
        "con1",
        "COMET",
        "e\u0301",
    ],
)
def test_names_may_be_in_any_script(tmp_path, name):
    checked = check_model_name(name)
    assert checked == unicodedata.normalize("NFC", name)
    save_model(tmp_path / f"{checked}.safetensors", small_net())
    assert [path.stem for path in list_models(tmp_path)] == [checked]


def test_spaces_around_a_name_are_dropped():
    assert check_model_name(" Ada\n") == "Ada"


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "x" * 41, "a b", "a/b", "a\\b", "..", ".a", "a.b", "-a", "_a"),
        *("a\0", "a\nb", "a:b", "½", "😀", "\u0301a", "a\u200db"),
        *("a" + "\u0335" * 39, "x\u0301", "न" + "\u094d" * 4, "a\u20dd", "a\u202e"),
        *("con", "CON", "Prn", "nul", "aux", "COM1", "lpt9", "com¹"),
    ],
)
def test_other_names_are_refused(name):
    with pytest.raises(ValueError, match=r"1 to 40 letters, digits, - or _") as caught:
        check_model_name(name)
    assert repr(unicodedata.normalize("NFC", name.strip())) in str(caught.value)


@given(st.text(max_size=45))
def test_a_checked_name_is_a_file_of_its_folder(name):
    try:
        checked = check_model_name(name)
    except ValueError:
        return
    assert check_model_name(checked) == checked
    assert os.path.basename(checked) == checked
    assert checked[0] not in ".-"
    assert checked.isprintable()
    assert len(f"{checked}.safetensors".encode()) <= 255
