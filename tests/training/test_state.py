"""A loop goes on from its state, to the bit."""

import copy
from itertools import islice

import pytest
import torch

from gan_lesson import recipes


@pytest.mark.parametrize("reuse_fakes", [False, True])
def test_a_loaded_state_continues_to_the_bit(small_loop, same, reuse_fakes):
    options = {"average": 0.9, "schedule": lambda done: 1 / (1 + done), "reuse_fakes": reuse_fakes}
    loop = small_loop(**options)
    list(islice(loop, 3))
    state = loop.state_dict()
    expected = list(islice(loop, 3))

    other = small_loop(seed=5, **options)
    list(islice(other, 7))
    other.load_state_dict(state)
    assert list(islice(other, 3)) == expected
    assert same(other.state_dict(), loop.state_dict())


def test_a_state_stays_as_it_was_while_the_loop_goes_on(small_loop, same):
    loop = small_loop(average=0.9)
    next(loop)
    state = loop.state_dict()
    kept = copy.deepcopy(state)
    first = list(islice(loop, 3))
    assert same(state, kept)
    assert not same(loop.state_dict(), kept)
    for _ in range(2):
        loop.load_state_dict(state)
        assert list(islice(loop, 3)) == first
        assert same(state, kept)


@pytest.mark.parametrize("recipe", recipes.RECIPES.values(), ids=lambda recipe: recipe.name)
def test_a_recipe_continues_to_the_bit_in_the_middle_of_an_epoch(recipe, same):
    loop = recipe.loop(seed=1)
    list(islice(loop, 3))
    state = loop.state_dict()
    expected = list(islice(loop, 3))
    other = recipe.loop(seed=2)
    other.load_state_dict(state)
    assert list(islice(other, 3)) == expected
    assert same(other.state_dict(), loop.state_dict())


def test_a_loop_that_is_seeded_anew_draws_what_a_fresh_one_of_that_seed_draws(small_loop):
    def own_update(generator, discriminator, optimizer, real, noise, loss):
        seen.append(noise)
        return [torch.zeros(())] * 4

    seen = []
    options = {"update_discriminator": own_update, "update_generator": lambda *_: torch.zeros(())}
    loop, fresh = small_loop(seed=1, **options), small_loop(seed=5, **options)
    next(loop)
    loop.reseed(5)
    list(islice(loop, 2))
    list(islice(fresh, 2))
    assert not torch.equal(seen[0], seen[1])
    assert torch.equal(torch.stack(seen[1:3]), torch.stack(seen[3:]))


def test_a_state_with_an_average_does_not_fit_a_loop_without_one(small_loop):
    with pytest.raises(ValueError, match="moving average"):
        small_loop().load_state_dict(small_loop(average=0.9).state_dict())
