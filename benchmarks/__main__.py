"""Measure everything, print a table, and write RESULTS.md: `make bench`."""

# ruff: noqa: E501, the notes have a paragraph a line

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks import app, estimator, gradients, history, steps, store, sweep
from benchmarks.chaos.__main__ import HEADING as CHAOS
from benchmarks.load.report import HEADING as LOAD
from benchmarks.section import section

RESULTS = Path(__file__).with_name("RESULTS.md")
LIBRARIES = ("numpy", "torch", "jax", "scikit-learn", "streamlit", "distributed", "plotly")

NOTES = """
## How it is measured

- **Steps.** Each contender has a process of its own, and they take turns: 1,800 steps each, six rounds after one that warms up, so 12,600 steps in all; the times are scaled to 10,000. All have the same data, first weights, batch size (100, drawn with replacement; scikit-learn shuffles), learning rate (0.1) and precision (float32, but for the article's own loop). Nobody evaluates, except in the whole runs. A ratio is taken within a round; given are its median, and its smallest and largest value.
- **No peer is handicapped.** PyTorch draws all indices at once and keeps its losses as tensors; SGD with `fused=True` and one or two threads were tried. JAX is compiled before the first turn, gets its indices as one array and was tried with floats and with bytes; by default it uses all cores, so it stands there on one core, as everybody else, and on all. (Its flags for one thread left it on 1.9 cores.) scikit-learn has no momentum, no penalty, no check of its input, and one thread or its default. The article's loop is its own in float64; the same in float32 stands beside it.
- **The classifiers** of scikit-learn's interface have the same samples, scaled, and the same recipe: 100 units, 50 epochs, mini-batches of 32, learning rate 0.05, momentum 0.9. Each data set is split into five parts three times; seconds are those of a core, the error of the difference is the corrected one of Nadeau and Bengio (2003).
- **The definition** is timed on 300 parameters (120 of W1, 50 of b1, 120 of W2, 10 of b2; 85 in the smaller cases) and projected from their median.
- **Answers** are clicks on the language switch, timed inside the page until its title has changed; Chromium runs on the same cores as the server and the trainings.
- **A tick** is what the Train page does again and again while it follows a run: the seconds of a core that this takes the server, without a browser, and the bytes of its messages. A run of 10,000 iterations and one of 1,000,000 take turns; both grow by 700 iterations in between.

## What each lever of a step gives

The rows under SimpleNet take one of them away. In a quieter run, in microseconds a step: the plain step 350 (with its draws and arrays made anew in each), buffers and one vector for all parameters 285, bytes instead of floats 268, without the blank pixels 258; the two products alone take 180 there.

- **Bytes gathered instead of floats**: a mini-batch comes from random places in memory, and bytes are a quarter of it; making floats of them costs less than what is saved. They also take a quarter of the memory, so that no copy on the disk is needed.
- **No blank pixels**: 67 pixels are blank in every training image. Leaving them out saves 8.5 % of both products; putting W1 together again after each step costs a fifth of that.
- **Parameters side by side, and one array for the gradient**: two operations for the update instead of eight, and no array of the size of W1 is made anew. On workers whose allocator gives memory back at once (Dask's default) that alone is worth a factor of 2.
- **Softmax along the long axis**: 10 rows of 100 instead of 100 rows of 10.
- **Sums over the samples as products with ones**: twice as fast as `sum(axis=0)` on arrays this small.

Tried and left: *biases folded into the products* (a column of ones): slower, as rows of 785 numbers are not aligned, and it reads worse. *In-place work on every small array*: nothing. *scipy's `expit`*: three times the time of a tanh. *The scale 1/255 folded into the weights*: 2 microseconds. *Another kernel of OpenBLAS*: 5 %, for floor and step alike. What is left above the floor is some forty calls of NumPy on arrays of a few thousand numbers, about a microsecond each.
"""


def main() -> None:
    """Run every benchmark."""
    print("steps ...", file=sys.stderr)
    seconds, accuracies = steps.measure()
    print("gradients ...", file=sys.stderr)
    cases, (iteration_s, apart) = gradients.measure()
    print("imports, trainings side by side ...", file=sys.stderr)
    imports, jobs = app.import_time(), app.side_by_side()
    print("ticks of a long run ...", file=sys.stderr)
    ticks = history.measure()
    print("runs that last ...", file=sys.stderr)
    kept = store.measure()
    print("a sweep on one core and on two ...", file=sys.stderr)
    swept = sweep.measure()
    print("a classifier of scikit-learn ...", file=sys.stderr)
    classifiers = estimator.measure()
    print("pages ...", file=sys.stderr)
    pages = app.in_the_browser()

    ours = seconds["SimpleNet"]
    table = ["| 10,000 steps of 100 | seconds | times SimpleNet | test accuracy |"]
    table.append("| --- | --- | --- | --- |")
    for name, times in seconds.items():
        accuracy = f"{accuracies[name]:.4f}" if name in accuracies else ""
        label = name.replace("  ", "&emsp;")
        table.append(f"| {label} | {median(times):.2f} | {ratio(times, ours)} | {accuracy} |")

    gradient_table = [
        "| fast numerical gradient | seconds | definition, projected | times as fast "
        "| to definition | to backprop |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, case in cases.items():
        speed_up = case["definition_s"] / median(case["fast_s"])
        gradient_table.append(
            f"| {name} | {spread(case['fast_s'])} | {case['definition_s']:.3g} | {speed_up:,.0f} "
            f"| {case['to_definition']:.1e} | {case['to_backprop']:.1e} |"
        )

    page_table = ["| in the browser | median, s | 95th percentile, s |", "| --- | --- | --- |"]
    for name, times in pages.items():
        page_table.append(f"| {name} | {median(times):.2f} | {np.percentile(times, 95):.2f} |")

    def best(*starts: str) -> list[float]:
        """Return the times of the fastest of the contenders whose names begin so."""
        names = [name for name in seconds if name.startswith(starts)]
        return seconds[min(names, key=lambda name: median(seconds[name]))]

    main_case = cases["784-50-10, 100 digits"]
    two = [
        app.CORES * one / together
        for one, together in zip(jobs["one"], jobs["together"], strict=True)
    ]
    busy = max(np.percentile(pages[f"answer of /{p}, cores busy"], 95) for p in app.PAGES)
    floor, whole = seconds["floor: the two products"], seconds["SimpleNet, the whole run"]
    goals = [
        ("a step, times the floor of its products", "1.5 or less", ratio(ours, floor)),
        ("PyTorch eager, better of 1 and 2 threads", "2.5 or more", ratio(best("PyTorch"), ours)),
        (
            "JAX jit + scan, one core",
            "1.15 or more",
            ratio(seconds["JAX jit + scan, one core"], ours),
        ),
        (
            "the same, with SimpleNet's bytes",
            "",
            ratio(seconds["JAX jit + scan, one core, bytes gathered"], ours),
        ),
        ("scikit-learn", "2.5 or more", ratio(best("scikit-learn"), ours)),
        (
            "the article's own loop",
            "2.5 or more",
            ratio(seconds["the article's loop, float64"], ours),
        ),
        (
            "pen lifted to answer, a training beside it, 95th percentile, s",
            "0.15",
            f"{np.percentile(pages['pen lifted to answer, 1 trainings'], 95):.3f}",
        ),
        (
            "the whole run, times the floor of its products",
            "2 or less",
            ratio(whole, seconds["floor of the whole run"]),
        ),
        ("memory of a training process, MB", "400 or less", f"{max(jobs['peak_mb']):.0f}"),
        (
            "definition, times the fast numerical gradient",
            "400 or more",
            f"{main_case['definition_s'] / median(main_case['fast_s']):.0f}",
        ),
        (
            "10,000 iterations by the fast numerical gradient, min",
            "15 or less",
            f"{iteration_s * 10_000 / 60:.1f}",
        ),
        ("its parameters after 1,000 iterations, from backprop's", "1e-4", f"{apart:.0e}"),
        (
            f"throughput of {app.CORES} trainings on {app.CORES} cores, times that of one",
            "1.7 or more on 2",
            spread(two),
        ),
        ("a training in the app, from start to end, s", "", spread(jobs["one"])),
        (
            "slowest page's answers while every core trains, 95th percentile, s",
            "0.3",
            f"{busy:.2f}",
        ),
        (
            "a tick of the Train page at 1,000,000 iterations, times one at 10,000",
            "1.2 or less",
            ratio(ticks["long_s"], ticks["short_s"]),
        ),
        (
            "a tick at 10,000 iterations, ms of a core",
            "",
            spread([1e3 * s for s in ticks["short_s"]]),
        ),
        (
            "sent to the browser by it, KB; at 1,000,000 iterations",
            "",
            f"{median(ticks['short_bytes']) / 1e3:.0f}; {median(ticks['long_bytes']) / 1e3:.0f}",
        ),
        (
            "memory of the history of 1,000,000 iterations, MB",
            "20 or less",
            f"{ticks['history_mb']:.1f}",
        ),
        (
            "writing a training down, % of its time",
            "3 or less",
            spread([100 * share for share in kept["writing"]]),
        ),
        (f"reading a list of {store.LISTED} runs, s", "0.3 or less", spread(kept["listing_s"])),
        (
            f"My runs with {store.LISTED} runs, s of a core",
            "0.3 or less",
            spread(kept["opening_s"]),
        ),
        (
            f"memory of a server after {store.MANY} runs, MB; before",
            "600 or less",
            f"{kept['after_mb']:.0f}; {kept['before_mb']:.0f}",
        ),
        (
            "from the death of a server to new records by another, s",
            "5 or less",
            spread(kept["recovery_s"]),
        ),
        (
            "a sweep on two cores, times as fast as on one",
            "1.7 or more",
            f"{swept['ratio']:.2f} ({swept['one_core_s']:.0f} s; {swept['two_cores_s']:.0f} s)",
        ),
        ("the same of two processes that only train", "", f"{swept['machine_ratio']:.2f}"),
        (
            "a training of a sweep, seconds of a core: its worker, and the server",
            "",
            f"{swept['worker_cpu_s']:.2f}, {swept['server_cpu_s']:.2f}",
        ),
        ("workers that the server of a sweep can feed, projected", "", f"{swept['feeds']:.0f}"),
        ("import simplenet, s", "0.15", spread(imports)),
        ("first page of a server, cold browser, s", "2.5", spread(pages["first page /"])),
        ("first point after a click on Train, s", "0.5", spread(pages["first point"])),
    ]
    for name, found in classifiers.items():
        theirs, own = (found["seconds"][key] for key in (estimator.THEIRS, estimator.OURS))
        goals.append(
            (f"{name}: MLPClassifier, times SimpleNetClassifier", "1.5 or more", ratio(theirs, own))
        )
        accuracies = found["accuracies"]
        more, error = estimator.noise(accuracies[estimator.OURS], accuracies[estimator.THEIRS])
        goals.append(
            (
                f"{name}: accuracy of SimpleNetClassifier; more than MLPClassifier's",
                "0 within 2 standard errors",
                f"{np.mean(accuracies[estimator.OURS]):.3f}; {more:+.4f}, error {error:.4f}",
            )
        )
    goal_table = ["| what | wanted | measured |", "| --- | --- | --- |"]
    goal_table += [f"| {what} | {wanted} | {found} |" for what, wanted, found in goals]

    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    text = "\n".join(
        [
            "# How fast it is",
            "",
            "Written by `make bench`. A value is a median, with the smallest and the largest in "
            "brackets.",
            "",
            f"{processor()}, {app.CORES} cores; {platform.system()}, Python "
            f"{platform.python_version()}, {versions}.",
            "",
            *goal_table,
            "",
            *table,
            "",
            *gradient_table,
            "",
            *page_table,
            NOTES,
            section(LOAD, RESULTS),
            section(CHAOS, RESULTS),
        ]
    )
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


def ratio(a: Sequence[float], b: Sequence[float]) -> str:
    """Return how many times `b` the times `a` are, round by round."""
    return spread([x / y for x, y in zip(a, b, strict=True)])


def spread(values: Sequence[float]) -> str:
    """Return the median, and the smallest and the largest value in brackets."""
    return f"{median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


def processor() -> str:
    """Return the name of the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


if __name__ == "__main__":
    main()
