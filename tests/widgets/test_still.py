"""The picture that stays where a widget can't live: what it is made of, and what is left of it in a built notebook."""

from gan_lesson.widgets.shared.still import AGAIN, still, without_rules

SHOWN = {"text/html": '<img alt="a dot" src="data:,">', "image/png": "AA=="}


def test_it_is_the_widgets_present_state_with_a_sentence_that_says_what_to_do():
    made = still(SHOWN, "Dot()", "key", stands_alone=False)
    assert made["image/png"] == "AA=="
    assert made["text/plain"] == "Dot()"
    assert SHOWN["text/html"] + AGAIN in made["text/html"]


def test_a_widget_without_its_kernel_gives_way_to_it_unless_it_lives_alone():
    rules = still(SHOWN, "Dot()", "key", stands_alone=False)["text/html"]
    assert ".key.jupyter-widgets-disconnected { display: none }" in rules
    assert "body:has(.key:not(.jupyter-widgets-disconnected) *) .key-still" in rules
    alone = still(SHOWN, "Dot()", "key", stands_alone=True)["text/html"]
    assert "disconnected" not in alone
    assert "body:has(.key *) .key-still" in alone


def test_in_a_built_notebook_two_pictures_of_one_state_are_the_same():
    one, other = (still(SHOWN, "Dot()", key, stands_alone=True)["text/html"] for key in ("gl-1a", "gl-2b"))
    assert one != other
    assert without_rules(one) == without_rules(other) == f'<div class="gl-still">{SHOWN["text/html"]}{AGAIN}</div>'
    assert without_rules("<b>no picture of a widget</b>") == "<b>no picture of a widget</b>"
