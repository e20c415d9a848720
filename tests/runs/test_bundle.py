"""A training as a file: what is in it, that it comes back whole, and what is no bundle."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simplenet.runs import TrainingRun, going_on
from simplenet.runs.bundle import (
    ABOUT,
    RECORDS,
    STATE,
    WORK,
    Bundle,
    BundleError,
    bundle_from_bytes,
    bundle_to_bytes,
)
from simplenet.runs.made_with import made_with
from simplenet.runs.packing import pack
from simplenet.storage import model_from_bytes
from simplenet.training import TrainingConfig

ROOT = Path(__file__).parents[2]
RUN = TrainingRun(TrainingConfig(iterations=30, momentum=0.5, augmentation=("affine",)), 7)


def done(run, end="finished", name=""):
    part = run.advance(None, 600, None if end == "finished" else 20)
    return Bundle(run, part.records, run.conclude(part.state, 600).state, made_with(), end, name)


@pytest.fixture(scope="module")
def made():
    return done(RUN, name="Mine | 我的")


@pytest.fixture(scope="module")
def content(made):
    return bundle_to_bytes(made)


def parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(content, **changes):
    """Return a bundle with other parts; None leaves one out."""
    names = {"about": ABOUT, "work": WORK, "state": STATE, "records": RECORDS}
    files = parts(content) | {names[key]: value for key, value in changes.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, value in files.items():
            if value is not None:
                archive.writestr(name, value)
    return out.getvalue()


@pytest.mark.slow
def test_a_bundle_comes_back_whole(made, content):
    back = bundle_from_bytes(content)
    assert (back.work, back.end, back.name) == (RUN, "finished", made.name)
    assert back.made_with == made.made_with
    assert np.array_equal(back.records.losses, made.records.losses)
    assert [i for i, _ in back.records.snapshots] == [i for i, _ in made.records.snapshots]
    for ours, theirs in (
        (back.state.params, made.state.params),
        (back.state.velocity, made.state.velocity),
    ):
        assert all(np.array_equal(ours[key], theirs[key]) for key in theirs)
    again = bundle_from_bytes(bundle_to_bytes(back))
    assert np.array_equal(again.state.params["W1"], made.state.params["W1"])


def test_other_programs_read_its_parts(made, content, tmp_path):
    files = parts(content)
    rows = list(csv.DictReader(io.StringIO(files["iterations.csv"].decode())))
    assert [int(row["iteration"]) for row in rows] == list(range(31))
    assert np.array_equal([float(row["loss"]) for row in rows], made.records.losses)
    told = json.loads(files["evaluations.json"])
    at = told["columns"].index("test_accuracy")
    assert told["data"][-1][at] == pytest.approx(made.state.last.test_accuracy)
    net = model_from_bytes(files["weights.safetensors"])
    assert np.array_equal(net.net.params["W1"], made.state.params["W1"])
    assert net.metadata["iteration"] == 30
    assert f"{made.state.last.test_accuracy:.2%}" in files["README.md"].decode()
    assert json.loads(files["recipe.json"])["recipe"]["momentum"] == 0.5


def test_tensorboards_file_has_the_curves(made, content):
    from tensorboardX.proto.event_pb2 import Event

    (events,) = (value for name, value in parts(content).items() if "tensorboard/" in name)
    found, at = {}, 0
    while at < len(events):  # Length, its checksum, the event, its checksum.
        length = int.from_bytes(events[at : at + 8], "little")
        event = Event.FromString(events[at + 12 : at + 12 + length])
        at += length + 16
        for value in event.summary.value:
            found.setdefault(value.tag, {})[event.step] = value.simple_value
    assert found["loss/mini-batch"] == pytest.approx(dict(enumerate(made.records.losses)))
    assert found["accuracy/test"][30] == pytest.approx(made.state.last.test_accuracy)
    assert set(found["accuracy/mini-batch"]) == {0, 10, 20, 30}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["stopped", "early", "going on", "other bits"])
def test_its_script_repeats_the_run_to_the_same_bits(made, tmp_path, kind):
    same = kind != "other bits"
    if kind == "stopped":
        made = done(replace(RUN, training=replace(RUN.training, patience=3)), "stopped")
    elif kind == "early":  # Steps so small that nothing becomes better.
        made = done(TrainingRun(TrainingConfig(500, 1_000, 1e-6, patience=1), 7))
        assert made.state.kept.record.iteration < made.state.last.iteration < 500
    elif kind == "going on":
        made = done(going_on(RUN, "another", made.state, 30))
        assert (made.records.first, made.state.last.iteration) == (31, 60)
    elif kind == "other bits":
        params = {key: value.copy() for key, value in made.state.params.items()}
        params["b2"][3] = np.nextafter(params["b2"][3], 1)
        made = replace(made, state=replace(made.state, params=params))
    content = bundle_to_bytes(made)
    back = bundle_from_bytes(content)
    assert np.array_equal(back.state.kept.params["W1"], made.state.kept.params["W1"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)
    ran = subprocess.run(
        [sys.executable, "repeat.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode == 0) == same, ran.stderr
    assert ("The same bits." in ran.stdout) == same
    assert ("Other bits" in ran.stderr) == (not same)


def test_what_writes_for_tensorboard_is_loaded_with_the_first_bundle():
    program = "import simplenet.runs.bundle, sys; print('tensorboardX' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "False"


@pytest.mark.slow
@pytest.mark.parametrize("of_start", [False, True])
@pytest.mark.parametrize("wrong", ["shapes", "accuracy", "iteration"])
def test_a_best_evaluation_that_cannot_be_is_refused(of_start, wrong):
    patient = replace(RUN, training=replace(RUN.training, patience=5, augmentation=()))
    further = done(going_on(patient, "another", done(patient).state, 10))
    run, state = further.work, further.work.start.state if of_start else further.state
    best = state.best
    bad = {
        "shapes": replace(best, params={key: value[:1] for key, value in best.params.items()}),
        "accuracy": replace(best, record=replace(best.record, train_accuracy=None)),
        "iteration": replace(best, record=replace(best.record, iteration=1000)),
    }[wrong]
    state = replace(state, best=bad)
    forged = replace(further, state=state)
    if of_start:
        forged = replace(further, work=replace(run, start=replace(run.start, state=state)))
    content = changed(bundle_to_bytes(further), state=pack(forged.state), work=pack(forged.work))
    with pytest.raises(BundleError, match="its best evaluation do"):
        bundle_from_bytes(content)


def test_what_is_no_bundle_is_refused_in_a_sentence(made, content):
    about = json.loads(parts(content)[ABOUT])
    shifted = {key: value[:1] for key, value in made.state.params.items()}
    huge = {key: np.full_like(value, np.inf) for key, value in made.state.params.items()}
    early = replace(made.state, last=replace(made.state.last, iteration=12))
    bad = {
        "no bundle": b"label,pixel0\n1,0\n",
        "nothing": b"",
        "half of one": content[: len(content) // 2],
        "without its records": changed(content, records=None),
        "no JSON": changed(content, about=b"{"),
        "brackets": changed(content, about=b"[" * 100_000),
        "a list": changed(content, about=b"[]"),
        "of a newer release": changed(content, about=json.dumps(about | {"format": 2})),
        "still going on": changed(content, about=json.dumps(about | {"end": "running"})),
        "another work": changed(content, work=pack(TrainingRun())),
        "no work": changed(content, work=b"\xff" * 40),
        "other shapes": changed(content, state=pack(replace(made.state, params=shifted))),
        "not finite": changed(content, state=pack(replace(made.state, params=huge))),
        "too early": changed(content, state=pack(early)),
    }
    for name, file in bad.items():
        with pytest.raises(BundleError) as error:
            bundle_from_bytes(file)
        assert 10 < len(str(error.value)) < 1000, name
        assert (error.value.reason == "newer") == (name == "of a newer release"), name


def test_a_bundle_that_is_small_on_disk_and_huge_in_memory_is_refused(content, monkeypatch):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (ABOUT, WORK, STATE):
            archive.writestr(name, parts(content)[name])
        archive.writestr(RECORDS, bytes(120_000_000))
    assert len(out.getvalue()) < 1_000_000
    with pytest.raises(BundleError, match="at most 100000000 are unpacked") as error:
        bundle_from_bytes(out.getvalue())
    assert error.value.reason == "too_large"
