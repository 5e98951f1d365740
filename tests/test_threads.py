"""Threads follow the machine: on evidence, soon, to what is fastest, and never on a quiet one."""

import os
import statistics
from types import SimpleNamespace

import psutil
import pytest
import torch

from gan_lesson import threads
from gan_lesson.threads import Threads


class Machine:
    """A made-up machine: so many cores, others that take some of them, and steps that take as long as it is told."""

    def __init__(self, monkeypatch, cores: int, step):
        self.cores, self.step, self.others = cores, step, 0.0
        self.time = self.own = 1000.0
        self.all = 5000.0
        monkeypatch.setattr(threads, "time", SimpleNamespace(perf_counter=lambda: self.time))
        monkeypatch.setattr(threads, "clocks", lambda: threads.Clocks(self.time, self.own, self.all, self.cores))
        monkeypatch.setattr(threads.torch, "get_num_threads", lambda: cores)
        monkeypatch.setattr(threads.torch, "set_num_threads", lambda number: None)
        monkeypatch.setattr(threads.devices, "cores", lambda: cores)

    def pass_by(self, seconds: float, own: float) -> None:
        self.time += seconds
        self.own += own * seconds
        self.all += (own + self.others) * seconds

    def go(self, following: Threads, seconds: float, others: float) -> list[int]:
        """Train so long beside others that take so many cores; the numbers of threads that the steps had."""
        self.others, until, numbers = others, self.time + seconds, []
        while self.time < until:
            with following:
                numbers.append(following.number)
                self.pass_by(self.step(following.number, others), min(following.number, self.cores - others / 2))
        return numbers


def two_cores(number: int, others: float) -> float:
    """Seconds a step of the quick recipe, as they were measured on two cores."""
    if others < 0.1:
        return {1: 0.0125, 2: 0.009}[number]
    if others < 0.5:
        return {1: 0.015, 2: 0.025}[number]
    return {1: 0.02, 2: 0.5}[number]


def many_cores(number: int, others: float) -> float:
    """Twice as many threads, 1.7 times as fast, as long as there is a core for each."""
    return 0.1 / number**0.77 * (30 if number > 16 - others else 1)


@pytest.fixture
def two(monkeypatch):
    return Machine(monkeypatch, 2, two_cores)


def test_on_a_quiet_machine_they_never_change(two):
    assert set(two.go(Threads(), 60, others=0.09)) == {2}


@pytest.mark.parametrize("others", [1.0, 2.0])
def test_beside_a_busy_program_there_is_one_soon_and_all_return_when_it_ends(two, others):
    following = Threads()
    two.go(following, 5, others=0)
    two.go(following, 3, others)
    assert set(two.go(following, 20, others)) == {1}
    two.go(following, 3, others=0)
    assert set(two.go(following, 20, others=0)) == {2}


def test_they_fall_soon_where_others_were_busy_from_the_start(two):
    following = Threads()
    two.go(following, 2, others=1.0)
    assert set(two.go(following, 20, others=1.0)) == {1}


@pytest.mark.parametrize(("one", "best"), [(0.015, 1), (0.04, 2)])
def test_beside_a_program_that_takes_a_part_of_a_core_the_faster_number_is_mostly_kept(monkeypatch, one, best):
    machine = Machine(monkeypatch, 2, lambda number, others: {1: one, 2: 0.025}[number])
    following = Threads()
    machine.go(following, 3, others=0.3)
    numbers = machine.go(following, 40, others=0.3)
    assert numbers.count(best) > 0.9 * len(numbers)
    assert len(set(numbers)) == 2  # now and then the other is tried: the program may have become another


def test_what_others_take_is_of_no_concern_where_steps_are_as_fast_as_ever(two):
    two.step = lambda number, others: 0.009
    following = Threads()
    two.go(following, 2, others=0)
    assert set(two.go(following, 20, others=0.4)) == {2}


def test_steps_that_are_slow_for_a_reason_of_their_own_get_all_threads_again(two):
    following = Threads()
    two.go(following, 3, others=0)
    two.step = lambda number, others: {1: 0.2, 2: 0.12}[number]  # the learner made the batch ten times as large
    two.go(following, 5, others=0)
    assert set(two.go(following, 60, others=0)) == {2}


def test_where_nobody_says_what_others_take_more_threads_are_tried_less_and_less_often(two):
    following = Threads()
    two.go(following, 3, others=0)
    two.step = lambda number, others: {1: 0.02, 2: 0.5}[number]  # a busy host, seen from inside a virtual machine
    slow_steps = [two.go(following, 60, others=0).count(2) for _ in range(3)]
    assert slow_steps[0] <= 10
    assert slow_steps[2] <= 3


def test_one_step_that_takes_long_changes_nothing_for_long(two):
    following = Threads()
    two.go(following, 3, others=0)
    with following:
        two.pass_by(3, own=0.01)  # the laptop slept
    two.go(following, 3, others=0)
    assert set(two.go(following, 20, others=0)) == {2}


@pytest.mark.parametrize("seconds", [0.3, 2.2])
def test_what_happens_in_a_pause_is_no_evidence(two, seconds):
    following = Threads()
    two.go(following, seconds, others=0)
    two.others = 2.0
    two.pass_by(60, own=0)
    assert set(two.go(following, 20, others=0)) == {2}


@pytest.mark.parametrize(("others", "fewest", "most"), [(1.0, 15, 15), (7.8, 8, 8), (14.0, 2, 2), (16.0, 1, 1)])
def test_on_many_cores_there_are_as_many_as_others_leave(monkeypatch, others, fewest, most):
    machine = Machine(monkeypatch, 16, many_cores)
    following = Threads()
    machine.go(following, 3, others=0)
    machine.go(following, 3, others)
    numbers = machine.go(following, 5, others)
    assert fewest <= statistics.median(numbers) <= most


def test_no_more_than_needed_are_given_up(monkeypatch):
    machine = Machine(monkeypatch, 16, lambda number, others: 0.01 * (2 if number > 16 - others else 1))
    following = Threads()
    machine.go(following, 3, others=0)
    assert list(dict.fromkeys(machine.go(following, 5, others=8.0)))[:2] == [16, 8]


def test_other_programs_that_come_and_go_are_followed_as_soon_each_time(two):
    following = Threads()
    two.go(following, 3, others=0)
    for _ in range(5):
        two.go(following, 5, others=1.0)
        two.go(following, 3, others=0)
        assert set(two.go(following, 3, others=0)) == {2}


def test_a_number_that_is_fixed_stays(two):
    fixed = Threads(2, follow=False)
    two.go(fixed, 3, others=0)
    assert set(two.go(fixed, 20, others=1.0)) == {2}


def test_the_steps_of_a_loop_are_the_same_and_each_is_made_with_that_number():
    before = torch.get_num_threads()
    made = (torch.get_num_threads() for _ in range(3))
    for number in Threads(before + 1, follow=False).steps(made):
        assert (number, torch.get_num_threads()) == (before + 1, before)
    assert next(made, None) is None


def test_inside_the_block_torch_has_that_number_and_outside_what_it_had():
    before = torch.get_num_threads()
    with pytest.raises(KeyError), Threads(before + 1):
        assert torch.get_num_threads() == before + 1
        raise KeyError
    assert torch.get_num_threads() == before


def test_never_more_than_torch_was_given_or_than_there_are_cores(monkeypatch):
    for given, cores in [(1, 8), (8, 2), (2, 2)]:
        monkeypatch.setattr(threads.torch, "get_num_threads", lambda given=given: given)
        monkeypatch.setattr(threads.devices, "cores", lambda cores=cores: cores)
        assert threads.usable() == Threads().most == min(given, cores)


def test_the_clocks_count_the_cores_that_this_process_may_use(monkeypatch):
    core = SimpleNamespace(user=1.0, nice=0.5, system=0.25, idle=100.0, iowait=7.0, steal=0.125, guest=0.5)
    foreign = SimpleNamespace(user=50.0, system=50.0, idle=0.0)  # as Windows and macOS tell it, without nice and steal
    monkeypatch.setattr(psutil, "cpu_times", lambda percpu: [core, foreign, core])
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 2}, raising=False)
    assert threads.clocks()[2:] == (3.75, 2)
    monkeypatch.delattr(os, "sched_getaffinity")
    assert threads.clocks()[2:] == (103.75, 3)


def test_the_clocks_of_this_machine_go_on():
    first = threads.clocks()
    while threads.clocks().own < first.own + 0.1:
        pass
    second = threads.clocks()
    assert second.time > first.time and second.all > first.all and second.cores == first.cores >= 1
