"""What is heard of a training: rendered by the browser as it would be played, and measured."""

import base64

import numpy as np
import pytest

from simplenet import SimpleNet, TrainingConfig, train
from tests.browser.served import ROOT

pytestmark = pytest.mark.browser

RATE, LOUDEST = 22_050, 0.06
CODE = ROOT / "pages" / "components" / "listening" / "listening.js"

RENDER = """async ({ code, steps, seconds, rate }) => {
    const sheet = new OfflineAudioContext(1, seconds * rate, rate);
    const goOn = () => OfflineAudioContext.prototype.resume.call(sheet);
    const told = { opened: 0, closed: null, reached: [] }, later = window.setTimeout;
    sheet.resume = async () => {};
    sheet.close = async () => { told.closed = told.due; };
    window.AudioContext = function () { told.opened++; return sheet; };
    window.setTimeout = (run, ms) => { told.due = sheet.currentTime + ms / 1000; run(); };
    const { default: show } = await import("data:text/javascript," + encodeURIComponent(code));
    const host = document.body.appendChild(document.createElement("div"));
    host.innerHTML = '<div class="listening"></div>';
    const tell = (loss) => show({ data: { loss, reached: "" }, parentElement: host });
    let leave = tell(null);
    told.silent = told.opened === 0;
    for (const [at, loss] of steps) {
        sheet.suspend(at).then(() => {
            if (loss === "left") { host.remove(); leave(); } else { leave = tell(loss); }
            goOn();
        });
    }
    const samples = (await sheet.startRendering()).getChannelData(0);
    window.setTimeout = later;
    const bytes = new Uint8Array(samples.buffer);
    let text = "";
    for (let i = 0; i < bytes.length; i += 8192) {
        text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    }
    return { ...told, samples: btoa(text) };
}"""


def pitch(wave):
    """Return the frequency of a tone, from its strongest repetition."""
    shape = np.correlate(wave, wave, "full")[len(wave) - 1 :]
    first = int(np.argmax(shape < 0))  # Where it is no longer like itself.
    at = first + int(shape[first : RATE // 50].argmax())
    before, here, after = shape[at - 1 : at + 2]
    return RATE / (at + (before - after) / (2 * (before - 2 * here + after)))


def test_a_training_is_heard_as_its_loss_without_clicks_and_only_while_it_is_wanted(browser, mnist):
    net = SimpleNet(784, 50, 10, 0.01, rng=0)
    config = TrainingConfig(iterations=240, learning_rate=0.5, seed=0)
    losses = np.array([record.loss for record in train(net, mnist, config)])[1:]
    means = losses.reshape(12, 20).mean(axis=1)
    assert means[0] > 2 * means[-1]
    steps = [[float(at), float(loss)] for at, loss in enumerate(means)]
    # Paused, gone on with, forgotten by a server that is gone, heard again, and left.
    steps += [[12.0, None], [14.0, 0.5], [15.0, 0.4], [35.0, 0.3], [36.0, "left"]]
    page = browser.new_page()
    render = {"code": CODE.read_text(), "steps": steps, "seconds": 40, "rate": RATE}
    found = page.evaluate(RENDER, render)
    page.close()
    wave = np.frombuffer(base64.b64decode(found["samples"]), np.float32).astype(float)

    def loudness(start, end):
        return np.abs(wave[int(start * RATE) : int(end * RATE)]).max()

    assert found["silent"]
    assert found["opened"] == 1
    heard = [pitch(wave[int((at + 0.8) * RATE) : (at + 1) * RATE]) for at in range(12)]
    np.testing.assert_allclose(heard, 220 * (means / 0.1) ** 0.35, rtol=0.01)
    assert np.abs(wave).max() <= 1.01 * LOUDEST
    assert min(loudness(at + 0.8, at + 1) for at in (*range(12), 14, 15, 35)) > 0.9 * LOUDEST
    # A triangle rises and falls four times its height in each period: nothing is any steeper.
    assert np.abs(np.diff(wave)).max() < 1.2 * 4 * max(heard) * LOUDEST / RATE
    for start, end in ((13.2, 14), (32, 35), (37.2, 40)):
        assert loudness(start, end) < 1e-3 * LOUDEST, start
    assert 36 < found["closed"] < 38
    assert loudness(found["closed"], 40) < 1e-3 * LOUDEST
