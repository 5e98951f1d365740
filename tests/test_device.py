import pytest
import torch

from gan_lesson import device


@pytest.fixture
def machine(monkeypatch):
    """Pretend that this machine has certain devices, and that nobody chose one."""

    def has(*, cuda: bool, mps: bool):
        monkeypatch.delenv("GAN_LESSON_DEVICE", raising=False)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return has


@pytest.mark.parametrize(
    ("cuda", "mps", "best"), [(True, True, "cuda"), (True, False, "cuda"), (False, True, "mps"), (False, False, "cpu")]
)
def test_the_best_device_of_the_machine_is_chosen(machine, cuda, mps, best):
    machine(cuda=cuda, mps=mps)
    assert device.choose() == torch.device(best)


def test_the_environment_overrides_the_best_device(machine, monkeypatch):
    machine(cuda=True, mps=False)
    monkeypatch.setenv("GAN_LESSON_DEVICE", "cpu")
    assert device.choose() == torch.device("cpu")


def test_a_name_overrides_the_environment(machine, monkeypatch):
    machine(cuda=True, mps=False)
    monkeypatch.setenv("GAN_LESSON_DEVICE", "cpu")
    assert device.choose("cuda:0") == torch.device("cuda:0")
    assert device.choose(torch.device("cuda")) == torch.device("cuda")


@pytest.mark.parametrize("name", ["gpu", "cpu?", "cuda:x"])
def test_an_unknown_name_is_an_error_that_lists_the_known_ones(name):
    with pytest.raises(ValueError, match=r"unknown device .*'cpu', 'cuda' or 'mps'"):
        device.choose(name)


@pytest.mark.parametrize("name", ["cuda", "mps", "meta"])
def test_a_device_that_the_machine_lacks_is_an_error(machine, name):
    machine(cuda=False, mps=False)
    with pytest.raises(ValueError, match="'cpu' always works"):
        device.choose(name)
