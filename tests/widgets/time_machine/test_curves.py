"""The time machine's curves are those of the run."""

import pytest

from gan_lesson.widgets.time_machine.curves import by_moment


def test_curves_are_means_over_the_steps_that_led_to_each_moment(a_run):
    curves = by_moment(a_run([0, 2, 6, 7], steps=7))
    assert curves["moments"].tolist() == [1, 2, 3]
    assert curves["discriminator_loss"].tolist() == [1.5, 4.5, 7]
    assert curves["real_score"].tolist() == [5.5, 8.5, 11]


@pytest.mark.parametrize(("sample_steps", "steps", "moments"), [([0], 0, []), ([5], 5, [0]), ([3, 6], 6, [0, 1])])
def test_a_run_of_any_number_of_moments_has_curves(sample_steps, steps, moments, a_run):
    curves = by_moment(a_run(sample_steps, steps))
    assert curves["moments"].tolist() == moments
    assert all(len(values) == len(moments) for values in curves.values())
