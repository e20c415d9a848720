"""A training as a file to take along: all that it follows from, and all that came of it.

A bundle is a zip file for people and for other programs: curves as CSV and JSON, TensorBoard's
event file, the weights, a model card, and a script that repeats the run to the same bits. It also
holds the run as the store keeps it, so that it can be opened again.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
import pandas as pd
from cattrs.errors import BaseValidationError
from safetensors import SafetensorError

from simplenet.archives import TooLargeError, opened
from simplenet.jobs.ledger import End
from simplenet.network import Params, SimpleNet
from simplenet.runs.kinds import settings_of, training_result
from simplenet.runs.packing import pack, unpack
from simplenet.runs.training_run import TrainingRun, TrainingState, described
from simplenet.storage import model_to_bytes, shown
from simplenet.training import History, Record

FORMAT = 1
"""Raised when a bundle of today could not be opened by an older release."""

WORK, STATE, RECORDS, ABOUT = "run/work", "run/state", "run/records", "run/about.json"
"""What a bundle is opened from."""

MOST_BYTES = 100_000_000
"""The most that these parts may take when they are unpacked: a million iterations take 20 MB."""

MOST_LOSS, MOST_S = 100.0, 1e9
"""The largest loss, of which -log(1e-7) = 16.1 is the most that there can be, and the longest time:
what is beyond it, or no number, was never measured."""

MOST_WORDS = 200
"""Characters of each word of what a run was made with."""

TEXTS = Path(__file__).with_name("bundled")
"""The files of a bundle that are the same in each, or nearly."""


Reason = Literal["no_bundle", "too_large", "newer"]
"""Why a file cannot be opened; a part that does not fit makes it no bundle."""


class BundleError(ValueError):
    """A file is no bundle that can be opened; the message says what is wrong.

    Attributes
    ----------
    reason : {"no_bundle", "too_large", "newer"}
    """

    def __init__(self, message: str, reason: Reason = "no_bundle") -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Bundle:
    """A training that has come to some end, as it is taken along.

    Parameters
    ----------
    work : TrainingRun
        What it follows from.
    records : History
        All its records.
    state : TrainingState
        Its parameters, and what is needed to train them further.
    made_with : dict of str to str
        Fingerprints of the data and of the code, and versions: see `simplenet.runs.made_with`.
    end : {"finished", "stopped"}
        Whether it came to its own end.
    name : str
        What its owner calls it.
    """

    work: TrainingRun
    records: History
    state: TrainingState
    made_with: dict[str, str]
    end: End
    name: str = ""


def bundle_to_bytes(bundle: Bundle) -> bytes:
    """Return a training as the content of a zip file."""
    records, run, kept = bundle.records.now(), bundle.work, bundle.state.kept
    weights = model_to_bytes(
        SimpleNet.from_params(kept.params), described(run, records, kept.record)
    )
    state = replace(bundle.state, before=None)
    settings = {
        "name": bundle.name,
        "recipe": settings_of(run),
        "last_iteration": bundle.state.last.iteration,
        "made_with": bundle.made_with,
    }
    about = {"format": FORMAT, "end": bundle.end, **settings}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.md", _model_card(bundle, records))
        archive.writestr("recipe.json", json.dumps(settings, indent=2))
        archive.writestr("repeat.py", (TEXTS / "repeat.py").read_text(encoding="utf-8"))
        archive.writestr("weights.safetensors", weights)
        for name, table in _tables(records).items():
            archive.writestr(f"{name}.csv", table.to_csv(index=False))
            archive.writestr(f"{name}.json", table.to_json(orient="split", index=False))
        archive.writestr("tensorboard/events.out.tfevents.run", _events(records))
        archive.writestr(ABOUT, json.dumps(about))
        archive.writestr(WORK, pack(run))
        archive.writestr(STATE, pack(state))
        archive.writestr(RECORDS, pack(records))
    return content.getvalue()


def bundle_from_bytes(content: bytes) -> Bundle:
    """Return the training that a bundle holds.

    Nothing of the zip file is written anywhere, and none of its code is run.

    Raises
    ------
    BundleError
        If it is something else, damaged, of a newer release, or not a training that can have been.
    """
    try:
        with opened(content, MOST_BYTES, (ABOUT, WORK, STATE, RECORDS)) as archive:
            about, work, state, records = map(archive.read, (ABOUT, WORK, STATE, RECORDS))
        known = json.loads(about)
        if not isinstance(known, dict) or not isinstance(known.get("format"), int):
            raise BundleError(f"{ABOUT} does not say of which format it is")
        if known["format"] > FORMAT:
            raise BundleError("a newer release of SimpleNet Lab has made it", "newer")
        bundle = Bundle(
            unpack(work, TrainingRun),
            unpack(records, History),
            unpack(state, TrainingState),
            {
                _text(key)[:MOST_WORDS]: _text(value)[:MOST_WORDS]
                for key, value in known["made_with"].items()
            },
            known["end"],
            _text(known["name"]),
        )
        _check(bundle)
    except BundleError:
        raise
    except TooLargeError as error:
        raise BundleError(str(error), "too_large") from error
    except KeyError as error:
        raise BundleError(f"something is missing: {shown(error)}") from error
    except (
        ValueError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
        SafetensorError,
        BaseValidationError,
    ) as error:
        raise BundleError(f"it is no bundle of a run, or damaged: {shown(error)}") from error
    return bundle


def _check(bundle: Bundle) -> None:
    """Raise BundleError unless all parts belong together."""
    run, records, state = bundle.work, bundle.records, bundle.state
    own = SimpleNet(784, run.hidden_size, 10).params
    shapes = {key: value.shape for key, value in own.items()}

    def fits(params: Params | None) -> bool:
        return params is None or (
            {key: value.shape for key, value in params.items()} == shapes
            and all(
                value.dtype.kind == "f" and np.isfinite(value).all() for value in params.values()
            )
        )

    known, rows = records.evaluations, records.parts()["rows"]
    shares = np.concatenate(
        [known[name] for name in ("train_accuracy", "test_accuracy", "vanished")]
        + [rows["batch_accuracy"].astype(float)]
    )
    shares = shares[~np.isnan(shares)]
    times = np.concatenate([rows["elapsed_s"].astype(float), known["elapsed_s"]])
    at = known["iteration"]
    last = records.first + len(records) - 1
    first = run.start.from_iteration + 1 if run.start else 0
    states = [state, run.start.state] if run.start else [state]
    best = [one.best for one in states if one.best]
    wrong = {
        "end": bundle.end not in ("finished", "stopped"),
        "records": records.first != first or not first <= last <= run.training.iterations,
        "losses": not ((rows["loss"] >= 0) & (rows["loss"] <= MOST_LOSS)).all(),
        "times": not ((times >= 0) & (times <= MOST_S)).all(),
        "evaluations": bool(
            (at < first).any()
            or (at > last).any()
            or (np.diff(at) <= 0).any()
            or (shares < 0).any()
            or (shares > 1).any()
        ),
        "state": state.last.iteration != last or not all(_can_be(one.last) for one in states),
        "start": states[-1].last.iteration != (first - 1 if run.start else last)
        or bool(run.start and not _can_be_id(run.start.follows)),
        "parameters": not all(fits(one.params) for one in states),
        "velocity": not all(fits(one.velocity) for one in states),
        "best evaluation": not all(
            0 <= one.record.iteration <= last
            and _can_be(one.record)
            and None not in (one.record.train_accuracy, one.record.test_accuracy)
            and fits(one.params)
            for one in best
        ),
        "snapshots": not all(
            0 <= iteration <= last and fits(params) for iteration, params in records.snapshots
        ),
    }
    for part, is_wrong in wrong.items():
        if is_wrong:
            raise BundleError(f"its {part} do not belong to a training of its recipe")


def _text(value: object) -> str:
    """Return a value as a text that can be stored: no lone surrogates of JSON, and no NUL."""
    return str(value).encode("utf-8", "replace").decode().replace("\0", "")


def _can_be_id(text: str) -> bool:
    """Return whether a text can be the id of a run."""
    return text.isascii() and text.isprintable() and len(text) <= MOST_WORDS


def _can_be(record: Record) -> bool:
    """Return whether the numbers of a record can have been measured."""
    shares = (
        record.train_accuracy,
        record.test_accuracy,
        record.vanished,
        record.batch_accuracy,
    )
    return (
        0 <= record.loss <= MOST_LOSS
        and 0 <= record.elapsed_s <= MOST_S
        and all(share is None or 0 <= share <= 1 for share in shares)
    )


def _tables(records: History) -> dict[str, pd.DataFrame]:
    """Return what is known of each iteration, and the evaluations."""
    rows = {"iteration": records.first + np.arange(len(records)), **records.parts()["rows"]}
    return {"iterations": pd.DataFrame(rows), "evaluations": pd.DataFrame(records.evaluations)}


def _events(records: History) -> bytes:
    """Return TensorBoard's event file, with as many points as a chart has."""
    # Not sooner: where there is PyTorch it loads all of that, for seconds.
    from tensorboardX import SummaryWriter

    shown, _ = records.curve()
    at, means = records.batch_curve()
    known = records.evaluations
    curves = [
        ("loss/mini-batch", records.first + shown, records.losses[shown]),
        ("accuracy/mini-batch", at, means),
        ("accuracy/train", known["iteration"], known["train_accuracy"]),
        ("accuracy/test", known["iteration"], known["test_accuracy"]),
    ]
    with TemporaryDirectory() as folder:
        with SummaryWriter(folder) as writer:
            for tag, iterations, values in curves:
                for i, value in zip(iterations.tolist(), values.tolist(), strict=True):
                    if not np.isnan(value):
                        seconds = float(records.elapsed_s[i - records.first])
                        writer.add_scalar(tag, value, i, walltime=seconds)
        (file,) = Path(folder).iterdir()
        return file.read_bytes()


def _model_card(bundle: Bundle, records: History) -> str:
    """Return what a stranger should know of the run, as Markdown."""
    result = training_result(bundle.work, records)
    best = ", the best on the test digits" if bundle.work.training.keeps_best else ""
    rows = {
        "iterations done": f"{result.done:,} of {result.total:,} ({bundle.end})",
        "weights": f"those after iteration {bundle.state.kept.record.iteration:,}{best}",
        "accuracy on the 10,000 test digits": _percent(result.test_accuracy),
        "accuracy on the 60,000 training digits": _percent(result.train_accuracy),
        "loss, mean of the last mini-batches": f"{result.loss:.4f}",
        "seconds of training": f"{result.elapsed_s:.1f}",
    }
    card = (TEXTS / "README.md").read_text(encoding="utf-8")
    return card.format(
        name=bundle.name or "A training of SimpleNet",
        hidden=bundle.work.hidden_size,
        parameters=f"{sum(value.size for value in bundle.state.params.values()):,}",
        result=_table(rows),
        recipe=_table(settings_of(bundle.work)),
        made_with=_table(bundle.made_with),
    )


def _table(rows: Mapping[str, object]) -> str:
    return "\n".join(
        ["| | |", "|---|---|", *(f"| {key} | {value} |" for key, value in rows.items())]
    )


def _percent(share: float | None) -> str:
    return "not measured" if share is None else f"{share:.2%}"
