"""The page, in a real browser: drawn on by mouse, touch and keyboard."""

import shutil

import numpy as np
import pytest
from serving import Server, png

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

# Strokes in shares of the paper, as a hand draws them.
ROUND = [(0.5, 0.2), (0.36, 0.3), (0.33, 0.5), (0.36, 0.7), (0.5, 0.8)]
STROKES = {
    "0": [[*ROUND, (0.64, 0.7), (0.67, 0.5), (0.64, 0.3), (0.5, 0.2)]],
    "1": [[(0.5, 0.18), (0.5, 0.82)]],
    "2": [[(0.34, 0.3), (0.45, 0.2), (0.6, 0.22), (0.64, 0.36), (0.35, 0.8), (0.68, 0.8)]],
    "3": [
        [(0.35, 0.22), (0.5, 0.17), (0.63, 0.27), (0.6, 0.42), (0.46, 0.48)],
        [(0.46, 0.48), (0.62, 0.54), (0.67, 0.68), (0.52, 0.82), (0.34, 0.77)],
    ],
    "4": [[(0.56, 0.18), (0.32, 0.58), (0.7, 0.58)], [(0.58, 0.4), (0.58, 0.84)]],
    "5": [
        [
            (0.64, 0.2),
            (0.4, 0.2),
            (0.38, 0.46),
            (0.55, 0.44),
            (0.66, 0.58),
            (0.6, 0.76),
            (0.36, 0.8),
        ]
    ],
    "6": [
        [(0.6, 0.18), (0.42, 0.36), (0.35, 0.6), (0.42, 0.78), (0.57, 0.79), (0.64, 0.66)],
        [(0.64, 0.66), (0.56, 0.55), (0.42, 0.58), (0.36, 0.66)],
    ],
    "7": [[(0.33, 0.2), (0.67, 0.2), (0.46, 0.82)]],
    "8": [
        [(0.62, 0.28), (0.5, 0.18), (0.39, 0.28), (0.45, 0.44), (0.6, 0.56), (0.62, 0.7)],
        [(0.62, 0.7), (0.5, 0.82), (0.38, 0.7), (0.44, 0.54), (0.58, 0.42), (0.62, 0.28)],
    ],
    "9": [
        [(0.63, 0.32), (0.52, 0.2), (0.39, 0.3), (0.42, 0.45), (0.55, 0.46), (0.63, 0.32)],
        [(0.63, 0.32), (0.62, 0.55), (0.56, 0.82)],
    ],
}


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as control:
        browser = control.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server():
    server = Server()
    yield server
    server.end()


@pytest.fixture
def visit(chromium, server):
    """A function that opens the page in a new window; nothing may go wrong in it."""
    problems, contexts = [], []

    def open_page(**how):
        context = chromium.new_context(**{"viewport": {"width": 1200, "height": 900}} | how)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else 0)
        page.goto(server.address)
        return page

    open_page.problems = problems
    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


def places(page, stroke):
    box = page.locator("#paper").bounding_box()
    side = min(box["width"], box["height"])
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    return [(middle[0] + (x - 0.5) * side, middle[1] + (y - 0.5) * side) for x, y in stroke]


def draw(page, strokes):
    for stroke in strokes:
        first, *others = places(page, stroke)
        page.mouse.move(*first)
        page.mouse.down()
        for place in others:
            page.mouse.move(*place, steps=5)
        page.mouse.up()


def touch(page, strokes):
    session = page.context.new_cdp_session(page)

    def send(kind, *points):
        touches = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    for stroke in strokes:
        first, *others = places(page, stroke)
        send("touchStart", first)
        before = first
        for place in others:
            for share in (0.25, 0.5, 0.75, 1):
                x, y = (a + share * (b - a) for a, b in zip(before, place, strict=True))
                send("touchMove", (x, y))
            before = place
        send("touchEnd")


def assert_answer(page, label):
    playwright.expect(page.locator("#label")).to_have_text(label, timeout=10_000)
    playwright.expect(page.locator("body")).not_to_have_class("waiting")


@pytest.mark.parametrize("label", STROKES)
def test_a_digit_drawn_by_mouse(visit, label):
    page = visit()
    draw(page, STROKES[label])
    assert_answer(page, label)
    assert "sure" in page.locator("#sentence").inner_text()
    assert page.locator("#probabilities li").count() == 10
    assert page.locator("#probabilities .best").inner_text().startswith(label)


@pytest.mark.parametrize("label", STROKES)
def test_a_digit_drawn_by_touch(visit, label):
    how = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    page = visit(**how)
    touch(page, STROKES[label])
    assert_answer(page, label)
    answer, paper = (page.locator(name).bounding_box() for name in ("#label", "#paper"))
    assert answer["y"] + answer["height"] < 740  # to be seen without scrolling
    assert paper["y"] + paper["height"] < 740
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_digit_drawn_by_keyboard(visit):
    page = visit()
    page.locator("#paper").focus()
    for key, times in (("ArrowUp", 9), (" ", 1), ("ArrowDown", 18), (" ", 1)):
        for _ in range(times):
            page.keyboard.press(key)
    assert_answer(page, "1")
    page.keyboard.press("Backspace")
    assert_answer(page, "–")
    assert page.locator("#undo").is_disabled()


def test_nothing__and_back(visit):
    page = visit()
    assert page.locator("#sentence").inner_text() == "Nothing drawn yet."
    assert page.locator("#hint").is_visible()
    draw(page, STROKES["4"])
    assert_answer(page, "4")
    page.locator("#undo").click()
    page.locator("#undo").click()
    assert_answer(page, "–")
    draw(page, STROKES["1"])
    assert_answer(page, "1")
    page.keyboard.press("Control+z")
    assert_answer(page, "–")
    draw(page, STROKES["7"])
    assert_answer(page, "7")
    page.locator("#clear").click()
    assert_answer(page, "–")
    assert page.locator("#hint").is_visible()
    assert page.locator("#probabilities").is_hidden()


def test_several_digits__then_the_number(visit):
    page = visit()
    for label, left in (("7", -0.22), ("2", 0.22)):
        shift = [[(left + x, y) for x, y in stroke] for stroke in STROKES[label]]
        draw(page, shift)
    playwright.expect(page.locator("#sentence")).to_contain_text("Perhaps several digits.")
    page.locator("#as-number").click()
    assert_answer(page, "72")
    draw(page, [[(x + 0.62, y) for x, y in stroke] for stroke in STROKES["3"]])
    assert_answer(page, "723")


def test_not_like_a_digit(visit):
    page = visit()
    rng = np.random.default_rng(0)
    draw(page, [[tuple(point) for point in rng.uniform(0.1, 0.9, (25, 2))]])
    playwright.expect(page.locator("#sentence")).to_contain_text("Not like a digit.")


def test_the_window_changes_its_size(visit):
    page = visit()
    draw(page, STROKES["5"])
    assert_answer(page, "5")
    page.set_viewport_size({"width": 420, "height": 800})
    draw(page, [[(0.9, 0.9), (0.905, 0.9)]])
    page.locator("#undo").click()
    assert_answer(page, "5")


def test_a_picture_that_is_dropped_pasted_or_opened(visit, files, tmp_path):
    page = visit()
    for number, kind in ((3, "drop"), (8, "paste")):
        page.evaluate(
            """([bytes, kind]) => {
                const file = new File([new Uint8Array(bytes)], "a.png", { type: "image/png" });
                const data = new DataTransfer();
                data.items.add(file);
                const event = kind === "drop"
                    ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
                    : new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
                document.querySelector("#paper").dispatchEvent(event);
            }""",
            [list(files[number]), kind],
        )
        assert_answer(page, str(number))
    large = np.full((3000, 2400), 240)
    large[600:2400, 1100:1300] = 30
    (tmp_path / "large.png").write_bytes(png(large))
    page.locator("#file").set_input_files(tmp_path / "large.png")
    assert_answer(page, "1")
    draw(page, STROKES["7"])  # on new paper
    assert_answer(page, "7")


def test_a_file_that_is_no_picture(visit, tmp_path):
    page = visit()
    (tmp_path / "a.png").write_text("no picture")
    page.locator("#file").set_input_files(tmp_path / "a.png")
    playwright.expect(page.locator("#problem")).to_contain_text("is not a PNG")
    assert visit.problems.pop()  # the browser notes the status, 415
    draw(page, STROKES["0"])
    assert_answer(page, "0")


def test_examples_and_what_the_model_saw(visit):
    page = visit()
    buttons = page.locator(".examples button")
    playwright.expect(buttons.first).to_be_visible()
    for i in range(buttons.count()):
        label = buttons.nth(i).locator("img").get_attribute("alt").split()[-1]
        buttons.nth(i).click()
        assert_answer(page, label)
    buttons.first.click()
    assert_answer(page, "2")
    image = page.locator("[data-step=normal]")
    before = image.get_attribute("src")
    page.locator("#saliency").check()
    assert image.get_attribute("src") != before
    page.locator("#saliency").uncheck()
    assert image.get_attribute("src") == before


def test_the_server_is_gone(chromium):
    server, context = Server(), chromium.new_context()
    page = context.new_page()
    page.goto(server.address)
    server.end()
    draw(page, STROKES["1"])
    playwright.expect(page.locator("#problem")).to_contain_text("The server does not answer")
    context.close()


def test_a_server_that_asks_for_a_token(chromium):
    server, context = Server(SKDIGITS_TOKEN="secret"), chromium.new_context()
    page = context.new_page()
    page.goto(server.address)
    draw(page, STROKES["1"])
    problem = page.locator("#problem")
    playwright.expect(problem).to_have_text("This server needs a token.")
    page.locator("#token").fill("wrong")
    page.keyboard.press("Enter")
    playwright.expect(problem).to_have_text("The server does not accept this token.")
    page.locator("#token").fill("secret")
    page.locator("#token-form button").click()
    assert_answer(page, "1")
    playwright.expect(page.locator("#token-form")).to_be_hidden()
    page.reload()
    draw(page, STROKES["7"])
    assert_answer(page, "7")  # it is remembered until the window is closed
    context.close()
    server.end()


def test_it_can_be_used_without_seeing_it(visit):
    page = visit()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("output").get_attribute("aria-live") == "polite"
    assert page.locator("#problem").get_attribute("role") == "alert"
    unnamed = page.evaluate(
        """[...document.querySelectorAll("button, input, canvas, img")].filter((each) =>
            !(each.textContent.trim() || each.labels?.length || each.ariaLabel
              || each.hasAttribute("alt") || each.querySelector("img[alt]"))
        ).map((each) => each.outerHTML)"""
    )
    assert unnamed == []
    order = []
    for _ in range(8):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert {"kind-digits", "paper", "file"} <= set(order)
