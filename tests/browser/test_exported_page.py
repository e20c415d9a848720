"""The network as a single HTML file, opened without a server."""

import json

import numpy as np
import pytest

from simplenet import places
from simplenet.exports import exported
from simplenet.storage import load_model

pytestmark = pytest.mark.browser


def test_the_page_reads_what_is_drawn_from_a_file(browser, tmp_path, mnist):
    net = load_model(places.shipped_models() / "robust.safetensors").net
    path = tmp_path / "page.html"
    path.write_bytes(exported(net, "html", {"test_accuracy": 0.9912}))
    page = browser.new_page(locale="en-US", viewport={"width": 390, "height": 844})
    errors, asked = [], []
    page.on("pageerror", lambda error: errors.append(error))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    # The same probabilities, and nearly as many digits right after its own preparation.
    digits = json.dumps(mnist.x_test[:200].round(3).tolist())  # A string: numbers take minutes.
    y = page.evaluate("text => JSON.parse(text).slice(0, 50).map(predict)", digits)
    np.testing.assert_allclose(y, net.predict(mnist.x_test[:50].round(3)), atol=1e-5)
    read = page.evaluate(
        """text => JSON.parse(text).map((x) => {
          const large = new Float32Array(228 * 228);  // Six times as large, and not centred.
          for (let i = 0; i < 168; i++) for (let j = 0; j < 168; j++)
            large[(i + 40) * 228 + j + 10] = x[28 * Math.floor(i / 6) + Math.floor(j / 6)];
          return predict(prepare(large, 228, 228));
        })""",
        digits,
    )
    right = np.argmax(read, axis=1) == mnist.t_test[:200].argmax(axis=1)
    assert right.mean() > 0.95
    # A one, drawn with the pen.
    box = page.locator("#paper").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"]
    page.mouse.move(x + 10, y + 40)
    page.mouse.down()
    page.mouse.move(x - 5, y + box["height"] - 40, steps=8)
    page.mouse.up()
    assert page.locator("#answer").inner_text() == "1"
    assert "99.12 %" in page.locator("#note").inner_text()
    page.get_by_role("button", name="Clear").click()
    assert page.locator("#answer").inner_text() == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert errors == []
    assert asked == [path.as_uri()]
    page.close()
