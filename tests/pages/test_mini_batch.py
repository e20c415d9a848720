"""The mini-batch and the change of a step, on the Train page in slow motion and single steps."""

from tests.pages.conftest import opened
from tests.waiting import until


def said(app, start):
    return [block.value for block in app.markdown if block.value.startswith(f"**{start}")]


def test_single_steps_show_the_mini_batch_and_what_it_changed(app):
    from pages.session import jobs
    from simplenet.data import loaded
    from simplenet.network import SimpleNet
    from simplenet.study.last_step import batch_of

    opened(app, "train")
    app.button_group(key="pace").set_value("step").run()
    app.number_input(key="batch_size").set_value(120)
    app.button(key="train").click().run()
    job = jobs().get(app.session_state["run"])
    until(lambda: job.status == "paused" and job.records)
    app.run()
    assert said(app, "The first mini-batch")
    assert said(app, "What the step changed") == []
    app.button(key="step").click().run()
    until(lambda: job.state.last.iteration == 1 and job.status == "paused")
    app.run()
    x, labels = batch_of(job.work.training, loaded("bundled"), 1)
    right = int((SimpleNet.from_params(job.state.params).predict(x).argmax(axis=1) == labels).sum())
    (words,) = said(app, "The mini-batch of iteration 1**")
    assert "120 digits" in words
    assert f"reads {right} of them right" in words
    assert words.endswith("These are the first 100.")
    assert said(app, "What the step changed")
    test, train, loss = app.metric
    now, before = job.records[1], job.records[0]
    assert (test.value, test.delta) == (f"{now.test_accuracy:.2%}", "iteration 1")
    assert (train.value, train.delta) == (f"{before.train_accuracy:.2%}", "iteration 0")
    assert loss.delta == ""
    # At full speed nothing of it is there: it costs nothing.
    app.button_group(key="pace").set_value("full").run()
    assert said(app, "The mini-batch") == []
    assert [metric.delta for metric in app.metric] == [""] * 3
    job.stop()
    assert job.wait(240)
