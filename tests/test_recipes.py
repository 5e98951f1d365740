import dataclasses
from itertools import islice
from types import SimpleNamespace

import pytest
import torch

from gan_lesson import losses, models, recipes, runs
from gan_lesson.threads import Threads
from gan_lesson.training import Step

#: A recipe whose numbers belong to these tests, whatever a search finds for the quick one.
DOUBLING = dataclasses.replace(
    recipes.QUICK, rate_g=2e-3, rate_d=1e-3, batch_size=32, double_at=(2_000, 6_000), warm_up=50
)


def rates(loop, steps: int) -> list[tuple[float, float]]:
    """Learning rates of D and G over some steps, the updates left out."""
    loop.update_discriminator = lambda *_, **__: [torch.zeros(())] * 4
    loop.update_generator = lambda *_, **__: torch.zeros(())
    return [
        (loop.optimizer_d.param_groups[0]["lr"], loop.optimizer_g.param_groups[0]["lr"]) for _ in islice(loop, steps)
    ]


def test_the_article_recipe_is_the_articles():
    loop = recipes.ARTICLE.loop()
    assert (type(loop.generator), type(loop.discriminator)) == (models.Generator, models.Discriminator)
    assert loop.latent_dim == 100
    assert loop.batches.batch_size == 100
    assert recipes.ARTICLE.steps_per_epoch == loop.batches.batches_per_epoch == 600
    assert loop.loss is losses.NON_SATURATING
    for optimizer in (loop.optimizer_g, loop.optimizer_d):
        assert type(optimizer) is torch.optim.Adam
        assert optimizer.param_groups[0]["lr"] == 2e-4
        assert optimizer.param_groups[0]["betas"] == (0.9, 0.999)
    assert loop.averaged is None


def test_the_article_recipe_keeps_its_learning_rates():
    assert set(rates(recipes.ARTICLE.loop(), 3)) == {(2e-4, 2e-4)}


def test_the_quick_recipe_is_the_small_pair_with_an_average_of_the_generator():
    loop = recipes.QUICK.loop()
    assert (type(loop.generator), type(loop.discriminator)) == (models.ConvGenerator, models.ConvDiscriminator)
    assert loop.latent_dim == 16
    assert 0 < loop.generator.settings["truncation"] < 1
    assert loop.best_generator is loop.averaged is not None


@pytest.mark.parametrize("recipe", [*recipes.RECIPES.values(), DOUBLING], ids=["article", "quick", "doubling"])
def test_what_a_recipe_says_reaches_its_loop(recipe):
    loop = recipe.loop()
    assert (loop.batches.batch_size, loop.batches.double_at) == (recipe.batch_size, recipe.double_at)
    assert (loop.penalty, loop.penalty_every) == (recipe.penalty, recipe.penalty_every)
    assert (loop.loss, loop.average, loop.reuse_fakes) == (recipe.loss, recipe.average, recipe.reuse_fakes)
    for optimizer, rate in ((loop.optimizer_g, recipe.rate_g), (loop.optimizer_d, recipe.rate_d)):
        assert optimizer.defaults["lr"] == rate
        assert optimizer.defaults["betas"] == recipe.betas


def test_a_recipe_raises_its_learning_rates_and_keeps_them():
    over_time = rates(DOUBLING.loop(), 200)
    assert over_time[0] == pytest.approx((1e-3 / 50, 2e-3 / 50))
    assert over_time[24] == pytest.approx((1e-3 / 2, 2e-3 / 2))
    assert set(over_time[49:]) == {(1e-3, 2e-3)}


def test_seconds_become_steps_at_the_speed_of_this_machine(monkeypatch):
    clock = iter(range(1_000))  # on this machine every look at the clock takes a second
    monkeypatch.setattr(recipes, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    assert DOUBLING.steps_in(40) == 40
    assert DOUBLING.steps_in(0.2) == 1


@pytest.mark.parametrize(
    ("seconds", "steps", "sizes"),
    [
        (3, 3, [32]),
        (2_000 + 2 * 300, 2_300, [32, 64]),
        (2_000 + 2 * 4_000 + 4 * 500, 6_500, [32, 64, 128]),
    ],
)
def test_the_speed_is_measured_once_for_each_size_that_the_batch_will_have(monkeypatch, seconds, steps, sizes):
    """On this machine a step takes a second for each 32 images."""
    now, measured = 0.0, []

    def take_a_step(loop):
        nonlocal now
        now += loop.batches.batch_size / 32
        measured.append(loop.batches.batch_size)

    monkeypatch.setattr(recipes, "time", SimpleNamespace(perf_counter=lambda: now))
    monkeypatch.setattr(recipes.AdversarialLoop, "__next__", take_a_step)
    assert DOUBLING.steps_in(seconds) == steps
    assert [measured.count(size) for size in sizes] == [25] * len(sizes)
    assert set(measured) == set(sizes)


def test_the_speed_is_that_of_threads_that_follow_the_machine(monkeypatch):
    before, seen = torch.get_num_threads(), []
    monkeypatch.setattr(recipes, "Threads", lambda: Threads(before + 1, follow=False))
    monkeypatch.setattr(recipes.AdversarialLoop, "__next__", lambda loop: seen.append(torch.get_num_threads()))
    recipes.ARTICLE.steps_in(1)
    assert set(seen) == {before + 1} and torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("recipe", "epochs", "steps"),
    [
        (recipes.ARTICLE, 1, 600),
        (recipes.ARTICLE, 40, 24_000),
        (DOUBLING, 1, 1_875),  # 60,000 / 32
        (DOUBLING, 2, 2_875),  # 2,000 steps of 32 and 56,000 / 64
        (DOUBLING, 40, 22_250),  # 2,000 steps of 32, 4,000 of 64, and 2,080,000 / 128
    ],
)
def test_epochs_are_counted_in_images_whatever_the_size_of_the_batch(recipe, epochs, steps):
    assert recipe.steps_in_epochs(epochs) == steps


def test_the_steps_of_some_epochs_see_the_images_of_so_many_epochs():
    recipe = dataclasses.replace(DOUBLING, double_at=(100, 250))
    batches = recipe.loop().batches
    seen = 0
    for _ in range(recipe.steps_in_epochs(2)):
        seen += len(next(batches))
    assert seen == pytest.approx(2 * 60_000, abs=batches.batch_size / 2)


@pytest.mark.parametrize("recipe", recipes.RECIPES.values(), ids=lambda recipe: recipe.name)
def test_the_seed_fixes_first_weights_and_batches_and_disturbs_nothing(recipe, same):
    outside = torch.get_rng_state()
    first, again, other = (recipe.loop(seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), outside)
    assert same(first.state_dict(), again.state_dict())
    for player in ("generator", "discriminator", "batches"):
        assert not same(first.state_dict()[player], other.state_dict()[player])
    assert next(first) == next(again)


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_a_run_begins_as_the_bundled_one_did(name):
    bundled = runs.load(name)
    loop = recipes.get(name).loop(seed=bundled.about["settings"]["seed"])
    steps = [dataclasses.astuple(step) for step in islice(loop, 10)]
    expected = zip(*(bundled.steps[field.name][:10] for field in dataclasses.fields(Step)), strict=True)
    # another processor adds in another order and rounds otherwise; benchmarks/fingerprint.py compares to the bit
    assert steps == [pytest.approx(step, abs=1e-4) for step in expected]


def test_a_recipes_loop_gives_back_what_others_left_and_keeps_what_its_own_tensors_free(monkeypatch):
    called = []
    for name in ("give_back_freed_memory", "keep_freed_memory"):
        monkeypatch.setattr(recipes.devices, name, lambda name=name: called.append(name))
    recipes.ARTICLE.loop()
    assert called == ["give_back_freed_memory", "keep_freed_memory"]


@pytest.mark.parametrize("recipe", recipes.RECIPES.values(), ids=lambda recipe: recipe.name)
def test_processes_that_share_a_recipe_start_alike_see_their_slices_and_draw_their_own_noise(recipe, same):
    def watched(**shard):
        seen = []

        def update(generator, discriminator, optimizer, real, noise, loss, penalty=None, fake=None):
            seen.append((real, noise))
            return [torch.zeros(())] * 4

        loop = recipe.loop(seed=1, **shard)
        weights = [*loop.generator.parameters(), *loop.discriminator.parameters()]
        loop.update_discriminator, loop.update_generator = update, lambda *_, **__: torch.zeros(())
        list(islice(loop, 2))
        return weights, seen

    (weights, alone), (first_weights, first), (second_weights, second) = (
        watched(**shard) for shard in ({}, {"shard": (0, 2)}, {"shard": (1, 2)})
    )
    assert same(first_weights, weights)
    assert same(second_weights, weights)
    for (whole, _), (one, one_noise), (other, other_noise) in zip(alone, first, second, strict=True):
        assert torch.equal(torch.cat([one, other]), whole)
        assert one_noise.shape == other_noise.shape == (recipe.batch_size // 2, one_noise.shape[1])
        assert not torch.equal(one_noise, other_noise)


def test_each_process_has_a_stream_of_noise_of_its_own_at_every_step_from_which_it_goes_on():
    assert recipes.noise_seed(7, 0) == 7  # one process alone keeps the seed that it was given
    streams = [recipes.noise_seed(seed, rank, step) for seed in (0, 1) for rank in range(1, 9) for step in (0, 1, 500)]
    assert len({*streams, 0, 1}) == len(streams) + 2
    assert recipes.noise_seed(7, 3, 500) == recipes.noise_seed(7, 3, 500)
    assert all(0 <= seed < 2**63 for seed in [*streams, recipes.noise_seed(2**63 - 1, 8, 10**6)])


def test_a_loop_notes_how_it_was_made():
    assert recipes.QUICK.loop(seed=3).settings == {"recipe": "quick", "seed": 3}


def test_a_recipe_is_found_by_its_name_and_an_unknown_one_is_an_error():
    assert recipes.get("article") is recipes.ARTICLE
    assert recipes.get("quick") is recipes.QUICK
    with pytest.raises(ValueError, match="unknown recipe 'slow'; choose one of article, quick"):
        recipes.get("slow")


def test_an_unknown_device_is_an_error():
    with pytest.raises(ValueError, match="unknown device 'gpu'"):
        recipes.ARTICLE.loop(device="gpu")


@pytest.mark.parametrize("wrong", [models.ConvGenerator(), None, "conv"])
def test_what_makes_no_network_is_told_in_a_sentence(wrong):
    with pytest.raises(TypeError, match="a recipe's generator is what makes a network"):
        dataclasses.replace(recipes.QUICK, generator=wrong).loop(device="cpu")
    with pytest.raises(ValueError, match="unknown recipe"):
        recipes.get([])
