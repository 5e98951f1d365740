import os
import platform
import subprocess
import sys

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


# Freed memory


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="two settings of glibc")
def test_memory_that_was_freed_is_not_fetched_again_page_by_page():
    """In a process of its own: the settings can't be taken back. Counts page faults in steps of a small network."""
    script = """
import resource, torch
from gan_lesson.device import keep_freed_memory

def steps():
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Linear(784, 1024), torch.nn.ReLU(), torch.nn.Linear(1024, 784))
    images, sums = torch.rand(100, 784), []
    for number in range(15):
        if number == 5:  # the first few fetch pages in any case
            before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        network.zero_grad()
        network(images).square().mean().backward()
        sums.append(network[0].weight.grad.sum().item())
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before, sums

faults, answers = steps()
kept = keep_freed_memory()
faults_kept, answers_kept = steps()
print(kept, faults_kept < faults / 5, answers_kept == answers)
"""
    answer = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert answer.stdout == "True True True\n"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="malloc_trim is glibc's")
def test_holes_between_what_stays_are_given_back():
    """In a process of its own. 200 MB in small pieces, of which every tenth stays, so that none can leave by itself."""
    script = """
from pathlib import Path
import torch
from gan_lesson.device import give_back_freed_memory

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

pieces = [torch.ones(12_500) for _ in range(4_000)]
kept = pieces[::10]
del pieces
before = megabytes()
give_back_freed_memory()
print(before - megabytes() > 100, all(one.sum() == 12_500 for one in kept))
"""
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout == "True True\n"


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_elsewhere_than_under_linux_memory_is_left_alone(monkeypatch, system):
    monkeypatch.setattr(device.sys, "platform", system)
    monkeypatch.setattr(device.ctypes, "CDLL", lambda name: pytest.fail("a library was opened"))
    assert device.keep_freed_memory() is False


@pytest.mark.parametrize("library", [None, object()])
def test_another_c_library_is_left_alone(monkeypatch, library):
    def opened(name):
        if library is None:
            raise OSError(f"{name}: cannot open shared object file")
        return library

    monkeypatch.setattr(device.sys, "platform", "linux")
    monkeypatch.setattr(device.ctypes, "CDLL", opened)
    assert device.keep_freed_memory() is False
    device.give_back_freed_memory()


@pytest.mark.parametrize(("quota", "cores"), [("150000 100000", 2), ("50000 100000", 1), ("max 100000", 64), ("", 64)])
def test_a_container_may_give_fewer_cores_than_the_machine_has(monkeypatch, quota, cores):
    monkeypatch.setattr(device.os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    monkeypatch.setattr(device, "_control_group", lambda name: quota)
    assert device.cores() == cores


def test_a_system_without_control_groups_has_no_limits(monkeypatch):
    def nowhere(*_, **__):
        raise FileNotFoundError

    monkeypatch.setattr(device.Path, "read_text", nowhere)
    assert device._control_group("memory.max") == ""
    assert device.memory_limit() == float("inf")
