from itertools import islice

import pytest
import torch

from gan_lesson import losses, models, recipes


def rates(loop, steps: int) -> list[tuple[float, float]]:
    """Learning rates of D and G over some steps, the updates left out."""
    loop.update_discriminator = lambda *_: [torch.zeros(())] * 4
    loop.update_generator = lambda *_: torch.zeros(())
    return [
        (loop.optimizer_d.param_groups[0]["lr"], loop.optimizer_g.param_groups[0]["lr"]) for _ in islice(loop, steps)
    ]


def test_the_article_recipe_is_the_articles():
    loop = recipes.ARTICLE.loop()
    assert (type(loop.generator), type(loop.discriminator)) == (models.Generator, models.Discriminator)
    assert loop.latent_dim == 100
    assert loop.batches.batch_size == 100
    assert recipes.ARTICLE.steps_per_epoch == len(loop.batches) == 600
    assert loop.loss is losses.NON_SATURATING
    for optimizer in (loop.optimizer_g, loop.optimizer_d):
        assert type(optimizer) is torch.optim.Adam
        assert optimizer.param_groups[0]["lr"] == 2e-4
        assert optimizer.param_groups[0]["betas"] == (0.9, 0.999)
    assert loop.averaged is None


def test_the_article_recipe_keeps_its_learning_rates():
    assert set(rates(recipes.ARTICLE.loop(), 3)) == {(2e-4, 2e-4)}


def test_the_quick_recipe_raises_its_learning_rates_then_runs_them_down_to_zero():
    over_time = rates(recipes.QUICK.loop(steps=200), 200)
    assert over_time[0] == pytest.approx((1e-3 / 50, 2e-3 / 50))
    assert over_time[100] == pytest.approx((1e-3 / 2, 2e-3 / 2))
    assert over_time[199] == pytest.approx((1e-3 / 200, 2e-3 / 200))
    highest = max(range(200), key=lambda step: over_time[step])
    assert highest == 49


def test_a_recipe_that_runs_down_needs_to_know_how_far():
    with pytest.raises(ValueError, match="say how many steps"):
        recipes.QUICK.loop()


def test_seconds_become_steps_at_the_speed_of_this_machine(monkeypatch):
    clock = iter(range(1_000))  # on this machine every look at the clock takes a second
    monkeypatch.setattr(recipes.time, "perf_counter", lambda: next(clock))
    assert recipes.QUICK.steps_in(40) == 40
    assert recipes.QUICK.steps_in(0.2) == 1


@pytest.mark.parametrize("recipe", recipes.RECIPES.values(), ids=lambda recipe: recipe.name)
@pytest.mark.parametrize("steps", [0, -1])
def test_a_run_without_steps_is_an_error(recipe, steps):
    with pytest.raises(ValueError, match="at least one step"):
        recipe.loop(steps=steps)


@pytest.mark.parametrize("recipe", recipes.RECIPES.values(), ids=lambda recipe: recipe.name)
def test_the_seed_fixes_first_weights_and_batches_and_disturbs_nothing(recipe, same):
    outside = torch.get_rng_state()
    first, again, other = (recipe.loop(seed=seed, steps=10) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), outside)
    assert same(first.state_dict(), again.state_dict())
    for player in ("generator", "discriminator", "batches"):
        assert not same(first.state_dict()[player], other.state_dict()[player])
    assert next(first) == next(again)


def test_a_loop_notes_how_it_was_made():
    assert recipes.QUICK.loop(seed=3, steps=7).settings == {"recipe": "quick", "seed": 3, "steps": 7}


def test_a_recipe_is_found_by_its_name_and_an_unknown_one_is_an_error():
    assert recipes.get("article") is recipes.ARTICLE
    assert recipes.get("quick") is recipes.QUICK
    with pytest.raises(ValueError, match="unknown recipe 'slow'; choose one of article, quick"):
        recipes.get("slow")


def test_an_unknown_device_is_an_error():
    with pytest.raises(ValueError, match="unknown device 'gpu'"):
        recipes.ARTICLE.loop(device="gpu")
