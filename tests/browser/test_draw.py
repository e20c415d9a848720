import pytest
from playwright.sync_api import expect

from tests.browser.steps import button, draw, metric, status, train

pytestmark = pytest.mark.browser

SEVEN = ((80, 60), (200, 60), (130, 230))
ONE = ((140, 40), (140, 240))


def test_a_digit_drawn_with_the_mouse_is_read(server, visit):
    page = visit(f"{server.url}/draw")
    expect(page.get_by_text("Draw a digit on the black square")).to_be_visible()
    expect(metric(page, "Prediction")).to_have_text("–")
    draw(page, *SEVEN)
    expect(metric(page, "Prediction")).to_have_text("7")
    expect(page.get_by_text("It reads 7")).to_be_visible()
    page.wait_for_function("document.querySelector('.live-chart')._fullData?.[0].x.length === 10")
    label = page.locator(".live-chart").get_attribute("aria-label")
    assert label.count("%") == 12  # The first two in words, and all ten.


def test_undo_and_clear(server, visit):
    page = visit(f"{server.url}/draw")
    expect(button(page, "Clear").first).to_be_disabled()
    draw(page, *SEVEN)
    expect(metric(page, "Prediction")).to_have_text("7")
    draw(page, (60, 20), (60, 260), (220, 260), (220, 20), (60, 20))
    expect(metric(page, "Prediction")).not_to_have_text("7")
    button(page, "Undo").first.click()
    expect(metric(page, "Prediction")).to_have_text("7")
    button(page, "Clear").first.click()
    expect(metric(page, "Prediction")).to_have_text("–")
    draw(page, *ONE)
    expect(metric(page, "Prediction")).to_have_text("1")


def test_a_small_digit_in_a_corner_is_read(server, visit):
    page = visit(f"{server.url}/draw")
    draw(page, (200, 200), (255, 200), (225, 265))
    expect(metric(page, "Prediction")).to_have_text("7")


def test_the_drawing_is_still_there_after_another_page(server, visit):
    page = visit(f"{server.url}/draw")
    draw(page, *SEVEN)
    expect(metric(page, "Prediction")).to_have_text("7")
    page.get_by_role("link", name="Gradients").first.click()
    expect(button(page, "Compare")).to_be_visible()
    page.get_by_role("link", name="Draw").first.click()
    expect(metric(page, "Prediction")).to_have_text("7")


def test_a_finger_draws_too(server, visit):
    page = visit(
        f"{server.url}/draw", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    box = page.locator("canvas.upper-canvas").last.bounding_box()
    touch = page.context.new_cdp_session(page)

    def finger(kind, *places):
        points = [{"x": box["x"] + x, "y": box["y"] + y} for x, y in places]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", ONE[0])
    for y in range(60, 241, 20):
        finger("touchMove", (140, y))
    finger("touchEnd")
    expect(metric(page, "Prediction")).to_have_text("1")


def test_a_network_that_is_still_training_can_be_asked(server, visit):
    page = visit(f"{server.url}/train")
    train(page, 500_000)
    expect(status(page)).to_contain_text("left")
    page.get_by_role("link", name="Draw").first.click()
    expect(page.get_by_role("combobox", name="Network")).to_have_value("My training, as it is now")
    draw(page, *ONE)
    expect(metric(page, "Prediction")).to_have_text("1")
    page.get_by_role("link", name="Train").first.click()
    button(page, "Stop").click()
    expect(status(page)).to_contain_text("stopped")


def test_a_damaged_model_file_is_named_and_breaks_nothing(server, visit):
    broken = server.folder / "models" / "a-broken-one.safetensors"
    broken.write_bytes(b"no network")
    page = visit(f"{server.url}/draw")
    draw(page, *ONE)
    expect(page.get_by_text("a-broken-one cannot be read")).to_be_visible()
    page.get_by_role("combobox", name="Network").click()
    page.get_by_role("option", name="article").click()
    expect(metric(page, "Prediction")).to_have_text("1")
    broken.unlink()
