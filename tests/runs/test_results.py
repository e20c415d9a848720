"""What is taken along of work that is no training: its tables, and networks."""

import csv
import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import safetensors.numpy

from simplenet import SimpleNet, load_mnist
from simplenet.runs import TrainingRun
from simplenet.runs.bundle import BundleError, bundle_from_bytes
from simplenet.runs.comparison import GradientComparison
from simplenet.runs.finetuning import RECIPE, FineTuning
from simplenet.runs.mapping import Mapping
from simplenet.runs.results import Results, results_to_bytes
from simplenet.runs.scaling import Scaling
from simplenet.storage import model_from_bytes

NET = SimpleNet(784, 3, 10, rng=np.random.default_rng(0))
PIXELS = np.random.default_rng(1).integers(0, 256, (2, 784), dtype=np.uint8)
LABELS = np.array([3, 7])
MADE_WITH = {"code": "abc"}


def taken_along(work, name=""):
    """Do some work to its end; return its records, its state, and the files of its zip file."""
    state, records, finished = None, work.no_records(), False
    while not finished:
        part = work.advance(state, 60.0, None)
        state, finished = part.state, part.finished
        records += part.records
    content = results_to_bytes(Results(work, records, state, MADE_WITH, "finished", name))
    with pytest.raises(BundleError):  # That is for trainings.
        bundle_from_bytes(content)
    return records, state, files_of(content)


def files_of(content):
    """Return the files of a zip file, each of which its README tells of."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        files = {one: archive.read(one) for one in archive.namelist()}
    for one in files:
        assert one == "README.md" or f"`{one.replace('.json', '.csv')}`" in (
            files["README.md"].decode().replace("recipe.json", "recipe.csv")
        )
    return files


def rows(files, name):
    """Return a table, which is the same as CSV and as JSON."""
    found = list(csv.DictReader(io.StringIO(files[f"{name}.csv"].decode())))
    as_json = json.loads(files[f"{name}.json"])
    assert as_json["columns"] == list(found[0])
    assert len(as_json["data"]) == len(found)
    return found


def test_a_fine_tuning_takes_its_networks_and_its_drawings_along():
    work = FineTuning(NET.params, PIXELS, LABELS, recipe=replace(RECIPE, iterations=3))
    lessons, state, files = taken_along(work, "my sevens")
    assert "# my sevens" in files["README.md"].decode()
    told = rows(files, "lessons")
    assert [int(row["iteration"]) for row in told] == [one.iteration for one in lessons]
    assert float(told[-1]["test_accuracy"]) == lessons[-1].test_accuracy
    for name, params in (("weights", state.params), ("before", work.params)):
        net = model_from_bytes(files[f"{name}.safetensors"]).net
        assert all(np.array_equal(net.params[key], params[key]) for key in params)
    drawings = safetensors.numpy.load(files["drawings.safetensors"])
    assert np.array_equal(drawings["pixels"], PIXELS)
    assert np.array_equal(drawings["labels"], LABELS)
    about = json.loads(files["recipe.json"])
    assert about["recipe"]["iterations"] == 3
    assert (about["kind"], about["end"], about["made_with"]) == (
        *("fine-tuning", "finished"),
        MADE_WITH,
    )


def test_a_race_takes_its_times_and_differences_along():
    records, _, files = taken_along(GradientComparison(NET.params, PIXELS, LABELS, per_array=2))
    times = {row["way"]: float(row["seconds"]) for row in rows(files, "times")}
    assert times["backprop"] == records[-1].backprop_s
    assert times["numerical"] == records[-1].projected_definition_s
    found = rows(files, "differences")
    assert len(found) == 3 * 4
    (w2,) = (r for r in found if (r["a"], r["b"], r["array"]) == ("numerical", "backprop", "W2"))
    assert float(w2["relative"]) == records[-1].definition_to_backprop["W2"].relative


def test_a_scaling_takes_its_points_along():
    work = Scaling(hidden_sizes=(2, 4), batch_sizes=(1, 3), hidden_size=2, batch_size=2)
    timings, _, files = taken_along(work)
    told = rows(files, "timings")
    assert [float(row["seconds"]) for row in told] == [one.seconds for one in timings]
    assert {row["way"] for row in told} == {"numerical", "fast_numerical", "backprop"}


def test_a_map_takes_its_places_and_its_network_along():
    work = Mapping(NET.params, "mine")
    part = work.advance(None, 60.0, None)  # The arrangement by t-SNE takes seconds.
    files = files_of(results_to_bytes(Results(work, part.records, part.state, {}, "stopped")))
    told, data = rows(files, "map"), load_mnist()
    places = part.records[0].map.places
    assert [(float(row["x"]), float(row["y"])) for row in told] == [tuple(one) for one in places]
    assert [int(row["label"]) for row in told] == data.t_test[:2000].argmax(axis=1).tolist()
    read = NET.predict(data.x_test[:2000]).argmax(axis=1)
    assert [int(row["read"]) for row in told] == read.tolist()
    assert {row["way"] for row in told} == {"activations"}
    net = model_from_bytes(files["weights.safetensors"]).net
    assert all(np.array_equal(net.params[key], NET.params[key]) for key in net.params)
    assert "whose hidden layer it is" in files["README.md"].decode()


def test_what_has_no_such_results_is_refused():
    with pytest.raises(ValueError, match="a TrainingRun is not taken along"):
        results_to_bytes(Results(TrainingRun(), [1], None, {}, "finished"))
    with pytest.raises(ValueError, match="nothing has come of it yet"):
        results_to_bytes(Results(Scaling(), [], None, {}, "stopped"))
