"""A check: what the learner sees of it, its hints, and what is remembered of it."""

from IPython.core.interactiveshell import InteractiveShell

from gan_lesson import checks, progress
from gan_lesson.checks import answer, exercise
from tests.checks.answering import fails, not_written


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
