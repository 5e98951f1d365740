"""From what was seen of a class to what is stored of it, with made-up figures."""

import json
from types import SimpleNamespace

import pytest

from benchmarks import capacity, classroom, jupyterhub, memory, quote_hub
from benchmarks.classroom import Meeting, Report
from benchmarks.memory import Look, Memory
from gan_lesson import course

HUB = Memory(200, 210, 260)


def looked(kernel: float) -> Look:
    """Two learners; the kernel of the second holds 10 MB more alone."""
    servers = {"ada": Memory(100, 110, 150), "alan": Memory(100, 110, 150)}
    kernels = {"ada": Memory(kernel, kernel + 120, 900), "alan": Memory(kernel + 10, kernel + 130, 950)}
    return Look(HUB, servers, kernels, together=3000, shared=300)


def met(kernel: float, waits: bool = False) -> Meeting:
    works = Report("ada", "", 9.0, 20.0, 12.0, {}, {})
    other = Report("alan", "", 11.0, None if waits else 22.0, 2.0 if waits else 14.0, {}, {})
    return Meeting([works, other], looked(250), looked(kernel), looked(kernel - 50))


def structure(found):
    return {name: structure(part) for name, part in found.items()} if isinstance(found, dict) else ...


@pytest.fixture
def found():
    kernels = {lesson.name: 400 + 10 * at for at, lesson in enumerate(course.LESSONS)}
    return jupyterhub.result(met(500, waits=True), {name: met(kernel) for name, kernel in kernels.items()}, 0.1)


def test_the_one_who_holds_most_stands_for_all(found):
    lesson = found["lessons"]["start_here"]
    assert (lesson["kernel_uss_mb"], lesson["kernel_uss_mb_at_the_end"]) == (410, 360)
    assert (lesson["learner_uss_mb"], lesson["shared_mb"], lesson["learner_pss_mb_of_30"]) == (510, 300, 520)
    assert lesson["peak_rss_mb"] == 1100 and lesson["cpu_seconds"] == 14.0
    assert lesson["gb_for_30"] == round((capacity.SYSTEM_MB + 200 + 300 + 30 * 510) / 1024, 1)
    assert lesson["learners_in_gb"]["8"] == (8 * 1024 - capacity.SYSTEM_MB - 200 - 300) // 510
    assert found["heaviest"] == course.LESSONS[-1].name
    assert found["class"]["idle"]["kernel_uss_mb"] == 260


def test_who_only_opened_the_lesson_has_no_part_in_its_times(found):
    group = found["class"]
    assert (group["learners"], group["at_work"], group["cpu_seconds"]) == (2, 1, 12.0)
    assert group["seconds_for_the_lesson"] == {"median": 20.0, "max": 20.0}
    assert group["seconds_from_login_to_server"] == {"median": 10.0, "max": 11.0}


def test_what_is_stored_has_the_form_that_the_benchmark_gives_it(found):
    stored = json.loads(quote_hub.MEASURED.read_text(encoding="utf-8"))
    assert structure(found) == structure(stored)
    assert (stored["bars_mb"], stored["system_mb"]) == (jupyterhub.BARS, capacity.SYSTEM_MB)


@pytest.mark.parametrize(("spare", "most", "learners"), [(20, 30, 20), (100, 30, 30), (5, 3, 3)])
def test_as_many_come_as_the_free_memory_holds_and_no_more_than_asked(monkeypatch, spare, most, learners):
    free = (capacity.SYSTEM_MB + 200 + 300 + spare * 610) * memory.MEGABYTE
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=free))
    assert jupyterhub.as_many_as_fit(met(500), most) == learners


def test_where_not_even_two_fit_nobody_comes(monkeypatch):
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=2048 * memory.MEGABYTE))
    with pytest.raises(SystemExit, match="2048 MB of memory is free"):
        jupyterhub.as_many_as_fit(met(500), 30)


def test_nobody_looks_any_more_when_the_class_goes_home(monkeypatch):
    happened = []

    def attend(hub, name, lesson, works, together):
        for _ in range(classroom.WAITS):
            together.wait(60)
        happened.append("one goes home")

    class Watch(memory.Watch):
        def stop(self):
            super().stop()
            happened.append("stop")

    monkeypatch.setattr(classroom, "attend", attend)
    monkeypatch.setattr(memory, "Watch", Watch)
    monkeypatch.setattr(memory, "look", lambda *_: looked(250))
    classroom.lesson_together(None, ["ada", "alan"], "a lesson")
    assert happened[:3] == ["stop", "one goes home", "one goes home"]
