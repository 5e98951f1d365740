"""What the benchmarks leave where."""

import json
import runpy
from pathlib import Path

import pytest

from gan_lesson import files, measured, recipes

FOLDER = Path(__file__).parent.parent / "benchmarks"
BUSY = runpy.run_path(str(FOLDER / "busy.py"))


def test_a_short_race_leaves_nothing_in_the_package(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    default_path = runpy.run_path(str(FOLDER / "time_to_quality.py"))["default_path"]
    assert default_path(short=False) == files.bundled("time_to_quality.json")
    assert default_path(short=True).parent == FOLDER.parent / "run"


def test_a_dozen_pictures_were_learned_by_heart_as_the_lesson_says():
    result = measured.load("dozen")
    assert result["steps"][-1] == 4000 and len(result["mean_scores"]) == 3
    for run in result["mean_scores"]:
        last = {kind: scores[-1] for kind, scores in run.items()}
        assert last["the twelve"] > 0.5
        assert max(last["new houses"], last["the twelve mirrored"]) < 0.1


def test_the_games_in_the_plane_went_as_the_lesson_and_its_teachers_page_say():
    result = measured.load("plane")
    for experts in result["experts"]:
        assert experts["the same 24 points"]["sure"] > 0.5 and experts["new points"]["sure"] == 0
    for game in result["collapse"]:
        assert max(game["ten turns for one"].values()) <= 1 and game["one turn each"]["750"] == 8


def test_from_fresh_starts_a_critic_found_what_the_lesson_says():
    result = measured.load("critic")
    assert not set(result["settings"]["seeds"]) & {1, 2, 3, 4, 5}  # on which the weight was chosen
    games = result["games"]
    assert all(len(found) == len(result["settings"]["seeds"]) for game in games.values() for found in game.values())
    assert set(games["critic, weight 1"]["clouds"]) == set(games["usual game"]["clouds"]) == {8}
    assert max(games["critic, weight 10"]["clouds"]) <= 1
    sharpest = min(games["usual game, three updates"]["share_in_clouds"])
    assert sharpest > max(games["critic, weight 1"]["share_in_clouds"])


def test_beside_other_programs_following_keeps_what_was_promised():
    result = measured.load("busy")
    assert list(result["steps_a_second"]) == ["1 core", "2 cores"]
    for by_recipe in result["steps_a_second"].values():
        assert list(by_recipe) == list(recipes.RECIPES)
        for by_condition in by_recipe.values():
            assert list(by_condition) == list(BUSY["CONDITIONS"])
            for rates in by_condition.values():
                best = max(rates["1 thread"], rates.get("2 threads", 0))
                assert rates["share_of_the_best"] == pytest.approx(rates["following"] / best, abs=0.02)
                assert rates["share_of_the_best"] >= 0.85
                assert 0 <= rates["settled_after_seconds"] <= 3


def test_threads_wait_for_each_other_as_the_lesson_and_the_quiz_say():
    by_recipe = measured.load("busy")["steps_a_second"]["2 cores"]
    alone = by_recipe["article"]["nothing else"]
    assert alone["2 threads"] > 1.2 * alone["1 thread"]
    for rates in by_recipe.values():
        alone, two = rates["nothing else"], rates["two busy programs"]
        for others in (rates["one busy program"], two):
            assert others["1 thread"] > 1.5 * others["2 threads"]
        assert 8 < alone["2 threads"] / two["2 threads"] < 13  # about ten times as long
        assert two["2 threads"] < two["1 thread"] / 4
        assert two["1 thread"] > alone["1 thread"] / 2


def test_what_is_quoted_of_threads_was_measured_by_the_command_as_it_stands():
    result = measured.load("busy")
    assert result["command"] == "python -m benchmarks.busy" and result["machine"]["processor"] and result["date"]
    measured_with = {"pairs": "PAIRS", "seconds": "SECONDS", "settling_seconds": "SETTLING"}
    assert result["settings"] == {setting: BUSY[name] for setting, name in measured_with.items()}


def test_a_new_handwriting_nearly_has_a_z_and_a_moved_one_hardly_as_the_lesson_says():
    result = measured.load("inversion")
    assert result["settings"]["digits"] == 40
    for as_it_is, upside_down, moved, copied in zip(*result["mean_distances"].values(), strict=True):
        assert as_it_is < upside_down < copied < moved
        assert as_it_is < 0.6 * copied


def test_how_much_faster_a_step_has_become_was_measured_by_the_command_as_it_stands():
    since = runpy.run_path(str(FOLDER / "since.py"))
    result = json.loads((FOLDER / "since.json").read_text())
    before = since["BEFORE"]
    assert result["command"] == f"python -m benchmarks.since {before}"
    assert result["settings"] == {"before": before, "turns": since["TURNS"], "steps": since["STEPS"]}
    cases = [(case["recipe"], case["threads"]) for case in result["milliseconds_a_step"]]
    assert cases == [(recipe, threads) for recipe in recipes.RECIPES for threads in since["THREADS"]]
    for case in result["milliseconds_a_step"]:
        assert case["times"] == pytest.approx(case["before"] / case["now"], abs=0.01)
