"""What came of work that is no training, as a file to take along.

It is a zip file for people and for other programs: tables as CSV and JSON, the settings, and of a
fine-tuning the networks before and after it, and the drawings; of a map the network that it is of.
A training has more to take along: see `simplenet.runs.bundle`.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import safetensors.numpy

from simplenet.data import loaded
from simplenet.functions import as_pixels
from simplenet.jobs.ledger import End
from simplenet.network import SimpleNet
from simplenet.runs.comparison import Comparison, GradientComparison
from simplenet.runs.finetuning import FineTuning, FineTuningState, Lesson
from simplenet.runs.kinds import settings_of
from simplenet.runs.mapping import DIGITS, MapRecord
from simplenet.runs.mapping import Mapping as LayerMapping
from simplenet.runs.scaling import Scaling, Timing
from simplenet.storage import model_to_bytes
from simplenet.training import GradientMethod

TEXT = Path(__file__).with_name("bundled") / "results.md"
"""The template of the text that explains the file to other people."""

KINDS = {
    FineTuning: "fine-tuning",
    GradientComparison: "race of gradients",
    Scaling: "scaling",
    LayerMapping: "map of a hidden layer",
}
"""The kinds of work whose results can be taken along, and their names."""


@dataclass(frozen=True)
class Results:
    """Work that has come to some end.

    Parameters
    ----------
    work : FineTuning, GradientComparison, Scaling or Mapping
    records : list
        All its records.
    state : object or None
        What it ended with.
    made_with : dict of str to str
        Fingerprints of the data and of the code, and versions: see `simplenet.runs.made_with`.
    end : {"finished", "stopped"}
        Whether it came to its own end.
    name : str
        What its owner calls it.
    """

    work: Any
    records: list[Any]
    state: Any
    made_with: dict[str, str]
    end: End
    name: str = ""


def results_to_bytes(results: Results) -> bytes:
    """Return what came of work as the content of a zip file.

    Raises
    ------
    ValueError
        If it is work of another kind, or has no records yet.
    """
    work, records = results.work, results.records
    if type(work) not in KINDS:
        raise ValueError(f"a {type(work).__name__} is not taken along as tables")
    if not records:
        raise ValueError("nothing has come of it yet")
    if isinstance(work, FineTuning):
        tables = lesson_tables(records)
    elif isinstance(work, GradientComparison):
        tables = race_tables(records[-1])
    elif isinstance(work, LayerMapping):
        tables = map_tables(work, records[-1])
    else:
        tables = timing_tables(records)
    settings = {
        "kind": KINDS[type(work)],
        "name": results.name,
        "end": results.end,
        "recipe": settings_of(work),
        "made_with": results.made_with,
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        parts = [*(f"{name}.csv" for name in tables), "recipe.json"]
        for name, table in tables.items():
            archive.writestr(f"{name}.csv", table.to_csv(index=False))
            archive.writestr(f"{name}.json", table.to_json(orient="split", index=False))
        for name, part in networks(work, results.state).items():
            archive.writestr(name, part)
            parts.append(name)
        archive.writestr("recipe.json", json.dumps(settings, indent=2))
        text = TEXT.read_text(encoding="utf-8")
        archive.writestr(
            "README.md",
            text.format(
                name=results.name or f"A {settings['kind']} of SimpleNet",
                parts="\n".join(f"- `{part}`: {about(work, part)}" for part in parts),
            ),
        )
    return content.getvalue()


ABOUT = {
    "lessons.csv": "what was known after each slice of the learning; shares in [0, 1]",
    "times.csv": "seconds of one whole gradient by each way; of the definition, as projected",
    "differences.csv": "how far the gradients lie apart, by parameter array",
    "timings.csv": "seconds of one whole gradient, by way and size",
    "map.csv": "the test digits: what each is, what the network reads, and where it lies; `way` is "
    "`arranged` for t-SNE, and `activations` for the principal components that it starts from",
    "recipe.json": "all settings, the versions, and fingerprints of data and code",
    "weights.safetensors": "the network that has learned; SimpleNet Lab opens it on Draw",
    "before.safetensors": "the network that it began with",
    "drawings.safetensors": "what it learned from: `pixels`, 784 bytes each, and `labels`",
}
"""The content of each file in words."""


def about(work: Any, part: str) -> str:
    """Return what a file of a work has."""
    if part == "weights.safetensors" and isinstance(work, LayerMapping):
        return "the network whose hidden layer it is; SimpleNet Lab opens it on Draw"
    return ABOUT[part]


def lesson_tables(lessons: list[Lesson]) -> dict[str, pd.DataFrame]:
    """Return the curve of a fine-tuning."""
    return {"lessons": pd.DataFrame([asdict(lesson) for lesson in lessons])}


def race_tables(last: Comparison) -> dict[str, pd.DataFrame]:
    """Return the times of a race and the differences between its gradients."""
    times: dict[GradientMethod, float] = {
        "numerical": last.projected_definition_s,
        "fast_numerical": last.fast_numerical_s,
        "backprop": last.backprop_s,
    }
    pairs: Mapping[tuple[str, str], Any] = {
        ("numerical", "backprop"): last.definition_to_backprop,
        ("fast_numerical", "backprop"): last.fast_to_backprop,
        ("numerical", "fast_numerical"): last.definition_to_fast,
    }
    return {
        "times": pd.DataFrame(
            [
                {"way": way, "seconds": seconds, "passes": last.forward_passes[way]}
                for way, seconds in times.items()
            ]
        ),
        "differences": pd.DataFrame(
            [
                {"a": a, "b": b, "array": array, **asdict(one)}
                for (a, b), found in pairs.items()
                for array, one in found.items()
            ]
        ),
    }


def timing_tables(timings: list[Timing]) -> dict[str, pd.DataFrame]:
    """Return the points of a scaling."""
    return {"timings": pd.DataFrame([asdict(timing) for timing in timings])}


def map_tables(work: LayerMapping, last: MapRecord) -> dict[str, pd.DataFrame]:
    """Return the digits of a map: what they are, what they are read as, and where they lie."""
    data, net = loaded("bundled"), SimpleNet.from_params(work.params)
    read = net.predict(as_pixels(data.pixels_test[:DIGITS], net.params["W1"].dtype)).argmax(axis=1)
    x, y = last.map.places.T
    found = {"digit": range(len(x)), "label": data.t_test[:DIGITS].argmax(axis=1), "read": read}
    return {"map": pd.DataFrame({**found, "x": x, "y": y, "way": last.phase})}


def networks(work: Any, state: FineTuningState) -> dict[str, bytes]:
    """Return the networks of a fine-tuning and its drawings, or that of a map, as files."""
    if isinstance(work, LayerMapping):
        return {"weights.safetensors": model_to_bytes(SimpleNet.from_params(work.params), {})}
    if not isinstance(work, FineTuning):
        return {}
    known = {"recipe": settings_of(work), "iteration": state.last.iteration}
    return {
        "weights.safetensors": model_to_bytes(SimpleNet.from_params(state.params), known),
        "before.safetensors": model_to_bytes(SimpleNet.from_params(work.params), {}),
        "drawings.safetensors": safetensors.numpy.save(
            {"pixels": np.asarray(work.pixels), "labels": np.asarray(work.labels)}
        ),
    }
