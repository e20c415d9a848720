"""Repeat this run, and say whether the same bits come out.

    python repeat.py

SimpleNet Lab's folder must be on PYTHONPATH, or be the folder that this is started from.
"""

import json
import sys
from pathlib import Path

import numpy as np

from simplenet.runs import TrainingRun
from simplenet.runs.made_with import made_with
from simplenet.runs.packing import unpack
from simplenet.storage import load_model

HERE = Path(__file__).parent


def main() -> None:
    """Train as the recipe says, and compare with the weights."""
    kept = json.loads((HERE / "recipe.json").read_text(encoding="utf-8"))
    run: TrainingRun = unpack((HERE / "run" / "work").read_bytes(), TrainingRun)
    saved, last = load_model(HERE / "weights.safetensors").net, kept["last_iteration"]

    state = run.advance(None, budget_s=1.0, limit=1).state
    while state.last.iteration < last:
        state = run.advance(state, budget_s=1.0, limit=min(last - state.last.iteration, 600)).state
        done, accuracy = state.last.iteration, state.last.test_accuracy or 0
        print(f"iteration {done:,} of {last:,}: test accuracy {accuracy:.2%}")

    params = run.conclude(state, budget_s=600).state.kept.params
    if all(np.array_equal(params[name], saved.params[name]) for name in params):
        print("The same bits.")
        return
    for name, was in kept["made_with"].items():
        now = made_with().get(name)
        print(f"{name}: {was}" + ("" if now == was else f", and now {now}"))
    sys.exit("Other bits: see above what differs from what the run was made with.")


if __name__ == "__main__":
    main()
