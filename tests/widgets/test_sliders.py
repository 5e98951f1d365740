"""Sliders redraw a picture, what goes wrong is shown in its place, and without a kernel the first picture stays."""

import ipywidgets
import pytest

from gan_lesson import plots
from gan_lesson.widgets import interact, sliders


@pytest.fixture
def shown(monkeypatch):
    """What ``interact`` displays, and what replaces it: a list of (bundle, options)."""
    calls = []

    def noted(bundle, **options):
        calls.append((bundle, options))

    monkeypatch.setattr(sliders, "display", noted)
    monkeypatch.setattr(sliders, "update_display", noted)
    yield calls
    ipywidgets.Widget.close_all()


def parts(shown) -> tuple[list[ipywidgets.Widget], ipywidgets.HTML]:
    """The controls and the picture under them, found as a front end finds them: by the model id of the view."""
    model = shown[0][0]["application/vnd.jupyter.widget-view+json"]["model_id"]
    instances = getattr(ipywidgets.widgets.widget, "_instances", None)
    box = (ipywidgets.Widget.widgets if instances is None else instances)[model]
    return list(box.children[:-1]), box.children[-1]


def says(**values) -> plots.Picture:
    return plots.Picture(f"drawn with {values}", 0.5, 0.5)


def test_it_displays_a_widget_and_for_readers_without_a_kernel_its_picture(shown):
    interact(says, epoch=(0, 40))
    (view, _), (picture, options) = shown
    assert set(view) == {"application/vnd.jupyter.widget-view+json"}
    assert set(picture) == {"text/html", "image/png", "text/plain"}
    assert parts(shown)[1].value.startswith('<img alt="drawn with {&#x27;epoch&#x27;: 20}"')
    assert parts(shown)[1].value in picture["text/html"]
    assert picture["text/plain"] == "interact(epoch)"
    assert options["raw"]
    ((slider,), _) = parts(shown)
    slider.value = 30
    assert shown[2][1] == options
    assert 'alt="drawn with {&#x27;epoch&#x27;: 30}"' in shown[2][0]["text/html"]


def test_moving_a_slider_redraws_with_all_values_by_name(shown):
    interact(says, first=(0, 10), second=(0.0, 1.0, 0.25))
    (first, second), picture = parts(shown)
    second.value = 0.75
    assert "{&#x27;first&#x27;: 5, &#x27;second&#x27;: 0.75}" in picture.value
    first.value = 7
    assert "{&#x27;first&#x27;: 7, &#x27;second&#x27;: 0.75}" in picture.value


def breaks_at_three(n):
    if n == 3:
        raise ValueError("no <b>picture</b> & no slider")
    return says(n=n)


def test_an_error_stands_in_place_of_the_picture_until_a_good_value_comes(shown):
    interact(breaks_at_three, n=(0, 4))
    (slider,), picture = parts(shown)
    slider.value = 3
    assert picture.value == ('<p role="alert"><b>ValueError:</b> no &lt;b&gt;picture&lt;/b&gt; &amp; no slider</p>')
    slider.value = 4
    assert picture.value.startswith("<img alt=") and "4}" in picture.value


def test_an_error_at_the_first_values_is_shown_too(shown):
    interact(breaks_at_three, n=(3, 3))
    assert 'role="alert"' in shown[1][0]["text/html"]


@pytest.mark.parametrize("returned", [None, "a picture"])
def test_a_function_that_returns_no_picture_is_told_what_to_return(shown, returned):
    interact(lambda n: returned, n=(0, 4))
    message = parts(shown)[1].value
    assert 'role="alert"' in message and "should return a Picture" in message


@pytest.mark.parametrize(
    ("control", "kind", "first", "other"),
    [
        ((0, 4), ipywidgets.IntSlider, 2, 3),
        ((0.0, 1.0), ipywidgets.FloatSlider, 0.5, 0.1),
        (True, ipywidgets.Checkbox, True, False),
        (["ring", "grid"], ipywidgets.Dropdown, "ring", "grid"),
        ({"eight clouds": "ring", "25 clouds": "grid"}, ipywidgets.Dropdown, "ring", "grid"),
    ],
)
def test_a_control_is_made_of_a_short_description(shown, control, kind, first, other):
    seen = []
    interact(lambda my_control: seen.append(my_control) or says(), my_control=control)
    (widget,), _ = parts(shown)
    assert isinstance(widget, kind) and widget.description == "my control"
    widget.value = other
    assert seen == [first, other]


def test_a_widget_of_ones_own_keeps_its_name(shown):
    mine = ipywidgets.IntSlider(2, 0, 9, description="mine")
    interact(says, n=mine)
    (widget,), picture = parts(shown)
    assert widget is mine and mine.description == "mine"
    mine.value = 9
    assert "{&#x27;n&#x27;: 9}" in picture.value


@pytest.mark.parametrize("wrong", [(1, 2, 3, 4), (5, 1), None, object(), ()])
def test_what_is_no_control_is_refused_by_name(shown, wrong):
    with pytest.raises(ValueError, match=r"epoch=.* is no control: give \(low, high\)"):
        interact(says, epoch=wrong)
    assert shown == []
