"""Other programs keep cores busy while the block lasts, and no longer, whatever happens."""

import subprocess

import psutil
import pytest

from gan_lesson import programs
from gan_lesson.errors import BadInput


def running() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and programs.PROGRAM in child.cmdline()
    ]


def seconds_worked(program: psutil.Process) -> float:
    return sum(program.cpu_times()[:2])


def test_inside_the_block_so_many_programs_run_and_after_it_none():
    with programs.busy(1.0, 0.5, seconds=60):
        assert len(running()) == 2
    assert running() == []


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_they_are_ended_however_the_block_ends(monkeypatch, error):
    started, start = [], programs._started
    monkeypatch.setattr(programs, "_started", lambda *given: started.append(start(*given)) or started[-1])
    with pytest.raises(error), programs.busy(1.0, seconds=10):
        raise error
    assert started[0].returncode  # 0 would be an end of its own
    assert running() == []


def test_a_program_works_for_its_share_of_the_time():
    with programs.busy(1.0, 0.1, seconds=60):
        whole, tenth = running()
        before = seconds_worked(whole), seconds_worked(tenth)
        while seconds_worked(whole) - before[0] < 0.4:  # on a crowded machine that takes as long as it takes
            pass
        assert seconds_worked(tenth) - before[1] < 0.3


def test_a_program_that_nobody_ends_ends_by_itself():
    with programs.busy(1.0, seconds=0.2):
        (program,) = running()
        assert program.wait(timeout=60) == 0


def test_a_program_that_does_not_begin_is_an_error_and_the_others_end(monkeypatch):
    not_the_second = "import sys\nif sys.argv[1] == '0.5':\n    sys.exit()\n"
    monkeypatch.setattr(programs, "PROGRAM", not_the_second + programs.PROGRAM)
    with pytest.raises(RuntimeError, match="did not begin"), programs.busy(1.0, 0.5, seconds=60):
        raise AssertionError("the block began")
    assert running() == []


@pytest.mark.parametrize("shares, seconds", [((0.0,), 20), ((1.5,), 20), ((1.0,), 0), ((1.0,), float("nan"))])
def test_bad_shares_and_seconds_are_refused_before_anything_starts(monkeypatch, shares, seconds):
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("something started"))
    with pytest.raises(BadInput, match="above 0"), programs.busy(*shares, seconds=seconds):
        pass
