"""What the moments of a run are called."""

from gan_lesson.widgets.shared.moments import moment_names


def test_moments_are_epochs_where_the_recipe_says_how_long_one_is_and_steps_elsewhere(a_run):
    article = {"recipe": "article", "seed": 0, "steps": 24_000}
    assert moment_names(a_run([0, 300, 24_000], 1, article)) == ["epoch 0", "epoch 0.5", "epoch 40"]
    assert moment_names(a_run([0, 24_000], 1)) == ["step 0", "step 24,000"]
    assert moment_names(a_run([600], 1, {"recipe": "my own"})) == ["step 600"]
