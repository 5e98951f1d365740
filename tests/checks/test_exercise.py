"""A check: what the learner sees of it, its hints, and what is remembered of it."""

import re

import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell

from gan_lesson import checks, losses, progress
from gan_lesson.checks import answer, exercise
from tests.checks.answering import fails, not_written

#: The function itself: the tests put an alarm in its place.
puzzled = exercise.puzzled


def test_in_a_notebook_a_failed_check_is_its_message_in_short_lines(capsys):
    shell = InteractiveShell.instance()
    try:
        result = shell.run_cell("from gan_lesson import checks\nchecks.check_to_range(lambda images: images / 255)")
    finally:
        InteractiveShell.clear_instance()
    assert isinstance(result.error_in_exec, checks.CheckFailed)
    shown = "".join(capsys.readouterr()).strip().splitlines()
    assert shown[0].startswith("✗ the range is [0, 1]") and max(map(len, shown)) <= 80
    assert " ".join(line.strip() for line in shown) == f"✗ {result.error_in_exec}"


def stops(given):
    """The game: ``one()`` gives one number."""
    return answer.run(given) + 1


def test_where_a_checks_own_code_stops_the_learner_reads_of_the_answer(monkeypatch):
    monkeypatch.setattr(exercise, "puzzled", puzzled)
    stops.__module__ = "gan_lesson.lessons.the_game.checks"
    check = exercise.exercise("look at the number.")(stops)
    said = fails(check, lambda: [2])
    assert said == (
        "this check can't make sense of the answer. your function returned a list of length 1. What is asked for: "
        'one() gives one number. (The check stopped with TypeError: can only concatenate list (not "int") to list)'
    )
    assert fails(check, lambda: [2]) == f"{said}\n  Hint 1 of 1: look at the number."


def test_in_the_tests_it_stops_the_test():
    stops.__module__ = "gan_lesson.lessons.the_game.checks"
    with pytest.raises(AssertionError, match="the code of stops stopped") as caught:
        exercise.exercise()(stops)(lambda: [2])
    assert not isinstance(caught.value, checks.CheckFailed) and isinstance(caught.value.__cause__, TypeError)


@pytest.mark.parametrize(
    ("answers", "phrase"),
    [
        ([1 - torch.ones(3)], "takes the function itself, its name without brackets after it; .* type Tensor"),
        ([None], "NoneType"),
        ([], r"without their brackets: check_to_range\(to_range\)"),
        ([abs, abs], r"without their brackets: check_to_range\(to_range\)"),
    ],
)
def test_what_is_no_function_is_no_failure_and_brings_no_hint(answers, phrase):
    for _ in range(3):
        said = fails(checks.check_to_range, *answers)
        assert re.search(phrase, said) and "Hint" not in said


def test_a_function_may_be_handed_over_by_its_name():
    checks.check_to_range(to_range=lambda images: images / 127.5 - 1)


def test_a_check_computes_gradients_where_the_notebook_has_switched_them_off():
    with torch.no_grad():
        checks.check_losses(losses.NON_SATURATING.discriminator, losses.NON_SATURATING.generator)


def hinted(*hints):
    """A check with these hints, which finds every number but 1 wrong; as if it stood in the room of "The game"."""

    def check_one(given):
        if answer.run(given) != 1:
            exercise.fail("it should be 1.")
        exercise.passed("it is 1.")

    check_one.__module__ = "gan_lesson.lessons.the_game.checks"
    return exercise.exercise(*hints)(check_one)


def test_hints_grow_with_each_failure_and_end_at_the_solution():
    check = hinted("look at the number.", "the number is 1.")
    assert fails(check, lambda: 2) == "it should be 1."
    assert fails(check, lambda: 2) == "it should be 1.\n  Hint 1 of 2: look at the number."
    assert fails(check, lambda: 3) == "it should be 1.\n  Hint 2 of 2: the number is 1."
    for _ in range(2):
        assert "Open the solution" in fails(check, lambda: 3)


def named_mistake(given):
    """one(): one number."""
    exercise.fail(f"{answer.run(given)} it should be.")


def test_where_something_new_is_wrong_its_message_stands_alone():
    named_mistake.__module__ = "gan_lesson.lessons.the_game.checks"
    check = exercise.exercise("look at the number.", "the number is 1.")(named_mistake)
    assert fails(check, lambda: "1.5 too high") == "1.5 too high it should be."
    assert fails(check, lambda: "smaller") == "smaller it should be."
    assert fails(check, lambda: "0.5 too high") == "0.5 too high it should be."
    assert fails(check, lambda: "0.25 too high") == "0.25 too high it should be.\n  Hint 1 of 2: look at the number."
    assert "Hint 2 of 2" in fails(check, lambda: "smaller")  # whoever errs in so many ways needs one


def test_a_pass_starts_the_hints_over_and_an_answer_not_written_is_no_failure():
    check = hinted("look at the number.")
    fails(check, lambda: 2)
    assert "Hint" not in fails(check, not_written)
    check(lambda: 1)
    assert "Hint" not in fails(check, lambda: 2)


def test_two_exercises_count_their_failures_apart():
    fails(checks.check_to_range, lambda images: images)
    assert "Hint" not in fails(checks.check_points, lambda count, random: None)


def test_a_pass_is_noted_as_progress_and_a_failure_is_not():
    check = hinted()
    fails(check, lambda: 2)
    assert progress.passed() == {}
    check(lambda: 1)
    assert progress.passed().keys() == {"the_game"}
    assert list(progress.passed()["the_game"]) == ["one"]
