"""The training before, behind the new one; and of which recipe a result is."""

import dataclasses

import pytest

from simplenet.runs import TrainingRun
from simplenet.training import TrainingConfig
from tests.pages.conftest import opened
from tests.waiting import until


def trained(app, **fields):
    """Train with these settings to the end, and show the page."""
    from pages.session import jobs

    for name, value in fields.items():
        app.number_input(key=name).set_value(value)
    app.button(key="train").click().run()
    job = jobs().get(app.session_state["run"])
    until(lambda: job.ended and not job.is_new)
    app.run()
    assert not app.exception
    return job


def said(app):
    return [caption.value for caption in app.caption]


def gray(app):
    return [words for words in said(app) if words.startswith("Gray")]


@pytest.mark.slow
def test_the_training_before_stays_behind_with_its_recipe_until_it_is_forgotten(app):
    opened(app, "train")
    first = trained(app, iterations=20, learning_rate=1.0)
    assert gray(app) == []
    second = trained(app, iterations=20, learning_rate=0.1)
    assert gray(app) == ["Gray: your training before, with Learning rate: 1."]
    assert app.session_state["before"].job_id == first.id
    app.button(key="forget").click().run()
    assert gray(app) == []
    trained(app, iterations=20, learning_rate=0.1)
    assert gray(app) == ["Gray: your training before, with the same recipe."]
    # Whoever goes back to it by its address sees it once.
    app.query_params["run"] = second.id
    app.run()
    assert gray(app) == []


def test_results_say_of_which_recipe_they_are(app):
    opened(app, "train")
    trained(app, iterations=20, learning_rate=0.5)
    mine = "The article's, but Learning rate: 0.5, Iterations: 20"
    assert app.get("progress")[0].proto.text.startswith(mine)
    assert said(app).count(f"Trained by this recipe: {mine}.") == 2  # The end, and what is kept.
    other = f"These results are of another recipe than the fields hold now: {mine}."
    assert other not in said(app)
    app.button(key="preset_strong").click().run()
    assert other in said(app)
    assert app.get("progress")[0].proto.text.startswith(mine)


def test_every_setting_has_words(app):
    from pages.training.naming import described, differences, recipe_name
    from pages.training.recipe import settings_of

    opened(app, "train")  # The words need a language.
    run = TrainingRun()
    assert differences(run, run) == {}
    changed = TrainingRun(
        TrainingConfig(
            iterations=20_000,
            batch_size=10,
            learning_rate=0.25,
            schedule="cosine",
            momentum=0.5,
            augmentation=("affine", "elastic"),
            seed=3,
            gradient="fast_numerical",
            patience=3,
            target_accuracy=0.97,
        ),
        hidden_size=7,
        weight_init_std=0.1,
        source="openml",
    )
    different = differences(changed, run)
    assert set(different) == set(settings_of(run))
    words = described(different)
    parts = ("Stop without progress: 3", "Stop at accuracy: 0.97")
    for part in (
        *parts,
        "Iterations: 20,000",
        "Learning rate: 0.25",
        "Vary the digits: Turn and stretch",
    ):
        assert part in words
    assert recipe_name(run) == "The article's"
    bare = dataclasses.replace(changed, training=TrainingConfig())
    assert described(differences(run, bare)).count(":") == 3
    assert "Stop without progress: never" in described(differences(run, changed))
    varied = TrainingRun(TrainingConfig(augmentation=("affine",)))
    assert described(differences(run, varied)) == "Vary the digits: none"
