"""The page Inspect without a browser: what it shows of a network, and where it leads."""

import json
import shutil
from itertools import islice

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.components.network_view import forward_data
from simplenet import SimpleNet
from simplenet.data import loaded
from simplenet.jobs.ledger import Position
from simplenet.runs import TrainingRun
from simplenet.runs.mapping import MapRecord
from simplenet.runs.training_run import TrainingState
from simplenet.storage import load_model, save_model
from simplenet.study.layer_map import LayerMap
from simplenet.training import History, Record, TrainingConfig, train
from tests.pages.conftest import APP, kept_job, opened
from tests.pages.messages import component, send, widget
from tests.waiting import until

PARTS = ("mistakes", "units", "map", "dream", "between")


def pick(app, key, **what):
    """Choose something in a component."""
    told = {"turn": 1, "image": 0, "row": 0, "column": 0} | what
    send(app, {widget(app, f"-{key}"): {"json_value": json.dumps({"picked": told})}})
    assert not app.exception


def address(app):
    """The parameters of the address."""
    return {
        name: value[0] if isinstance(value, list) else value
        for name, value in app.query_params.items()
    }


def words(app):
    return " ".join(element.value for element in app.main.markdown)


def trained(done=300, end="finished"):
    """A training of 300 iterations, with snapshots of its network; it has ended, or goes on."""
    from simplenet.data import loaded

    run = TrainingRun(TrainingConfig(iterations=300))
    net = run.new_network()
    every = train(net, loaded("bundled"), run.training, evaluating=False)
    records = list(islice(every, done + 1))
    state = TrainingState(net.params, Record(done, records[-1].loss, 1.0))
    return kept_job(run, records, state, end)


@pytest.mark.parametrize("part", PARTS)
def test_a_link_opens_a_part_and_stays_as_it_is(app, part):
    opened(app, "inspect", part=part, network="article", digit="247")
    assert app.session_state["inspect_part"] == part
    kept = {"network": "article", "digit": "247"}
    assert address(app) == kept | ({} if part == "mistakes" else {"part": part})
    assert component(app, "-view")["label"] == 4


def test_the_matrix_is_that_of_the_network_and_its_worst_mistakes_come_first(app, mnist):
    opened(app, "inspect", network="article", cell="4.9")
    told = component(app, "-confusion")
    assert sum(map(sum, told["counts"])) == 10_000
    assert told["chosen"] == [4, 9]
    from pages.networks import MODELS

    y = load_model(MODELS / "article.safetensors").net.predict(mnist.x_test)
    right, read = mnist.t_test.argmax(axis=1), y.argmax(axis=1)
    assert told["counts"][4][9] == np.sum((right == 4) & (read == 9))
    assert told["recall"][4] == pytest.approx(np.mean(read[right == 4] == 4), abs=1e-4)
    assert told["precision"][4] == pytest.approx(np.mean(right[read == 4] == 4), abs=1e-4)
    shares = [int(text.rstrip("%")) for text in component(app, "-behind")["captions"]]
    assert shares == sorted(shares, reverse=True)
    assert f"{np.sum(right != read)} of the 10,000" in words(app)


def test_a_cell_and_a_digit_are_chosen_and_put_under_the_microscope(app):
    opened(app, "inspect", network="article")
    pick(app, "confusion", row=7, column=2)
    assert address(app)["cell"] == "7.2"
    assert "are a 7, and taken for a 2" in words(app)
    assert component(app, "-behind")["image"] is None
    assert not [button for button in app.button if button.key == "mistake_scope"]
    pick(app, "behind", image=1)
    assert component(app, "-view")["label"] == 7
    assert component(app, "-behind")["image"] == 1
    row = app.session_state["inspect_digit"]
    app.button(key="mistake_scope").click().run()
    assert not app.exception
    assert app.session_state["panel"] == "microscope"
    assert app.session_state["lab_network"] == "article"
    assert app.number_input(key="scope_test").value == row
    assert "It is a 7." in words(app)


def test_a_cell_without_a_digit_says_so(app):
    opened(app, "inspect", network="robust", cell="0.1")
    assert "No 0 is taken for a 1" in words(app)


@pytest.mark.parametrize("cell", ["4.10", "-1.2", "4", "a.b", "4.9.1"])
def test_a_cell_that_is_not_there_is_not_opened(app, cell):
    opened(app, "inspect", cell=cell)
    right, read = component(app, "-confusion")["chosen"]
    assert right != read


def test_another_digit_runs_through_the_network(app):
    opened(app, "inspect")
    pick(app, "inspect_twenty", image=4)
    assert component(app, "-view")["label"] == 2
    assert component(app, "-inspect_twenty")["image"] == 4


def test_a_unit_is_switched_off(app):
    opened(app, "inspect", part="units", network="article", unit="12")
    assert "Hidden unit 13 is switched off" in words(app)
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["With it"] == "94.75%"
    costs = component(app, "-units")["captions"]
    assert len(costs) == 50
    pick(app, "units", image=0)  # Whose loss costs most.
    without = {metric.label: metric.value for metric in app.metric}["Without it"]
    drop = float(costs[0].replace("−", "-"))
    assert 94.75 + drop == pytest.approx(float(without.rstrip("%")), abs=0.011)
    assert "unit" not in address(app)  # As it is at first.


def test_noise_makes_a_network_read_worse(app):
    opened(app, "inspect", part="units", network="article", noise="0.0")
    calm = {metric.label: metric.value for metric in app.metric}["Mean accuracy"]
    assert calm == "94.75%"
    app.select_slider(key="noise").set_value(3.0).run()
    assert address(app)["noise"] == "3.0"
    noisy = {metric.label: metric.value for metric in app.metric}["Mean accuracy"]
    assert float(noisy.rstrip("%")) < 70


def test_the_films_end_where_they_should(app):
    opened(app, "inspect", part="dream", network="article", dream="3")
    shares = np.array(component(app, "-film")["y"])
    assert shares[-1].argmax() == 3
    assert shares[-1, 3] > 0.9 > shares[0, 3]
    opened(app, "inspect")
    app.session_state["inspect_part"] = "between"
    app.run()
    film = component(app, "-film")
    assert np.argmax(film["y"][0]) == 4
    assert np.argmax(film["y"][-1]) == 9
    pick(app, "morph_second", image=0)
    assert np.argmax(component(app, "-film")["y"][-1]) == 0
    assert address(app)["to"] == "0"


def test_a_training_can_be_seen_at_each_moment(app):
    from pages.session import moments

    app.run()
    job = trained()
    app.session_state["run"] = job.id
    opened(app, "inspect")
    assert component(app, "-view")["iteration"] == 300
    wrong = words(app)
    app.slider(key="moment_300").set_value(0).run()
    assert component(app, "-view")["iteration"] == 0
    assert address(app)["moment"] == "0"
    assert words(app) != wrong
    chosen = np.array(component(app, "-confusion")["counts"])
    assert np.trace(chosen) < 2500  # It knows nothing yet.
    app.slider(key="moment_300").set_value(299).run()
    shown = component(app, "-view")["iteration"]
    assert shown == max(i for i, _ in moments().of(job) if i < 300)
    assert app.slider(key="moment_300").value == shown
    # And on to the canvas with it.
    app.button(key="inspect_next").click().run()
    assert app.session_state["draw_network"] == ":run"


def test_a_training_that_goes_on_stands_still_until_one_asks_for_more(app):
    from pages.session import jobs

    app.run()
    job = trained(42, end=None)
    app.session_state["run"] = job.id
    opened(app, "inspect")
    assert "After iteration 42, the newest so far." in [caption.value for caption in app.caption]
    assert component(app, "-view")["iteration"] == 42
    new = Record(43, 2.0, 1.0)
    state, records = TrainingState(job.state.params, new), History([new])
    assert jobs().ledger.commit(job.id, 0, job.work, records, state, records, Position())
    until(lambda: job.state.last.iteration == 43)
    app.button(key="inspect_newest").click().run()
    assert component(app, "-view")["iteration"] == 43


def test_what_is_chosen_in_a_part_is_in_its_own_link_alone_and_is_not_forgotten(app):
    opened(app, "inspect", network="article", cell="7.2")
    app.button_group(key="inspect_part").set_value("units").run()
    app.select_slider(key="noise").set_value(1.0).run()
    assert address(app) == {"network": "article", "part": "units", "noise": "1.0"}
    app.button_group(key="inspect_part").set_value("mistakes").run()
    assert address(app) == {"network": "article", "cell": "7.2"}
    opened(app, "draw")
    opened(app, "inspect")
    assert component(app, "-confusion")["chosen"] == [7, 2]
    app.button_group(key="inspect_part").set_value("units").run()
    assert app.select_slider(key="noise").value == 1.0


def test_a_link_opens_a_moment(app):
    app.run()
    job = trained()
    opened(app, "inspect", run=job.id, network=":run", moment="1")
    assert component(app, "-view")["iteration"] == 1


def test_the_microscope_has_the_network_of_the_moment_that_was_looked_at(app):
    app.run()
    job = trained()
    app.session_state["run"] = job.id
    opened(app, "inspect")
    app.slider(key="moment_300").set_value(0).run()
    sevens = component(app, "-confusion")["counts"][7]
    sevens[7] = 0
    pick(app, "confusion", row=7, column=int(np.argmax(sevens)))
    pick(app, "behind", image=0)
    app.button(key="mistake_scope").click().run()
    assert not app.exception
    told = component(app, "-scope_view")
    assert told["iteration"] == 0
    untrained = forward_data(job.work.new_network().params, mnist_digit(app))
    assert told["signals"]["y"] == untrained["signals"]["y"]
    assert address(app)["moment"] == "0"


def test_a_link_opens_the_microscope_on_a_moment_and_the_slider_leads_to_another(app):
    app.run()
    job = trained()
    opened(app, "gradients", run=job.id, network=":run", moment="1", test="7")
    assert component(app, "-scope_view")["iteration"] == 1
    app.slider(key="lab_moment_300").set_value(300).run()
    assert component(app, "-scope_view")["iteration"] == 300
    assert "moment" not in address(app)


def mnist_digit(app):
    """Return the test digit that is under the microscope."""
    return loaded("bundled").pixels_test[app.session_state["scope_test"]]


def test_a_new_training_is_chosen_by_itself_and_another_choice_then_stays(app):
    opened(app, "inspect")
    assert app.selectbox(key="inspect_network").value == "robust-50"
    app.session_state["run"] = trained().id
    opened(app, "inspect")
    assert app.selectbox(key="inspect_network").value == ":run"
    app.selectbox(key="inspect_network").set_value("article").run()
    opened(app, "draw")
    opened(app, "inspect")
    assert app.selectbox(key="inspect_network").value == "article"
    assert "moment" not in address(app)


def test_without_a_training_the_page_leads_to_one(app):
    opened(app, "inspect")
    words = "Your own training can be seen at every moment"
    assert any(words in caption.value for caption in app.caption)
    assert not app.slider
    app.button(key="inspect_next").click().run()
    assert app.button(key="train").label == "Train"


@pytest.fixture
def models(tmp_path, monkeypatch):
    """A folder of saved networks."""
    from pages import networks

    shutil.copy(networks.MODELS / "article.safetensors", tmp_path)
    monkeypatch.setattr(networks, "MODELS", tmp_path)
    return tmp_path


def test_a_network_that_has_vanished_is_named(app, models):
    opened(app, "inspect", network="of-yesterday")
    assert "`of-yesterday` cannot be read" in app.error[0].value
    assert app.selectbox(key="inspect_network").value == "article"
    (models / "article.safetensors").write_bytes(b"no network")
    later = opened(AppTest.from_file(APP, default_timeout=300), "inspect", network="article")
    assert "`article` cannot be read" in later.error[0].value
    assert later.button(key="inspect_next").label  # It still leads on.


@pytest.mark.slow
@pytest.mark.parametrize("hidden", [1, 256])
def test_networks_of_other_sizes_are_looked_into(app, models, hidden):
    rng = np.random.default_rng(0)
    save_model(models / "other.safetensors", SimpleNet(784, hidden, 10, 0.1, rng), {})
    for part in PARTS:
        app.session_state["inspect_part"] = part
        opened(app, "inspect", network="other")
        assert app.session_state["inspect_network"] == "other"
    assert component(app, "-view_weights")["units"] == hidden


@pytest.mark.slow
def test_the_digits_are_arranged_by_their_neighbours_in_the_background(app):
    opened(app, "inspect", part="map", network="article", way="tsne")
    flat = component(app, "-map")["places"]
    assert app.get("progress")[0].proto.text.startswith("Ready")
    app.button(key="map_start").click().run()
    assert not app.exception
    from pages.session import jobs

    job = jobs().get(app.session_state["mapping"])
    job.stop()
    assert job.wait(240)
    app.run()
    assert not arranged_words(app)
    assert component(app, "-map")["places"] == flat
    assert not app.button(key="map_start").disabled

    places = np.random.default_rng(0).random((2000, 2))
    job.records.append(MapRecord("arranged", 1.0, LayerMap(places)))
    app.run()
    assert arranged_words(app)
    assert component(app, "-map")["places"] != flat
    assert "map_start" not in [button.key for button in app.button]  # It would be the same map.
    # Of another network it would be another one.
    app.selectbox(key="inspect_network").set_value("robust-50").run()
    assert not arranged_words(app)
    assert not app.button(key="map_start").disabled


@pytest.mark.slow
def test_to_choose_the_neighbours_starts_to_arrange_them_once(app):
    opened(app, "inspect", part="map", network="article")
    app.button_group(key="map_way").set_value("tsne").run()
    assert not app.exception
    from pages.session import jobs

    first = app.session_state["mapping"]
    assert not app.button(key="map_stop").disabled
    app.button_group(key="map_way").set_value("pca").run()
    app.button_group(key="map_way").set_value("tsne").run()
    assert app.session_state["mapping"] == first  # It is the same one that goes on.
    jobs().get(first).stop()
    assert jobs().get(first).wait(240)


def arranged_words(app):
    return app.get("progress")[0].proto.text.startswith("Arranged in")


def test_a_point_of_the_map_is_chosen(app):
    opened(app, "inspect", part="map", network="article")
    told = component(app, "-map")
    assert len(told["places"]) == len(told["labels"]) == len(told["read"]) == 2000
    pick(app, "map", image=1999)
    assert component(app, "-map")["chosen"] == 1999
    assert "Test digit 1999 is a" in words(app)
    app.button(key="map_scope").click().run()
    assert app.number_input(key="scope_test").value == 1999
