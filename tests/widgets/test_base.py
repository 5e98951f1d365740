"""What all widgets have in common: answers from Python, a picture as stand-in, one self-contained module, no leaks."""

import gc
import html
import json
import math
import re
import types
import weakref

import IPython
import numpy as np
import pytest
import torch
import traitlets
from IPython.core.formatters import DisplayFormatter

from gan_lesson import recipes, widgets
from gan_lesson.picture import DISCRIMINATOR, FAKE, GENERATOR, ON_DARK, Picture
from gan_lesson.widgets.shared import base
from gan_lesson.widgets.shared.join import without_words


class Counter(base.Widget):
    """A small widget with one of everything."""

    content = traitlets.Dict().tag(sync=True)

    def __init__(self):
        super().__init__(content=base.pack({"weights": torch.arange(3.0)}))
        self.count = 0

    @base.asked
    def add(self, amount):
        self.count += amount
        return {"count": self.count, "row": torch.arange(self.count), "half": np.array([0.5])}

    @base.asked
    def fail(self):
        raise ValueError("no such thing")

    @base.asked
    def stop(self):
        raise KeyboardInterrupt

    @base.asked
    def leave(self):
        raise SystemExit(3)

    @base.asked
    def unreadable(self):
        return {"set": {1, 2}}

    def secret(self):
        self.count = -1

    def picture(self):
        return Picture(f"the count is {self.count}", 0.5, 0.5)


@pytest.fixture
def counter():
    """A widget, and `ask` as the browser asks it: the message that comes back and its buffers."""
    widget = Counter()
    sent = []
    widget.send = lambda content, buffers=(): sent.append((content, buffers))

    def ask(question, **about):
        widget._answer(widget, {"id": "7", "ask": question, "about": about}, [])
        return sent.pop()

    yield widget, ask
    del widget.send
    widget.close()


def test_a_question_is_answered_by_the_method_of_its_name(counter):
    widget, ask = counter
    content, buffers = ask("add", amount=3)
    assert content == {
        "id": "7",
        "reply": {
            "count": 3,
            "row": {"dtype": "int32", "shape": [3], "buffer": 0},
            "half": {"dtype": "float32", "shape": [1], "buffer": 1},
        },
    }
    assert np.frombuffer(buffers[0], np.int32).tolist() == [0, 1, 2]
    assert np.frombuffer(buffers[1], np.float32).tolist() == [0.5]
    assert widget.count == 3


@pytest.mark.parametrize(
    ("question", "about", "message"),
    [
        ("fail", {}, "ValueError: no such thing"),
        ("stop", {}, "KeyboardInterrupt"),
        ("leave", {}, "SystemExit: 3"),
        ("unreadable", {}, "TypeError: Object of type set is not JSON serializable"),
        ("add", {"much": 1}, "unexpected keyword argument 'much'"),
        ("nothing", {}, "ValueError: Counter has no answer to 'nothing'"),
        ("secret", {}, "ValueError: Counter has no answer to 'secret'"),
        ("close", {}, "ValueError: Counter has no answer to 'close'"),
    ],
)
def test_what_goes_wrong_is_told_to_the_browser_and_the_widget_goes_on(counter, question, about, message):
    widget, ask = counter
    content, _ = ask(question, **about)
    assert content["id"] == "7"
    assert message in content["error"]
    assert widget.count == 0
    assert ask("add", amount=1)[0]["reply"]["count"] == 1


@pytest.fixture
def run_cell(monkeypatch):
    """Whatever is made from now on, is made by a run of the cell of that name; no name: by no cell."""

    def run(cell: str | None, number: int = 1) -> None:
        asked = {"header": {"msg_id": f"{cell}{number}"}, "metadata": {"cellId": cell} if cell else {}}
        shell = types.SimpleNamespace(get_parent=lambda: asked)
        monkeypatch.setattr(IPython, "get_ipython", lambda: shell)

    monkeypatch.setattr(base, "_MADE", {})
    return run


def test_a_cell_that_is_run_again_ends_the_widgets_of_its_run_before(run_cell):
    run_cell("a")
    one, two = Counter(), Counter()
    run_cell("b")
    other = Counter()
    run_cell(None)
    nowhere = Counter()
    assert all(widget.comm for widget in (one, two, other, nowhere))
    run_cell("a", 2)
    again = Counter()
    assert one.comm is two.comm is None
    assert all(widget.comm for widget in (other, nowhere, again))


def test_six_steps_run_again_free_networks_and_tensors_of_the_run_before(run_cell):
    run_cell("a")
    shown = [widgets.SixSteps()]  # as a notebook keeps what its cells show
    shown[0].run(1)
    debugger, explorer = weakref.ref(shown[0].debugger), widgets.LatentExplorer("quick")
    pair = weakref.ref(explorer.pair)
    run_cell("a", 2)
    shown.append(widgets.SixSteps())
    gc.collect()
    assert debugger() is None and pair() is None
    assert shown[1].run(1)["done"] == 1


@pytest.mark.parametrize(("cores", "threads", "inside"), [(2, 2, 1), (1, 1, 1), (8, 4, 4), (8, 8, 7)])
def test_an_answer_leaves_a_core_to_the_browser_and_puts_the_threads_back(monkeypatch, cores, threads, inside):
    before = torch.get_num_threads()
    monkeypatch.setattr(base.devices, "cores", lambda: cores)  # of the container, where there is one
    torch.set_num_threads(threads)
    try:
        with pytest.raises(ValueError), base.leaving_a_core():
            assert torch.get_num_threads() == inside
            raise ValueError
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)


def test_questions_are_answered_while_a_core_is_left(counter, monkeypatch):
    _, ask = counter
    monkeypatch.setattr(base.devices, "cores", lambda: 1)
    torch.set_num_threads(2)
    seen = []
    monkeypatch.setattr(Counter, "add", base.asked(lambda self: seen.append(torch.get_num_threads()) or {}))
    try:
        ask("add")
    finally:
        torch.set_num_threads(1)
    assert seen == [1]


@pytest.mark.parametrize(
    ("value", "dtype", "expected"),
    [
        (torch.tensor([1, 255], dtype=torch.uint8), np.uint8, [1, 255]),
        (torch.tensor([-1, 70000]), np.int32, [-1, 70000]),
        (torch.tensor([True, False]), np.int32, [1, 0]),
        (torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True), np.float32, [0.5, 2.0]),
        (torch.arange(6.0).view(2, 3).T, np.float32, [0, 3, 1, 4, 2, 5]),  # row by row, whatever lies in memory
    ],
)
def test_arrays_are_packed_row_by_row_in_one_of_three_kinds(value, dtype, expected):
    packed = base.pack({"deep": [value]})["deep"][0]
    assert packed["dtype"] == np.dtype(dtype).name
    assert packed["shape"] == list(value.shape)
    assert np.frombuffer(packed["bytes"], dtype).tolist() == expected


def test_numbers_that_json_does_not_know_are_packed_as_words():
    packed = base.pack({"score": math.nan, "losses": [0.5, math.inf, np.float64("-inf")]})
    assert packed == {"score": {"float": "nan"}, "losses": [0.5, {"float": "inf"}, {"float": "-inf"}]}


@pytest.fixture
def notebook(monkeypatch):
    """What a notebook is given to show: the bundles, and those that replace the last of them."""
    shown, replaced = [], []
    monkeypatch.setattr(base, "display", lambda bundle, raw, **about: shown.append((bundle, about)))
    monkeypatch.setattr(base, "update_display", lambda bundle, raw, **about: replaced.append((bundle, about)))
    return shown, replaced


def test_a_widget_is_shown_and_under_it_as_an_output_of_its_own_its_picture(counter, notebook):
    widget, ask = counter
    ask("add", amount=5)
    data, _ = DisplayFormatter().format(widget)  # as a cell ends with it
    assert data == {}
    (view, _), (picture, about) = notebook[0]
    assert view.keys() == {"application/vnd.jupyter.widget-view+json"}
    assert view["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id
    assert picture.keys() == {"text/html", "image/png", "text/plain"}
    assert 'alt="the count is 5"' in picture["text/html"] and "run this cell again" in picture["text/html"].lower()
    assert picture["text/plain"] == "Counter()"
    assert about["display_id"] in widget._dom_classes  # what hides the picture where the widget lives


def test_in_colab_the_widget_says_which_manager_it_needs(counter, notebook, monkeypatch):
    said = {"application/vnd.jupyter.widget-view+json": {"colab": {"custom_widget_manager": {"url": "there"}}}}
    monkeypatch.setattr("anywidget._util.get_repr_metadata", lambda: said)
    counter[0]._ipython_display_()
    assert notebook[0][0][1] == {"metadata": said}


def test_the_picture_in_the_notebook_follows_when_it_is_asked_to(counter, notebook):
    widget, ask = counter
    assert ask("keep")[0]["reply"] == {}
    assert notebook == ([], [])  # nobody has seen it yet
    widget._ipython_display_()
    ask("add", amount=2)
    ask("keep")
    ((picture, about),) = notebook[1]
    assert 'alt="the count is 2"' in picture["text/html"]
    assert about["display_id"] == notebook[0][1][1]["display_id"]


def test_a_preview_is_shown_until_the_present_state_is_to_be_kept(counter, notebook, monkeypatch):
    widget, ask = counter
    monkeypatch.setattr(widget, "preview", lambda: Picture("a count that somebody has pressed to 9", 0.5, 0.5))
    widget._ipython_display_()
    first, _ = notebook[0][1]
    assert 'alt="a count that somebody has pressed to 9"' in first["text/html"]
    assert "As it was last seen" not in first["text/html"] and "Run this cell" in first["text/html"]
    ask("keep")
    ((kept, _),) = notebook[1]
    assert 'alt="the count is 0"' in kept["text/html"] and "As it was last seen" in kept["text/html"]


class Sheet(base.WithContent):
    """A widget with content of a given size."""

    def __init__(self, count):
        super().__init__({"numbers": torch.arange(float(count)), "name": "sheet"})


def test_content_of_half_a_megabyte_is_stored_with_the_notebook_and_lives_without_a_kernel():
    widget = Sheet(125_000)
    assert widget.stands_alone
    assert len(widget.get_state()["content"]["numbers"]["bytes"]) == base.MOST_STORED == 500_000
    widget.close()


def test_larger_content_is_asked_for_and_needs_a_kernel():
    widget = Sheet(125_001)
    assert not widget.stands_alone
    assert widget.get_state()["content"] == {}
    assert torch.equal(widget.whole()["numbers"], torch.arange(125_001.0))
    widget.close()


def test_the_front_end_is_one_module_that_holds_what_it_imports():
    source = base.front_end("quiz")
    assert "// quiz/numeric.js" in source
    assert "// shared/controls.js" in source
    assert "// shared/kernel.js" not in source  # a quiz asks nothing
    assert source.count("export ") == 1
    assert not re.search(r"@import|https?://", base.STYLE)


def test_the_colours_of_the_browser_are_those_of_the_pictures():
    light, dark = base.STYLE.split("\n")[:2]
    for name, tint in [("generator", GENERATOR), ("discriminator", DISCRIMINATOR), ("fake", FAKE)]:
        assert f"--gl-{name}: {tint};" in light
        assert f"--gl-{name}: {ON_DARK[tint]};" in dark


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, as WCAG 2.1 defines it."""

    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tint", ON_DARK)
def test_lines_and_marks_can_be_seen_on_light_and_on_dark(tint):
    assert contrast(tint, "#ffffff") >= 3
    assert contrast(ON_DARK[tint], "#111111") >= 4.5


def test_a_hundred_widgets_that_are_closed_leave_nothing_behind():
    alive = []
    for _ in range(100):
        widget = Counter()
        alive.append(weakref.ref(widget))
        widget.close()
    del widget
    gc.collect()
    assert not [reference for reference in alive if reference() is not None]


def test_the_state_that_a_page_keeps_is_readable(counter):
    state = counter[0].get_state()
    assert state["content"]["weights"]["bytes"] == torch.arange(3.0).numpy().tobytes()
    assert state["stands_alone"] is False
    assert json.dumps(state["stands_alone"])


MADE_WITH = {
    "TrainingStudio": lambda: [recipes.get("quick").loop(device="cpu")],
    "Prediction": lambda: ["Will it rain?"],
    "Quiz": lambda: ["the_game"],
}


@pytest.mark.parametrize("name", [name for name in widgets.__all__ if name != "interact"])
def test_every_widget_is_one_module_that_loads_nothing_and_has_a_stand_in(name):
    kind = getattr(widgets, name)
    assert not re.search(r"\bimport\b", without_words(kind._esm, name))
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", kind._esm)
    assert not re.search(r"@import|url\(", kind._css)
    widget = kind(*MADE_WITH.get(name, list)())
    shown = widget.stand_in()["text/html"]
    if name in ("Prediction", "Quiz"):
        assert html.escape(getattr(widget, "question", None) or widget.questions[0]["question"]) in shown
    else:
        assert re.search(r'<img alt="[^"]{20,}', shown)
    widget.close()
