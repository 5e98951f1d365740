import pytest
import torch

from gan_lesson.randomness import RandomStream, seeded


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
