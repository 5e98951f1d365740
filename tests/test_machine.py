"""What a machine is found to be, and the advice that follows from it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gan_lesson import machine, measured

ROOT = Path(__file__).parent.parent
GOOD = machine.Machine(
    system="Linux",
    versions={"torch": "2.14.1"},
    device="cpu",
    cores=2,
    threads=2,
    busy=0.3,
    memory_gb=8,
    free_gb=5,
    milliseconds_a_step=12,
)


def test_a_machine_without_trouble_gets_no_exclamation_mark():
    said = machine.advice(GOOD)
    assert all(line.startswith("✓") for line in said)
    assert "take about 12 seconds here" in said[-1]
    assert str(GOOD).endswith("\n".join(said))


@pytest.mark.parametrize(
    ("changes", "phrases"),
    [
        ({"versions": {"torch": "2.14.1", "anywidget": "missing"}}, ["anywidget missing", "make install"]),
        ({"threads": 8}, ["8 threads on 2 cores", "OMP_NUM_THREADS to 2"]),
        ({"threads": 8, "cores": 1}, ["8 threads on 1 core,", "OMP_NUM_THREADS to 1"]),
        ({"busy": 3.6}, ["about 4 cores busy", "this machine has 2"]),
        ({"free_gb": 0.7}, ["0.7 GB of memory is free, and a lesson may need 2"]),
        ({"milliseconds_a_step": 50}, ["they take about 50 seconds", "write steps_in(50)"]),
    ],
)
def test_each_trouble_is_named_with_what_to_do(changes, phrases):
    (line,) = [line for line in machine.advice(replace(GOOD, **changes)) if line.startswith("!")]
    for phrase in phrases:
        assert phrase in line


def test_a_gpu_is_named():
    assert "on the GPU (cuda)" in machine.advice(replace(GOOD, device="cuda"))[0]


def test_the_memory_that_is_asked_for_holds_the_heaviest_lesson():
    found = json.loads((ROOT / "deploy" / "jupyterhub" / "measured.json").read_text(encoding="utf-8"))
    heaviest = max(lesson["peak_rss_mb"] for lesson in found["lessons"].values())
    assert round(heaviest * 2**20 / 1e9, 1) <= machine.NEEDED_GB


def test_the_steps_that_clean_digits_need_are_those_that_were_measured():
    assert measured.load("time_to_quality")["settings"]["sprint_steps"] == machine.SPRINT
    assert f"{machine.SPRINT:,} steps" in machine.advice(GOOD)[-1]
    longest = 1000 * machine.LIVE_SECONDS / machine.SPRINT
    assert machine.advice(replace(GOOD, milliseconds_a_step=longest))[-1].startswith("✓")
    assert machine.advice(replace(GOOD, milliseconds_a_step=longest + 1))[-1].startswith("!")


@pytest.fixture
def watched(monkeypatch):
    """The training runs that were watched, each as loop, threads and limits; three steps of each are done."""
    runs = []

    def three_steps(loop, **limits):
        runs.append((loop, torch.get_num_threads(), limits))
        for _ in range(3):
            next(loop)

    monkeypatch.setattr(machine, "monitor", three_steps)
    return runs


def test_the_look_at_this_machine_is_a_training_run_to_watch(watched):
    found = machine.look()
    ((loop, _, limits),) = watched
    assert loop.settings["recipe"] == "quick" and loop.number == 3
    assert limits == {"steps": machine.SPRINT, "seconds": machine.LIVE_SECONDS, "curves": False}
    assert 0 < found.milliseconds_a_step < 10_000
    assert found.device == "cpu"
    assert found.threads == torch.get_num_threads()
    assert found.cores >= 1 and 0 < found.free_gb <= found.memory_gb
    assert found.versions["torch"] == torch.__version__.split("+")[0]
    assert "missing" not in found.versions.values()
    assert f"{found.milliseconds_a_step:.0f} ms a step of the run above" in str(found)


def test_the_speed_is_that_of_the_steps_done(watched, monkeypatch):
    clock = iter([100.0, 100.6])
    monkeypatch.setattr(machine.time, "perf_counter", lambda: next(clock))
    found = machine.look()
    assert found.milliseconds_a_step == pytest.approx(200)
    assert found.seconds_to_digits == pytest.approx(machine.SPRINT / 5)


def test_a_container_may_give_less_memory_than_the_machine_has(watched, monkeypatch):
    monkeypatch.setattr(machine.devices, "_control_group", lambda name: "1500000000" if name == "memory.max" else "")
    found = machine.look()
    assert found.memory_gb == found.free_gb == 1.5


def test_a_package_that_is_not_there_is_missing():
    assert machine._version("no-such-package-anywhere") == "missing"
