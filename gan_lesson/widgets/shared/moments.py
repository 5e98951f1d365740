"""The moments of a run: what each is called, and the recipe that says so."""

from __future__ import annotations

from ... import recipes, runs


def recipe_of(run: runs.Run) -> recipes.Recipe | None:
    """The recipe that ``run`` followed; None for a training run of the learner's own."""
    name = run.about.get("settings", {}).get("recipe")
    return recipes.RECIPES.get(name)


def steps_per_epoch(run: runs.Run) -> int | None:
    """None for a run of the learner's own, and where the batch doubles, so that later epochs have fewer steps."""
    recipe = recipe_of(run)
    return None if recipe is None or recipe.double_at else recipe.steps_per_epoch


def moment_names(run: runs.Run) -> list[str]:
    """What to call each moment of ``run``: its epoch where all epochs have as many steps, else its step."""
    steps = steps_per_epoch(run)
    if steps is None:
        return [f"step {step:,}" for step in run.sample_steps.tolist()]
    return [f"epoch {step / steps:.3g}" for step in run.sample_steps.tolist()]
