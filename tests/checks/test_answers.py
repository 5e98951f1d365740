"""What all checks have in common."""

import re
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from gan_lesson import checks, progress
from gan_lesson.checks import answers
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


def test_what_stops_the_learners_code_does_not_hang_a_second_traceback_on_the_message():
    with pytest.raises(checks.CheckFailed) as caught:
        checks.check_to_range(lambda images: images.flaot())
    assert "'flaot'" in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__context__ is None


def test_the_stop_button_is_not_taken_for_a_mistake():
    def pressed(images):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        checks.check_to_range(pressed)


def hinted(*hints):
    """A check with these hints, which finds every number but 1 wrong."""

    @answers.exercise("99_made_up", *hints)
    def check_one(answer):
        if answers.run(answer) != 1:
            answers.fail("it should be 1.")
        answers.passed("it is 1.")

    return check_one


@pytest.fixture(autouse=True)
def no_exercise_is_left_behind():
    yield
    answers.EXERCISES.pop("99_made_up", None)


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
    assert list(progress.passed()["99_made_up"]) == ["one"]


def test_every_exercise_of_the_lessons_has_a_check_with_two_hints_or_more():
    called = {}
    for source in sorted(Path("notebooks/source").glob("*.py")):
        called[source.stem] = re.findall(r"checks\.check_(\w+)\(", source.read_text(encoding="utf-8"))
    exercises = {lesson: sorted(names) for lesson, names in checks.EXERCISES.items()}
    assert {lesson: sorted(names) for lesson, names in called.items() if names} == exercises
    for lesson, names in exercises.items():
        assert len(names) == 1 if lesson == "00_start_here" else 2 <= len(names) <= 4, lesson
        for name in names:
            check = getattr(checks, f"check_{name}")
            assert len(check.hints) >= 2, f"{lesson}: {name}"
            assert check.__doc__.startswith(f"Lesson {lesson[:2]}: ")
