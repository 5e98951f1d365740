"""The browser pulls: how many requests are under way, with hands on the page or not, and what a pause still draws."""

from pathlib import Path

import pytest

from gan_lesson.widgets.shared import base

SHARED = Path(base.__file__).with_name("shared.js").read_text(encoding="utf-8")

# A puller whose requests are answered by `answer(frame)`, oldest first.
SCRIPT = """async ([source, ahead]) => {
    const blob = new Blob([source + "\\nexport { puller };"], { type: "text/javascript" });
    const { puller } = await import(URL.createObjectURL(blob));
    const open = [];
    Object.assign(globalThis, { open, drawn: [], askedWhenDrawn: [], failed: [], asked: 0 });
    const request = () => new Promise((resolve, reject) => { asked += 1; open.push({ resolve, reject }); });
    globalThis.answer = (frame) => open.shift().resolve(frame);
    const draw = (frame) => { drawn.push(frame); askedWhenDrawn.push(asked); };
    globalThis.pull = puller(request, draw, (error) => failed.push(error.message), ahead);
    pull.play();
}"""


@pytest.fixture
def pull(page):
    def start(ahead: int) -> None:
        page.evaluate(SCRIPT, [SHARED, ahead])

    return start


@pytest.mark.parametrize("ahead", [1, 2])
def test_so_many_requests_are_under_way(page, pull, ahead):
    pull(ahead)
    assert page.evaluate("open.length") == ahead
    page.evaluate("answer('a')")
    page.wait_for_function(f"asked === {ahead + 1}")
    assert page.evaluate("[open.length, drawn]") == [ahead, ["a"]]


def test_while_hands_are_on_the_page_one_request_is_under_way(page, pull):
    pull(2)
    page.evaluate("document.dispatchEvent(new Event('input')), answer('a')")
    page.wait_for_function("drawn.length === 1")
    page.evaluate("document.dispatchEvent(new Event('input')), answer('b')")
    page.wait_for_function("drawn.length === 2")
    # the second was under way already; a third is asked for only when that has come and been drawn
    assert page.evaluate("askedWhenDrawn") == [2, 2]
    page.wait_for_function("asked === 3")
    assert page.evaluate("open.length") == 1


def test_a_pause_draws_the_last_frame_under_way_and_asks_no_more(page, pull):
    pull(2)
    page.evaluate("pull.pause(), answer('a'), answer('b')")
    page.wait_for_function("drawn.length === 1")
    assert page.evaluate("[asked, drawn]") == [2, ["b"]]


def test_an_error_ends_the_playing_and_is_told_once(page, pull):
    pull(2)
    page.evaluate("open.forEach(({ reject }) => reject(new Error('no such thing')))")
    page.wait_for_function("failed.length > 0")
    assert page.evaluate("[pull.playing, failed, drawn]") == [False, ["no such thing"], []]
