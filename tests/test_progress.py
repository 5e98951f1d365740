"""The record of what was passed: small, local, and never in the way."""

import json
import os
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest

from gan_lesson import progress


@pytest.fixture
def home(monkeypatch, tmp_path):
    """A home folder, in which the record goes where the system keeps such data."""
    monkeypatch.delenv("GAN_LESSON_PROGRESS")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def old_record(home: Path, record: dict) -> Path:
    """Write a record where it was kept before."""
    path = home / ".gan-lesson" / "progress.json"
    path.parent.mkdir()
    path.write_text(json.dumps(record))
    return path


def test_what_was_passed_is_remembered_with_its_first_day():
    progress.note("the_game", "points")
    progress.note("the_game", "quiz")
    progress.note("the_data", "to_range")
    today = date.today().isoformat()
    first = {"the_game": {"points": today, "quiz": today}, "the_data": {"to_range": today}}
    assert progress.passed() == first
    record = json.loads(progress.path().read_text())
    record["the_game"]["points"] = "2020-01-01"
    progress.path().write_text(json.dumps(record))
    progress.note("the_game", "points")
    assert progress.passed()["the_game"]["points"] == "2020-01-01"


def test_it_lies_where_the_system_keeps_its_users_data_unless_told_otherwise(home):
    assert progress.path().name == "progress.json"
    assert progress.path().parent.name == "gan-lesson"
    assert progress.path().is_relative_to(home)


def test_a_record_in_the_old_place_carries_over_once(home):
    old = old_record(home, {"01_the_game": {"points": "2020-01-01"}})
    assert progress.passed() == {"the_game": {"points": "2020-01-01"}}
    progress.note("the_game", "quiz")
    today = date.today().isoformat()
    assert progress.passed() == {"the_game": {"points": "2020-01-01", "quiz": today}}
    old.write_text(json.dumps({"the_game": {"play": "2020-01-01"}}))
    assert list(progress.passed()["the_game"]) == ["points", "quiz"]


def test_forgetting_forgets_the_record_in_the_old_place_too(home):
    old_record(home, {"01_the_game": {"points": "2020-01-01"}})
    progress.note("the_game", "quiz")
    progress.forget()
    assert progress.passed() == {}


def test_whoever_says_where_the_record_lies_has_no_older_one(home, monkeypatch):
    old_record(home, {"01_the_game": {"points": "2020-01-01"}})
    monkeypatch.setenv("GAN_LESSON_PROGRESS", str(home / "mine.json"))
    assert progress.passed() == {}


def test_a_user_without_a_home_loses_the_record_and_nothing_else(monkeypatch, tmp_path):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GAN_LESSON_PROGRESS")
    monkeypatch.setattr(progress.Path, "home", homeless)
    progress.note("the_game", "points")
    progress.forget()
    assert progress.passed() == {}
    assert list(tmp_path.iterdir()) == []


def test_lessons_of_a_record_of_before_are_found_by_their_names():
    old = {"01_the_game": {"points": "2020-01-01"}, "09_measuring": {"quiz": "2020-01-02"}}
    old["11_faster_and_bigger"] = {"batches": "2020-01-03"}
    progress.path().write_text(json.dumps(old))
    names = {"the_game": "01_the_game", "measuring": "09_measuring", "faster_and_bigger": "11_faster_and_bigger"}
    assert progress.passed() == {name: old[before] for name, before in names.items()}
    progress.note("measuring", "quiz")
    assert progress.passed()["measuring"] == {"quiz": "2020-01-02"}


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_records_of_a_lesson_each_day_is_the_first_one(order):
    both = {"06_the_losses": {"bce": "2020-01-01", "quiz": "2020-01-05"}, "the_losses": {"quiz": "2020-01-03"}}
    progress.path().write_text(json.dumps(dict(list(both.items())[::order])))
    assert progress.passed() == {"the_losses": {"bce": "2020-01-01", "quiz": "2020-01-03"}}


def test_forgetting_starts_over_and_there_may_be_nothing_to_forget():
    progress.forget()
    progress.note("the_game", "points")
    progress.forget()
    assert progress.passed() == {}


DAMAGED = ["", "{", "[1]", '{"the_game": 3}', "\x00", "[" * 100_000, '{"the_game": {"points": 3}}']


@pytest.mark.parametrize("content", DAMAGED, ids=lambda content: content[:30])
def test_a_record_that_something_wrote_over_counts_as_none_and_is_set_aside(content):
    kept = progress.path()
    for number in ("", "1"):
        kept.write_text(content)
        assert not any(progress.passed().values())
        progress.note("the_game", "play")
        assert progress.passed() == {"the_game": {"play": date.today().isoformat()}}
        assert kept.with_name(f"progress.damaged{number}.json").read_text() == content


def test_of_a_record_that_is_damaged_in_part_the_rest_stays():
    content = '{"the_data": 3, "the_game": {"points": "2020-01-01", "quiz": null}, "01_the_game": {"points": 7}}'
    progress.path().write_text(content)
    assert progress.passed() == {"the_game": {"points": "2020-01-01"}}
    progress.note("the_game", "play")
    assert progress.passed() == {"the_game": {"points": "2020-01-01", "play": date.today().isoformat()}}
    assert progress.path().with_name("progress.damaged.json").read_text() == content


def test_a_record_that_cannot_be_read_is_set_aside_too(home):
    progress.path().mkdir(parents=True)
    (progress.path() / "mine").write_text("")
    progress.note("the_game", "play")
    assert list(progress.passed()) == ["the_game"]
    assert (progress.path().with_name("progress.damaged.json") / "mine").exists()


def test_in_a_folder_that_was_named_for_it_the_record_has_its_usual_name(monkeypatch, tmp_path):
    (tmp_path / "mine").write_text("")
    monkeypatch.setenv("GAN_LESSON_PROGRESS", str(tmp_path))
    progress.note("the_game", "points")
    assert list(progress.passed()) == ["the_game"] and progress.path() == tmp_path / "progress.json"
    assert (tmp_path / "mine").exists()
    progress.forget()
    assert progress.passed() == {} and (tmp_path / "mine").exists()


def test_what_is_no_file_of_ours_stays_where_it_is(monkeypatch, tmp_path):
    place = tmp_path / "kept"  # a pipe, for a superuser's mistake would cost the machine its /dev/null
    os.mkfifo(place)
    kind = place.stat().st_mode
    monkeypatch.setenv("GAN_LESSON_PROGRESS", str(place))
    progress.note("the_game", "points")
    progress.forget()
    assert place.stat().st_mode == kind and progress.passed() == {}
    assert list(tmp_path.iterdir()) == [place]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_an_editor_may_save_the_record_in_its_own_encoding(encoding):
    progress.path().write_text(json.dumps({"the_game": {"points": "2020-01-01"}}), encoding=encoding)
    progress.note("the_game", "quiz")
    assert progress.passed() == {"the_game": {"points": "2020-01-01", "quiz": date.today().isoformat()}}
    assert not list(progress.path().parent.glob("*damaged*"))


def test_its_place_may_be_named_from_home(home, monkeypatch):
    monkeypatch.setenv("GAN_LESSON_PROGRESS", "~/record.json")
    assert progress.path() == home / "record.json"


def test_two_processes_that_note_at_once_both_keep_their_entries():
    code = "import sys; from gan_lesson import progress; [progress.note(sys.argv[1], str(n)) for n in range(20)]"
    kernels = [subprocess.Popen([sys.executable, "-c", code, lesson]) for lesson in ("the_game", "the_data")]
    for kernel in kernels:
        assert kernel.wait(timeout=60) == 0
    assert {lesson: len(items) for lesson, items in progress.passed().items()} == {"the_game": 20, "the_data": 20}


HOMELESS = """if True:
    import os, sys

    os.chdir(sys.argv[1])
    try:  # a user whom no list of users knows
        import pwd

        def unknown(number):
            raise KeyError(f"getpwuid(): uid not found: {number}")

        pwd.getpwuid = unknown
    except ImportError:
        pass
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "GAN_LESSON_PROGRESS", "GAN_LESSON_CACHE", "MPLCONFIGDIR"):
        os.environ.pop(name, None)
    os.environ.update({name: value for name, value in [pair.split("=", 1) for pair in sys.argv[2:]]})
    from gan_lesson import checks, data, plots, progress, recipes
    import torch

    checks.check_play  # the door to a lesson's room
    progress.note("the_game", "points")
    progress.forget()
    assert progress.passed() == {}
    assert len(data.label_tensor(False)) == 10_000
    next(recipes.ARTICLE.loop(device="cpu"))
    assert plots.image_grid(torch.zeros(1, 1, 28, 28))._repr_mimebundle_()["text/html"]
"""


@pytest.mark.parametrize("home", ["none", "read-only"])
def test_a_user_whom_the_system_does_not_know_can_learn_all_the_same(tmp_path, home):
    environment = [f"TMPDIR={tmp_path}"]
    if home == "read-only":  # the digits have a folder that may be chosen, and say so
        environment += [f"HOME={os.devnull}", f"GAN_LESSON_CACHE={os.environ['GAN_LESSON_CACHE']}"]
    command = [sys.executable, "-c", HOMELESS, tmp_path, *environment]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "~").exists()


def test_a_home_that_cannot_be_written_loses_the_record_and_nothing_else(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GAN_LESSON_PROGRESS", str(tmp_path / "file" / "progress.json"))
    progress.note("the_game", "points")
    assert progress.passed() == {}


def test_an_interrupted_write_leaves_the_old_record(monkeypatch):
    progress.note("the_game", "points")

    def stopped(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", stopped)
    progress.note("the_game", "quiz")
    assert list(progress.passed()["the_game"]) == ["points"]


def test_two_kernels_that_note_at_once_both_keep_their_entries(monkeypatch):
    write = progress.files.write

    def slow(*what):
        time.sleep(0.1)  # long enough for the others to read what stood there before
        write(*what)

    monkeypatch.setattr(progress.files, "write", slow)
    monkeypatch.setattr(progress, "WAIT", 600)  # that nobody waits in vain is not a question of the machine here
    kernels = [threading.Thread(target=progress.note, args=("the_game", item)) for item in ("points", "play", "quiz")]
    for kernel in kernels:
        kernel.start()
    for kernel in kernels:
        kernel.join()
    assert set(progress.passed()["the_game"]) == {"points", "play", "quiz"}


def test_who_waits_in_vain_for_another_kernel_loses_the_entry_and_nothing_else(monkeypatch):
    monkeypatch.setattr(progress, "WAIT", 0.01)
    with progress.FileLock(progress.path().with_suffix(".lock")):
        progress.note("the_game", "points")
    assert progress.passed() == {}


@pytest.mark.parametrize(("notebook", "counts"), [("solutions/01_the_game.ipynb", False), ("01_the_game.ipynb", True)])
def test_a_pass_in_the_solved_edition_is_no_pass(monkeypatch, notebook, counts):
    monkeypatch.setenv("JPY_SESSION_NAME", f"/home/ada/course/{notebook}")
    progress.note("the_game", "points")
    assert bool(progress.passed()) is counts
