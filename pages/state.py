"""The state of a page: every key of the session and every parameter of the address.

Each is named here once, with its type and what it is at first, and nowhere else: a widget gets
its key from here, and what it holds is read here. A link shows somebody else the same, because
what is `Linked` is in the address of the page, and so are the ids of the jobs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from secrets import randbelow, token_urlsafe
from typing import Any, Generic, Literal, NamedTuple, TypeVar

import streamlit as st

from pages.before import Before
from pages.keeping import Keeping
from pages.sketch import Sketch
from simplenet.data.augmentation import Augmentation
from simplenet.data.drawings import DrawingSet
from simplenet.jobs import Pace
from simplenet.jobs.ledger import Room
from simplenet.runs import TrainingRun
from simplenet.runs.comparison import GradientComparison
from simplenet.storage import SavedModel
from simplenet.training import TrainingConfig

T = TypeVar("T")
Option = TypeVar("Option")
Number = TypeVar("Number", int, float)


@dataclass(frozen=True)
class Value(Generic[T]):
    """What the session holds under a name: of itself, or because a widget has the name as its key.

    Parameters
    ----------
    name : str
        The key.
    default : T
        What it is at first. All sessions share it: nothing that is changed in place.
    """

    name: str
    default: T

    def get(self) -> T:
        """Return what the session holds."""
        value: T = st.session_state.get(self.name, self.default)
        return value

    def set(self, value: T) -> None:
        """Put another value into the session."""
        st.session_state[self.name] = value

    def clear(self) -> None:
        """Make it what it is at first."""
        st.session_state.pop(self.name, None)

    def is_set(self) -> bool:
        """Return whether anything has given it a value."""
        return self.name in st.session_state


@dataclass(frozen=True)
class Linked(Value[T]):
    """What is chosen on a page and kept in its address.

    The address counts when the page is opened, and says from then on what is chosen. What is as it
    is at first is left out.

    Parameters
    ----------
    parameter : str
        Its name in the address.
    """

    parameter: str

    def open(self, parse: Callable[[str], T]) -> None:
        """Take over what the address says, if that can be and nothing was chosen yet.

        Parameters
        ----------
        parse : callable
            Returns what a text says, and raises KeyError or ValueError if that is not offered.
        """
        if not self.is_set():
            with suppress(KeyError, ValueError):
                self.set(parse(st.query_params[self.parameter]))

    def follow(self, parse: Callable[[str], T]) -> None:
        """Take over what the address says, if that can be, whatever was chosen before.

        So a link on the page itself works, and the browser's way back.
        """
        with suppress(KeyError, ValueError):
            self.set(parse(st.query_params[self.parameter]))

    def choose(self, value: T) -> None:
        """Choose a value, in the session and in the address."""
        self.set(value)
        _write(self.parameter, str(value))

    def keep(self, chosen: T | None, first: T | None = None) -> None:
        """Write what is chosen into the address.

        Parameters
        ----------
        chosen : T or None
            None is nothing.
        first : T, optional
            What it is at first, where that depends on more than the default.
        """
        first = self.default if first is None else first
        _write(self.parameter, None if chosen is None or chosen == first else str(chosen))


@dataclass(frozen=True)
class JobId(Value[str | None]):
    """The id of a job that the visitor follows; its name is its parameter in the address, too.

    The address counts first: so a reload, a second tab and a shared link find the job again.
    """

    default: str | None = None

    def get(self) -> str | None:
        """Return the id, or None if no job is followed."""
        return st.query_params.get(self.name) or super().get()

    def set(self, value: str | None) -> None:
        """Follow the job with this id."""
        super().set(value)
        _write(self.name, value)

    def clear(self) -> None:
        """Follow no job."""
        super().clear()
        _write(self.name, None)

    def is_in_link(self) -> bool:
        """Return whether the address names a job."""
        return self.name in st.query_params


@dataclass(frozen=True)
class Own(Generic[T]):
    """An object that each session has one of, and that is changed in place.

    Parameters
    ----------
    name : str
        Its key in the session.
    make : callable
        Makes it, when it is asked for first.
    """

    name: str
    make: Callable[[], T]

    def get(self) -> T:
        """Return the one of this session."""
        if self.name not in st.session_state:
            st.session_state[self.name] = self.make()
        value: T = st.session_state[self.name]
        return value

    def set(self, value: T) -> None:
        """Put another one into the session."""
        st.session_state[self.name] = value

    def clear(self) -> None:
        """Forget it: another one is made when it is asked for next."""
        st.session_state.pop(self.name, None)


def _write(parameter: str, text: str | None) -> None:
    """Write a parameter into the address, or leave it out."""
    if text is None:
        st.query_params.pop(parameter, None)
    elif st.query_params.get(parameter) != text:
        st.query_params[parameter] = text


def clear_link() -> None:
    """Leave every parameter out of the address."""
    st.query_params.clear()


def one_of(options: Iterable[Option]) -> Callable[[str], Option]:
    """Return what makes one of these of its text, and raises KeyError of any other."""
    return {str(option): option for option in options}.__getitem__


def between(low: Number, high: Number) -> Callable[[str], Number]:
    """Return what makes a number of its text, and raises ValueError if it is not in the range."""

    def parse(text: str) -> Number:
        number = type(low)(text)
        if not low <= number <= high:
            raise ValueError(f"{text} is not between {low} and {high}")
        return number

    return parse


# Every page.

PAGE: Value[str | None] = Value("page", None)
"""The address of the page that is shown; None before the first one."""

LANGUAGE: Linked[str | None] = Linked("language", None, "language")
"""The language that was chosen; None for the browser's."""

LOST: Own[set[str]] = Own("lost", set)
"""Which jobs of a link are gone, by the names of their ids, for as long as a page is shown."""

UNREADABLE: Value[str | None] = Value("unreadable", None)
"""Why the runs that are kept cannot be read now; None if they can."""

UNWRITTEN: Value[str | None] = Value("unwritten", None)
"""Why what was changed just now could not be written down; None if it was."""

NO_ROOM: Value[tuple[Room, int] | None] = Value("no_room", None)
"""What there was no room for when something was to be started, and how much there may be."""

VISITOR: Own[str] = Own("visitor", lambda: token_urlsafe(16))
"""Who this is, for the runs: unguessable, and kept by the browser as soon as that has told it.
Pages ask for it by `pages.session.me`, and are shown anew once the browser has told."""

AWAITED: Value[bool] = Value("awaited", False)
"""Whether the page has asked for what the browser has not told yet."""

TOLD: Value[Mapping[str, int] | None] = Value("told", None)
"""What the browser has told of each widget last, as a hash, by the widget's id."""

TOLD_BACK: Value[Collection[str]] = Value("told_back", ())
"""The widgets of which the browser was told what it had told itself, by their keys: only once, so
that a slider does not jump back under the hand that drags it."""

KEEPING = Own("keeping", Keeping)
"""The own drawings and the pinned digit, and what is known of the browser that keeps them."""

# The jobs that the visitor follows.

RUN_ID = JobId("run")
"""The training."""

RACE_ID = JobId("race")
"""The race of the gradients."""

SCALING_ID = JobId("scaling")
"""The measurements of how the cost grows."""

NUMERICAL_ID = JobId("numerical")
"""Of the two trainings that are compared, the one without backprop."""

BACKPROP_ID = JobId("backprop")
"""Of the two trainings that are compared, the one with it."""

MAPPING_ID = JobId("mapping")
"""The map of a hidden layer."""

TUNING_ID = JobId("tuning")
"""The fine-tuning that is not decided about."""

TUNED_ID = JobId("tuned")
"""The fine-tuning that was kept."""

# The Train page. The fields of its recipe have the names and the defaults of a TrainingConfig and
# of a TrainingRun; a field for a number that was emptied holds None, which some of them may be.

PRESET: Linked[str | None] = Linked("preset", None, "preset")
"""The recipe that a link asks for; None once the fields hold it."""

PACE: Value[Pace] = Value("pace", "full")
"""How fast the training goes."""

HIDDEN_SIZE: Value[int | None] = Value("hidden_size", TrainingRun.hidden_size)
ITERATIONS: Value[int | None] = Value("iterations", TrainingConfig.iterations)
BATCH_SIZE: Value[int | None] = Value("batch_size", TrainingConfig.batch_size)
LEARNING_RATE: Value[float | None] = Value("learning_rate", TrainingConfig.learning_rate)
MOMENTUM: Value[float | None] = Value("momentum", TrainingConfig.momentum)
WEIGHT_INIT_STD: Value[float | None] = Value("weight_init_std", TrainingRun.weight_init_std)
SEED: Value[int | None] = Value("seed", TrainingConfig.seed)
PATIENCE: Value[int | None] = Value("patience", TrainingConfig.patience)
TARGET_ACCURACY: Value[float | None] = Value("target_accuracy", TrainingConfig.target_accuracy)
SCHEDULE = Value("schedule", TrainingConfig.schedule)
GRADIENT = Value("gradient", TrainingConfig.gradient)
SOURCE = Value("source", TrainingRun.source)
AUGMENTATION: Value[Sequence[Augmentation]] = Value("augmentation", TrainingConfig.augmentation)

RECIPE: tuple[Value[Any], ...] = (
    HIDDEN_SIZE,
    ITERATIONS,
    BATCH_SIZE,
    LEARNING_RATE,
    MOMENTUM,
    WEIGHT_INIT_STD,
    SEED,
    PATIENCE,
    TARGET_ACCURACY,
    SCHEDULE,
    GRADIENT,
    SOURCE,
    AUGMENTATION,
)
"""All fields of the recipe."""

RECIPE_SEEN: Value[bool] = Value("recipe_seen", False)
"""Whether the recipe was ever unfolded."""


What = Literal["accuracy", "error", "loss"]
By = Literal["iteration", "epoch", "time"]

Scale = Literal["accuracy", "error"]
"""How accuracies are drawn: as they are, or what is missing to 1 on a logarithmic axis."""

SOUND = Value("sound", False)
"""Whether the loss of a training can be heard."""

SCALE: Linked[Scale] = Linked("scale", "accuracy", "scale")
"""What the chart of the accuracies shows."""

BEFORE: Value[Before | None] = Value("before", None)
"""The visitor's training before the one that is followed; None if there was none, or it is to be
forgotten."""

DIGIT = Value("digit", 14)
"""Which of the twenty test digits runs through the network; at first a seven."""


def more_field(run: str) -> Value[int | None]:
    """Return how many iterations more a run is to be trained that has ended."""
    return Value(f"more_{run}", None)


def pin_time(last: int) -> Value[int]:
    """Return the iteration at which the pinned digit is looked at, of a training up to `last`.

    Another length is another slider: what was chosen on the old one may be beyond its end.
    """
    return Value(f"pin_time_{last}", last)


# The Draw page.


@dataclass
class Photo:
    """A photo that was taken.

    Parameters
    ----------
    id : str
        Of the file.
    refusal : str or None
        Why it is not read: the reason, and not the sentence, as the language may change.
    """

    id: str
    refusal: str | None = None


@dataclass(frozen=True)
class Removed:
    """What was removed from the own drawings last, to be put back.

    Parameters
    ----------
    before, after : DrawingSet
        All drawings, with those that were removed and without.
    """

    before: DrawingSet
    after: DrawingSet


SKETCH = Own("sketch", Sketch)
"""The drawing on the canvas, and the picture that is read. The microscope has it, too."""

PHOTO: Value[Photo | None] = Value("photo_taken", None)
"""The photo that was taken last; None once it is gone."""

DRAW_NETWORK: Value[str | None] = Value("draw_network", None)
"""The network that reads the drawing; None before one was offered."""

REHEARSE = Value("rehearse", True)
"""Whether a fine-tuning sees MNIST's digits, too."""

REMOVED: Value[Removed | None] = Value("removed", None)
"""What was removed last; None if nothing was, or it was put back."""

SET_TAKEN: Value[str | None] = Value("set_taken", None)
"""The id of the last file whose drawings were taken into the own set."""


@dataclass(frozen=True)
class Upload:
    """A network that the visitor has brought.

    Parameters
    ----------
    id : str
        Of the file that came last.
    saved : SavedModel or None
        The last network that could be taken.
    refusal : str or None
        Why the last file was not: the reason, and not the sentence.
    """

    id: str
    saved: SavedModel | None
    refusal: str | None = None


UPLOAD: Value[Upload | None] = Value("upload", None)
"""The network that the visitor has brought, on Draw or on Inspect; None if there is none."""

EXPORT_FORMAT: Value[str] = Value("export_format", "onnx")
"""For which program a network is written, on Train or on Inspect."""

# The Inspect page.


class Cell(NamedTuple):
    """What digits are, and what they are taken for; in a link such as 4.9."""

    right: int
    read: int

    def __str__(self) -> str:
        return f"{self.right}.{self.read}"


INSPECT_NETWORK: Linked[str | None] = Linked("inspect_network", None, "network")
"""The network that is looked into; None before one was offered."""

INSPECT_RUN: Value[str | None] = Value("inspect_run", None)
"""The id of the training that was offered last: a new one is chosen by itself."""

INSPECT_DIGIT = Linked("inspect_digit", 0, "digit")
"""Which of the test digits runs through it."""

INSPECT_PART = Linked("inspect_part", "mistakes", "part")
"""What is shown of it below its picture."""

CELL: Linked[Cell | None] = Linked("cell", None, "cell")
"""Which mistake is looked at; None for the most frequent one."""

INSPECT_UNIT: Linked[int | None] = Linked("inspect_unit", None, "unit")
"""The hidden unit that is switched off; None for the one whose loss costs most."""

NOISE = Linked("noise", 0.5, "noise")
"""How large the noise on the weights is, by their own standard deviation."""

MAP_WAY = Linked("map_way", "pca", "way")
"""How the map of the hidden layer is made."""

DREAM_DIGIT = Linked("dream_digit", 3, "dream")
"""What the image is to look like, to the network."""

DREAM_START = Linked("dream_start", "gray", "start")
"""What that image is at first."""

MORPH_FROM = Linked("morph_from", 8, "from")
"""Which of the twenty test digits turns into another."""

MORPH_TO = Linked("morph_to", 18, "to")
"""Which of them it turns into."""


def moment_time(last: int) -> Linked[int]:
    """Return the iteration at which a training up to `last` is looked into."""
    return Linked(f"moment_{last}", last, "moment")


def lab_moment_time(last: int) -> Linked[int]:
    """Return the iteration at which the Gradients page takes a training up to `last`."""
    return Linked(f"lab_moment_{last}", last, "moment")


# My runs.

RUNS_SEARCH = Value("runs_search", "")
"""What is searched for in the list."""

RUNS_ORDER = Value("runs_order", "newest")
"""What the list is sorted by."""

RUNS_TICKED: Value[tuple[str, ...]] = Value("runs_ticked", ())
"""The ids of the runs that were ticked in the table last."""

BUNDLE_TAKEN: Value[str | None] = Value("bundle_taken", None)
"""The uploaded bundle that is among the runs by now."""


class RunIds(tuple[str, ...]):
    """The ids of runs, in a link with commas between them."""

    def __str__(self) -> str:
        return ",".join(self)

    @classmethod
    def of(cls, text: str) -> RunIds:
        """Return the ids of a link; ValueError if they are not two to `MOST_COMPARED`."""
        ids = cls(dict.fromkeys(text.split(",")))
        if not 2 <= len(ids) <= MOST_COMPARED:
            raise ValueError(f"2 to {MOST_COMPARED} runs can be compared, not {len(ids)}")
        return ids


MOST_COMPARED = 8
"""Runs that are compared."""

COMPARE: Linked[RunIds | None] = Linked("compared", None, "compare")
"""The runs that are compared; None for the list of all."""

COMPARE_WHAT: Linked[What] = Linked("compare_what", "accuracy", "what")
"""What is compared of them."""

COMPARE_BY: Linked[By] = Linked("compare_by", "iteration", "by")
"""What it is drawn over."""

SMOOTHING = Linked("smoothing", 0.0, "smoothing")
"""How much the curves are smoothed, in [0, 1)."""

COMPARE_PAIR: Value[Sequence[int]] = Value("compare_pair", (0, 1))
"""Which two of the runs are compared digit by digit."""

COMPARE_CELL: Value[Cell] = Value("compare_cell", Cell(4, 9))
"""Which cell of both confusion matrices is marked."""

NEW = "new"
"""What stands in the place of the id of a sweep that is to be started."""

SWEEP: Linked[str | None] = Linked("sweep", None, "sweep")
"""The sweep that is looked at, or `NEW`; None for the list of all runs."""

MOST_ID = 64
"""Characters of the id of a sweep in a link."""


def sweep_id(text: str) -> str:
    """Return the id of a sweep in a link; ValueError if it cannot be one."""
    if not 0 < len(text) <= MOST_ID:
        raise ValueError(f"an id has 1 to {MOST_ID} characters, not {len(text)}")
    return text


SWEEP_AXES: Value[Sequence[str]] = Value("sweep_axes", ("learning_rate",))
"""The settings that a sweep varies."""

SWEEP_SEEDS: Value[int | None] = Value("sweep_seeds", 3)
"""With how many seeds it does each training."""

SWEEP_ITERATIONS: Value[int | None] = Value("sweep_iterations", 2000)
"""How long each of its trainings is."""


def sweep_values(name: str) -> Value[Any]:
    """Return the values that a sweep gives a setting: a text of numbers, or what is chosen."""
    return Value(f"sweep_values_{name}", None)


NEW_NETWORK = Value("new_network", "")
"""The name under which a trained network is to be saved on this server."""

PUBLISHED: Value[tuple[str, bool] | None] = Value("published", None)
"""What came of saving it, in words, and whether it was saved; None once it was said."""

OWN_NETWORK: Value[str | None] = Value("own_network", None)
"""Which of the networks that the visitor has saved on this server is chosen."""

DELETED_NETWORK: Value[tuple[str, SavedModel] | None] = Value("network_deleted", None)
"""The network that was deleted last, with its name; None if it was put back."""

DELETED: Value[Sequence[str]] = Value("runs_deleted", ())
"""The ids of the runs that were deleted last; none if they were put back."""


def runs_key(ids: Sequence[str]) -> str:
    """Return the key of the table of these runs: in another one other rows are chosen."""
    return f"runs_{hash(tuple(ids))}"


def run_field(run: str, column: str) -> Value[str]:
    """Return what is written in a field of a run: its name, or its note."""
    return Value(f"run_{column}_{run}", "")


# The Learn page.

LEARN_PART = Linked("learn_part", "course", "part")
"""What is shown of it: the course, the challenges, or the words of the field."""

CHALLENGE: Linked[str | None] = Linked("challenge", None, "challenge")
"""The challenge; None for the first one that is not solved."""

SWAPPED_ORDER = Own("swapped_order", lambda: randbelow(5))
"""Which of five networks has learned two digits the wrong way round."""

SWAPPED_GUESS: Value[str | None] = Value("swapped_guess", None)
"""Which one the visitor takes it to be."""

SWAPPED_MISSED: Value[str | None] = Value("swapped_missed", None)
"""Which one it was, of the five before, if the visitor named another one."""

LESSON: Linked[str | None] = Linked("lesson", None, "lesson")
"""The lesson; None before one was chosen: the one that was open last."""

LESSON_ROW = Linked("lesson_row", 10, "row")
"""The row of the pixel that is looked at."""

LESSON_COLUMN = Linked("lesson_column", 15, "column")
"""Its column."""

LESSON_UNIT = Linked("lesson_unit", 9, "unit")
"""The hidden unit that is looked at."""

LESSON_DIGIT = Linked("lesson_digit", 3, "digit")
"""The digit that it looks at."""

LESSON_CHOSEN = Linked("lesson_chosen", 8, "output")
"""The output whose score can be changed."""

LESSON_SCORE: Linked[float | None] = Linked("lesson_score", None, "score")
"""Its score; None for the one that the network gives it."""

LESSON_SHARE = Linked("lesson_share", 60, "share")
"""The probability of the right digit, in percent; at first that of the article's example."""

LESSON_STEP = Linked("lesson_step", 4.0, "h")
"""The step h. At first so large that the secant is seen to leave the tangent."""

LESSON_RATE = Linked("lesson_rate", 1.0, "rate")
"""The learning rate of a step along the gradient."""

LESSON_SIZE = Linked("lesson_size", TrainingRun.hidden_size, "hidden")
"""The hidden units of the network whose times are measured."""

LESSON_BACK = Linked("lesson_back", 9, "unit")
"""The hidden unit that the errors come back to."""

LESSON_BATCH = Linked("lesson_batch", TrainingConfig.batch_size, "batch")
"""The digits of a mini-batch."""

LESSON_ITERATIONS = Linked("lesson_iterations", 600, "iterations")
"""How many of them were drawn; at first an epoch."""

LESSON_FEW = Linked("lesson_few", 300, "digits")
"""How many digits a network learns from."""

LESSON_STRANGER = Linked("lesson_stranger", "face", "picture")
"""The picture that is no digit."""


def guess_field(lesson: str) -> Value[Any]:
    """Return the field of the guess in a lesson, while it is made."""
    return Value(f"guess_{lesson}", None)


# The Gradients page.

PANEL: Linked[str | None] = Linked("panel", None, "panel")
"""The panel; None before one was shown, so that the address always names it."""

LAB_NETWORK: Linked[str | None] = Linked("lab_network", None, "network")
"""The network of all panels; None before one was offered."""

LAB_BATCH: Linked[int | None] = Linked("lab_batch", TrainingConfig.batch_size, "batch")
"""The size of the mini-batch."""

LAB_SEED: Linked[int | None] = Linked("lab_seed", TrainingConfig.seed, "seed")
"""What the mini-batch and fresh weights are drawn with."""

# The race.

RACE_ARRAYS: Value[Sequence[str]] = Value("race_arrays", GradientComparison.arrays)
"""The parameter arrays whose gradients are computed."""

RACE_GUESS: Value[int | None] = Value("race_guess", None)
"""How many times as long as backpropagation the definition takes, as the visitor takes it; None
before a guess."""

RACE_PER_ARRAY: Value[int | None] = Value("race_per_array", None)
"""How many weights of an array the definition is computed for; None for all."""

SCALING_GUESS: Value[int | None] = Value("scaling_guess", None)
"""How many times as long the definition takes with twice the hidden units, as the visitor takes it;
None before a guess."""

PairGuess = Literal["backprop", "numerical", "same"]

PAIR_GUESS: Value[PairGuess | None] = Value("pair_guess", None)
"""Which of two trainings, with backpropagation and without it, reads more, as the visitor takes it;
None before a guess."""

# One weight.


class Weight(NamedTuple):
    """The weight of a pixel and a hidden unit; in a link such as 486.38."""

    pixel: int
    unit: int

    def __str__(self) -> str:
        return f"{self.pixel}.{self.unit}"


LENS_WEIGHT: Linked[Weight | None] = Linked("lens_weight", None, "weight")
"""The weight that is looked at; None for the one with the largest gradient."""

LENS_STEP = Linked("lens_step", 2.0, "h")
"""The step h. At first so large that the secant is seen to leave the tangent; the article takes
1e-4."""

LENS_GUESS: Value[float | None] = Value("lens_guess", None)
"""The step that the visitor takes for the best one; None before a guess."""

LENS_CENTRAL = Linked("lens_central", True, "central")
"""Whether the difference is the central one, or else the forward one."""

LENS_DTYPE = Linked("lens_dtype", "float64", "precision")
"""The precision of the loss."""

# Plant a bug.

BUG = Linked("bug", "none", "bug")
"""The mistake, none, or the riddle."""

BUG_HIDDEN = Value("bug_hidden", "")
"""The mistake of the riddle; empty before there was one."""

BUG_GUESS: Value[str | None] = Value("bug_guess", None)
"""The mistake that the visitor takes it for."""

BUG_MISSED = Value("bug_missed", False)
"""Whether the visitor has named another one first."""

# Under the microscope.

SCOPE_SOURCE = Value("scope_source", "batch")
"""Where the digit is from: the mini-batch, the test set, or a drawing."""

SCOPE_DIGIT = Linked("scope_digit", 0, "digit")
"""Which digit of the mini-batch it is."""

SCOPE_TEST: Linked[int | None] = Linked("scope_test", None, "test")
"""Which digit of the test set it is; None before one was chosen."""

SCOPE_LABEL: Value[int | None] = Value("scope_label", None)
"""What the drawing is; None before there is one."""

SCOPE_RATE: Linked[float | None] = Linked("scope_rate", TrainingConfig.learning_rate, "rate")
"""The learning rate of the step."""

SCOPE_STAGE = Linked("scope_stage", "input", "stage")
"""The stage of the step."""

SCOPE_UNIT: Linked[int | None] = Linked("scope_unit", None, "unit")
"""The hidden unit that is looked at; None for the one with the largest error."""

# Without backprop.

PAIR_ITERATIONS = Linked("pair_iterations", TrainingConfig.iterations, "iterations")
"""The length of both trainings."""

PAIR_SEED: Linked[int | None] = Linked("pair_seed", TrainingConfig.seed, "seed")
"""The seed of both trainings."""


class Widget(StrEnum):
    """The widgets that nothing else asks for what they hold: buttons, above all."""

    # Home.
    NEXT = "next"
    # Train.
    RECIPE = "recipe"
    TRAIN = "train"
    HOLD = "hold"
    STEP = "step"
    STOP = "stop"
    RESET = "reset"
    DRAW_ONE = "draw_one"
    LOOK_INSIDE = "look_inside"
    FIX = "fix"
    TRY = "try"
    FURTHER = "further"
    FORGET = "forget"
    TABLE = "table"
    # Inspect.
    INSPECT_NEXT = "inspect_next"
    INSPECT_NEWEST = "inspect_newest"
    MISTAKE_SCOPE = "mistake_scope"
    MAP_SCOPE = "map_scope"
    MAP_START = "map_start"
    MAP_STOP = "map_stop"
    # Networks that come from a file, and go into one.
    NETWORK_FILE = "network_file"
    EXPORT = "export"
    # Draw.
    PHOTO = "photo"
    DRAW_NEXT = "draw_next"
    PIN = "pin"
    CARD = "card"
    # The own drawings.
    LEARN = "learn"
    KEEP = "keep"
    DISCARD = "discard"
    REMOVE = "remove"
    PUT_BACK = "put_back"
    SET_FILE = "set_file"
    TAKE_FIRST = "take_first"
    LEFT_OUT_DOWNLOAD = "left_out_download"
    LEFT_OUT_DISCARD = "left_out_discard"
    UNREAD_DOWNLOAD = "unread_download"
    UNREAD_DISCARD = "unread_discard"
    # My runs.
    RUNS_TRAIN = "runs_train"
    RUNS_OPEN = "runs_open"
    RUNS_AGAIN = "runs_again"
    RUNS_COMPARE = "runs_compare"
    RUNS_STAR = "runs_star"
    RUNS_DELETE = "runs_delete"
    RUNS_UNDO = "runs_undo"
    NETWORK_DELETE = "network_delete"
    NETWORK_UNDO = "network_undo"
    BUNDLE_TAKE = "bundle_take"
    BUNDLE_FILE = "bundle_file"
    COMPARE_BACK = "compare_back"
    COMPARE_CHANGE = "compare_change"
    # Sweeps.
    SWEEP_NEW = "sweep_new"
    SWEEP_LINK = "sweep_link"
    SWEEP_BACK = "sweep_back"
    SWEEP_START = "sweep_start"
    SWEEP_STOP = "sweep_stop"
    SWEEP_USE = "sweep_use"
    SWEEP_CSV = "sweep_csv"
    SWEEP_DELETE = "sweep_delete"
    # Learn.
    LESSON_GUESS = "lesson_guess_it"
    LESSON_SHOW = "lesson_show"
    LESSON_DO = "lesson_do"
    LESSON_NEXT = "lesson_next"
    CHALLENGE = "challenge_try"
    CHALLENGE_NEXT = "challenge_next"
    LESSON_FORGET = "lesson_forget"
    # Gradients.
    RACE_START = "race_start"
    RACE_STOP = "race_stop"
    SCALING_START = "scaling_start"
    SCALING_STOP = "scaling_stop"
    PAIR_START = "pair_start"
    PAIR_STOP = "pair_stop"
    LENS_LARGEST = "lens_largest"
    BUG_ANOTHER = "another"
    SCOPE_BACK = "scope_back"
    SCOPE_NEXT = "scope_next"
    PANEL_NEXT = "panel_next"
    RIDDLE_NEXT = "riddle_next"


FOLDED = (Widget.RECIPE, Widget.TABLE, Widget.CARD)
"""What is folded at first, and made once somebody unfolds it."""


def keep_unfolded() -> None:
    """Keep unfolded what is: for Streamlit 1.67, under another title it is something else."""
    for key in FOLDED:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


def teach_key(digit: int) -> str:
    """Return the key of the button that says which digit the drawing is."""
    return f"teach{digit}"


def sweep_key(sweep: str) -> str:
    """Return the key of the button that opens a sweep."""
    return f"open_sweep_{sweep}"


def challenge_key(name: str) -> str:
    """Return the key of the button that opens a challenge."""
    return f"open_challenge_{name}"


def lesson_key(name: str) -> str:
    """Return the key of the button that opens a lesson."""
    return f"open_lesson_{name}"


def preset_key(name: str) -> str:
    """Return the key of the button that fills the fields with a recipe."""
    return f"preset_{name}"


def sheet_key(drawings: int) -> str:
    """Return the key of the table of so many own drawings: in another one no row is chosen."""
    return f"sheet{drawings}"


class Place(StrEnum):
    """The containers that the style of a page names."""

    CONTROLS = "controls"
    RECIPES = "recipes"
    PRESETS = "presets"
    READS = "reads"
    MOMENT = "moment"
    CAME_OF_IT = "came_of_it"
    DIAGNOSIS = "diagnosis"
    SCALE = "scale_choice"
    SHEET = "sheet"
    STAGE = "stage"
    BESIDE = "beside"
    CANVAS_TOOLS = "canvas_tools"  # The canvas's key before "_tools": the pen looks for it.
    DESK = "desk"
    LINE = "line"
    RUNS_TABLE = "runs_table"
    REFUSED = "refused"
    KNOWN_AT_ITS_END = "known_at_its_end"
    LENS_CHARTS = "lens_charts"
    SCOPE_STEP = "scope_step"
    SCOPE_WORDS = "scope_words"
    LEAD_ON = "lead_on"
    LESSON = "lesson_shown"
    LESSON_GUESS = "lesson_guess"
    LESSON_ANSWER = "lesson_answer"
    LESSON_PICTURE = "lesson_place"
    LESSON_FORMULA = "lesson_formula"
    LESSON_ON = "lesson_on"
    LESSON_PATH = "lesson_path"


class Component(StrEnum):
    """The components that tell what a person did with them, or what the browser knows."""

    FRAME = "frame"
    KEEPSAKES = "keepsakes"
    CANVAS = "canvas"
    PEN = "pen"
    VIEW = "view"
    VIEW_WEIGHTS = "view_weights"
    DEMONSTRATION = "demonstration"
    LISTENING = "listening"
    ANSWER = "answer"
    PINNED_ANSWER = "pinned_answer"
    TWENTY = "twenty"
    BATCH = "batch"
    STEP_CHANGES = "step_changes"
    INSPECT_TWENTY = "inspect_twenty"
    CONFUSION = "confusion"
    RUN_CARDS = "run_cards"
    ONLY_A = "only_a"
    ONLY_B = "only_b"
    MATRIX_A = "matrix_a"
    MATRIX_B = "matrix_b"
    BEHIND = "behind"
    IN_SIGHT = "in_sight"
    UNITS = "units"
    MAP = "map"
    MAP_DIGITS = "map_digits"
    MAP_DIGIT = "map_digit"
    FILM = "film"
    MORPH_FIRST = "morph_first"
    MORPH_SECOND = "morph_second"
    MISREAD = "misread"
    LENS_PIXELS = "lens_pixels"
    LENS_UNITS = "lens_units"
    SCOPE_DIGITS = "scope_digits"
    SCOPE_TEST_DIGIT = "scope_test_digit"
    SCOPE_VIEW = "scope_view"
    SCOPE_VIEW_WEIGHTS = "scope_view_weights"
    SCOPE_INPUT = "scope_input"
    SCOPE_W1 = "scope_w1"
    SCOPE_W2 = "scope_w2"
    SCOPE_UPDATE = "scope_update"
    SCOPE_CHANGES = "scope_changes"
    LESSON_SKETCH = "lesson_sketch"
    LESSON_PICTURE = "lesson_picture"
    LESSON_SYMBOLS = "lesson_symbols"
    LESSON_BEGIN = "lesson_begin"

    def told(self, part: str) -> dict[str, Any]:
        """Return the last message of a part of it; empty if there was none."""
        parts = st.session_state.get(self) or {}
        return parts.get(part) or {}

    @property
    def weights(self) -> Component:
        """What holds the weights of a network view."""
        return Component(f"{self}_weights")

    def was_there(self) -> bool:
        """Return whether the last run of the page showed it."""
        return self in st.session_state


class Chart(StrEnum):
    """The live charts: each is updated where it is."""

    ACCURACY = "accuracy"
    LOSS = "loss"
    PINNED_CURVES = "pinned_curves"
    COMPARED = "compared_curves"
    SWEEP_FIGURE = "sweep_figure"
    TIMES = "times"
    SCALING_HIDDEN = "scaling_hidden_size"
    SCALING_BATCH = "scaling_batch_size"
    LENS_CURVE = "lens_curve"
    LENS_ZOOM = "lens_zoom"
    LENS_ERRORS = "lens_errors"
    BUG_CHECK = "bug_check"
    BUG_AGREEMENT = "bug_agreement"
    SCOPE_S1 = "scope_s1"
    SCOPE_A1 = "scope_a1"
    SCOPE_S2 = "scope_s2"
    SCOPE_Y = "scope_y"
    SCOPE_LOSS = "scope_loss"
    SCOPE_T = "scope_t"
    SCOPE_DELTA2 = "scope_delta2"
    SCOPE_CARRIED = "scope_carried"
    SCOPE_SLOPE = "scope_slope"
    SCOPE_DELTA1 = "scope_delta1"
    SCOPE_AFTER = "scope_after"
    REMOVAL = "removal"
    NOISES = "noises"
    PAIR_LOSS = "pair_loss"
    PAIR_ACCURACY = "pair_accuracy"
    PAIR_CLOCK = "pair_clock"
