import json

import numpy as np
import pytest
import torch

from gan_lesson import classifier, data, latent, models, recipes, toy, training
from gan_lesson.errors import BadInput
from gan_lesson.randomness import RandomStream, check_seed, random_numbers, seeded
from gan_lesson.widgets.playground.game import Game
from gan_lesson.widgets.six_steps.debugger import Debugger


def test_a_seeded_block_draws_what_its_seed_gives_and_leaves_the_programs_stream_alone():
    torch.rand(3)
    before = torch.get_rng_state()
    with seeded(5):
        first = torch.randn(4), torch.randperm(9)
    assert torch.equal(torch.get_rng_state(), before)
    with seeded(5):
        again = torch.randn(4), torch.randperm(9)
    assert all(map(torch.equal, first, again))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        assert all(map(torch.equal, first, (torch.randn(4), torch.randperm(9))))


def test_the_programs_stream_comes_back_after_an_error():
    before = torch.get_rng_state()
    with pytest.raises(KeyboardInterrupt), seeded(1):
        torch.rand(1)
        raise KeyboardInterrupt
    assert torch.equal(torch.get_rng_state(), before)


def test_a_stream_goes_on_where_its_last_block_stopped():
    stream, parts = RandomStream(3), []
    for _ in range(2):
        with stream:
            parts.append(torch.rand(4))
        torch.rand(7)
    with seeded(3):
        assert torch.equal(torch.cat(parts), torch.cat([torch.rand(4), torch.rand(4)]))


def test_a_stream_goes_back_to_where_it_stood(same):
    stream = RandomStream(3)
    with stream:
        torch.rand(4)
    state = stream.state_dict()
    with stream:
        first = torch.rand(4)
    assert not same(state, stream.state_dict())
    stream.load_state_dict(state)
    with stream:
        assert torch.equal(torch.rand(4), first)


@pytest.fixture
def two_gpus(monkeypatch):
    """As if there were two GPUs, the first one current: the random state of each, by its number."""
    states = {0: torch.Generator().manual_seed(100).get_state(), 1: torch.Generator().manual_seed(101).get_state()}

    def number(device="cuda") -> int:
        return torch.device(device).index or 0

    def put(state, device="cuda"):
        states[number(device)] = state

    generator = torch.Generator
    monkeypatch.setattr(torch, "Generator", lambda device="cpu": generator())
    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda device="cuda": states[number(device)])
    monkeypatch.setattr(torch.cuda, "set_rng_state", put)
    return states


@pytest.mark.parametrize("device", ["cuda:0", "cuda:1", "cuda"])
def test_a_stream_on_one_of_several_gpus_is_that_gpus(two_gpus, same, device):
    mine, other = (1, 0) if device == "cuda:1" else (0, 1)
    before, outside = dict(two_gpus), torch.get_rng_state()
    stream = RandomStream(7, device)
    with stream:
        assert torch.equal(two_gpus[mine], stream.state_dict()["cuda"])
        assert not torch.equal(two_gpus[mine], before[mine])
        assert torch.equal(two_gpus[other], before[other])
        two_gpus[mine] = drawn = torch.Generator().manual_seed(8).get_state()  # something was drawn there
        torch.rand(3)
    assert same(two_gpus, before)
    assert torch.equal(torch.get_rng_state(), outside)
    assert torch.equal(stream.state_dict()["cuda"], drawn)
    with stream:
        assert torch.equal(two_gpus[mine], drawn)


def test_a_state_saved_on_one_gpu_is_taken_up_on_another_and_on_the_cpu_alone(two_gpus, same):
    state = RandomStream(7, "cuda:0").state_dict()
    second, alone = RandomStream(1, "cuda:1"), RandomStream(1)
    second.load_state_dict(state)
    alone.load_state_dict(state)
    assert same(second.state_dict(), state)
    assert same(alone.state_dict(), {"cpu": state["cpu"]})


# Seeds


@pytest.mark.parametrize(
    "seed", [3, np.int64(3), np.uint8(3), np.array(3), torch.tensor(3), torch.tensor(3, dtype=torch.uint8)], ids=repr
)
def test_a_seed_is_a_whole_number_whoever_made_it(seed):
    assert (check_seed(seed), type(check_seed(seed))) == (3, int)
    with seeded(seed):
        drawn = torch.rand(4)
    assert torch.equal(drawn, torch.rand(4, generator=torch.Generator().manual_seed(3)))


WRONG = [
    -1,
    2**63,
    2**64,
    10**400,
    True,
    np.bool_(True),
    torch.tensor(True),
    3.0,
    np.float64(3),
    float("nan"),
    "3",
    None,
]
WRONG += [torch.tensor(3.0), torch.tensor([1, 2]), np.array([1, 2]), [3]]


@pytest.mark.parametrize("seed", WRONG, ids=lambda seed: repr(seed)[:20])
def test_what_is_no_seed_is_refused_in_one_sentence(seed):
    with pytest.raises(BadInput, match=r"^a seed is a whole number from 0 to 2\^63 - 1, got .{1,40}$"):
        check_seed(seed)


def networks():
    return models.Generator(), models.Discriminator()


TAKERS = {
    "seeded": seeded,
    "RandomStream": RandomStream,
    "random_numbers": random_numbers,
    "latent.sample": lambda seed: latent.sample(2, 3, seed=seed),
    "latent.truncate": lambda seed: latent.truncate(torch.zeros(2, 3), 1, seed=seed),
    "latent.invert": lambda seed: latent.invert(
        models.Generator(), torch.zeros(1, 1, 28, 28), starts=1, steps=1, seed=seed
    ),
    "toy.Points": lambda seed: toy.Points("ring", 4, seed=seed),
    "data.mnist_batches": lambda seed: data.mnist_batches(10, seed=seed),
    "classifier.train": lambda seed: next(
        classifier.train(classifier.DigitClassifier(), torch.zeros(100, 1, 28, 28), torch.zeros(100).long(), seed=seed)
    ),
    "AdversarialLoop": lambda seed: training.AdversarialLoop(*networks(), iter(()), seed=seed),
    "reseed": lambda seed: training.AdversarialLoop(*networks(), iter(())).reseed(seed),
    "Recipe.loop": lambda seed: recipes.ARTICLE.loop(seed=seed),
    "Game": lambda seed: Game(seed=seed),
    "Debugger": lambda seed: Debugger(seed=seed),
}


@pytest.mark.parametrize("name", TAKERS)
def test_whatever_takes_a_seed_takes_and_refuses_the_same(name):
    TAKERS[name](np.int64(2**62))
    TAKERS[name](2**63 - 1)
    for wrong in (2**64, -1, 2.5):
        with pytest.raises(ValueError, match="a seed is a whole number"):
            TAKERS[name](wrong)


def test_a_recipes_seed_is_noted_as_a_number_that_json_knows():
    assert json.dumps(recipes.ARTICLE.loop(seed=torch.tensor(3)).settings) == '{"recipe": "article", "seed": 3}'
