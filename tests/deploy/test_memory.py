"""What is private and what is shared in the memory of a class."""

import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import psutil
import pytest

from benchmarks import memory, running_hub

MB = memory.MEGABYTE
PRIVATE, SHARED = 48, 64  # MB
HOLDS = f"""
import mmap, sys
own = bytearray(b"1" * ({PRIVATE} * 2**20))
file = open(sys.argv[1], "rb")
mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
touched = sum(mapped[at] for at in range(0, len(mapped), mmap.PAGESIZE))
print("ready", flush=True)
sys.stdin.read()
"""


def process(uss=0, pss=0, rss=0, kernel=False, error=None):
    def memory_full_info():
        if error:
            raise error
        return SimpleNamespace(uss=uss * MB, pss=pss * MB, rss=rss * MB)

    environment = {"JPY_PARENT_PID": "1"} if kernel else {}
    return SimpleNamespace(memory_full_info=memory_full_info, environ=lambda: environment)


def class_of(**learners):
    """A hub whose own process holds 50 MB alone, and these processes of its learners."""
    return SimpleNamespace(census=lambda: {None: [process(50, 60, 90)], **learners})


@pytest.mark.skipif(sys.platform != "linux", reason="the hub runs under Linux")
def test_a_file_that_two_map_is_shared_and_what_each_has_filled_is_private(tmp_path):
    path = tmp_path / "mapped"
    path.write_bytes(b"1" * (SHARED * MB))
    command = [sys.executable, "-c", HOLDS, str(path)]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as one,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other,
    ):
        assert one.stdout.readline() == other.stdout.readline() == "ready\n"
        held = memory.of(psutil.Process(one.pid))
        one.stdin.close(), other.stdin.close()
    assert PRIVATE < held.uss < PRIVATE + SHARED / 2
    assert held.uss + SHARED / 2 <= held.pss < held.uss + SHARED
    assert held.rss >= PRIVATE + SHARED


def test_a_program_that_is_being_started_is_not_counted_as_its_parent_once_more(tmp_path):
    code = "import os, sys; os.fork(); print('ready', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert [process.stdout.readline() for _ in range(2)] == ["ready\n"] * 2
        hub = running_hub.Hub("", tmp_path, process, tmp_path / "log")
        (child,) = psutil.Process(process.pid).children()
        counted = [each.pid for each in hub.processes(None)]
        process.stdin.close()
    assert process.pid in counted
    assert child.pid not in counted


@pytest.mark.skipif(sys.platform != "linux", reason="the hub runs under Linux")
def test_what_came_and_went_between_two_looks_counts_as_the_most():
    code = f"own = bytearray(b'1' * ({PRIVATE} * 2**20)); del own; print('ready', flush=True); input()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "ready\n"
        now, most = (measure(psutil.Process(child.pid)) for measure in (memory.of, memory.most))
        child.communicate("\n")
    assert now.uss < PRIVATE < most.uss < now.uss + 2.5 * PRIVATE
    assert most.rss - most.uss == pytest.approx(now.rss - now.uss, abs=1)
    assert most.pss > PRIVATE


def test_a_look_tells_servers_from_kernels_and_counts_once_what_is_shared():
    seen = memory.look(
        class_of(
            ada=[process(80, 90, 120), process(300, 400, 700, kernel=True), process(20, 25, 200, kernel=True)],
            alan=[process(85, 95, 120)],
        )
    )
    assert seen.hub == memory.Memory(50, 60, 90)
    assert seen.servers == {"ada": memory.Memory(80, 90, 120), "alan": memory.Memory(85, 95, 120)}
    assert seen.kernels == {"ada": memory.Memory(320, 425, 900)}
    assert seen.learners() == {"ada": memory.Memory(400, 515, 1020), "alan": memory.Memory(85, 95, 120)}
    assert seen.together == 60 + 515 + 95
    assert seen.shared == seen.together - (50 + 400 + 85)


def test_the_highest_of_two_looks_has_each_figure_where_it_was_higher():
    early = memory.look(class_of(ada=[process(80, 200, 210), process(500, 600, 700, kernel=True)]))
    late = memory.look(class_of(ada=[process(90, 95, 300)], alan=[process(10, 20, 30)]))
    highest = early.highest(late)
    assert highest == late.highest(early)
    assert highest.servers == {"ada": memory.Memory(90, 200, 300), "alan": memory.Memory(10, 20, 30)}
    assert highest.kernels == early.kernels
    assert (highest.together, highest.shared) == (early.together, early.shared)


def test_who_has_ended_holds_nothing():
    seen = memory.look(class_of(ada=[process(80, 90, 120), process(error=psutil.NoSuchProcess(1), kernel=True)]))
    assert seen.learners() == {"ada": memory.Memory(80, 90, 120)}


def test_what_may_not_be_read_is_never_left_out():
    hub = class_of(ada=[process(80, 90, 120), process(error=psutil.AccessDenied(1), kernel=True)])
    with pytest.raises(psutil.AccessDenied):
        memory.look(hub)
    with pytest.raises(psutil.AccessDenied), memory.Watch(hub):
        pass


def test_a_process_of_another_account_is_never_left_out_either(monkeypatch, tmp_path):
    def refused(_):
        raise psutil.AccessDenied(1)

    monkeypatch.setattr(psutil.Process, "environ", refused)
    hub = running_hub.Hub("", tmp_path, SimpleNamespace(pid=os.getpid()), tmp_path / "log")
    with pytest.raises(psutil.AccessDenied):
        memory.look(hub)


def test_what_a_kernel_seems_to_hold_when_the_others_have_gone_home_does_not_count():
    looked, held = threading.Event(), [100]

    def census():
        looked.set()
        return {None: [process(50)], "ada": [process(held[0], kernel=True)]}

    with memory.Watch(SimpleNamespace(census=census)) as watch:
        assert looked.wait(60)
        watch.stop()
        assert watch._watching.done()
        held[0] = 500
    assert watch.highest.kernels["ada"].uss == 100
