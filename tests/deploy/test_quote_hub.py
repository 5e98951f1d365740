"""What the pages quote of the measured class."""

import json

import pytest

from benchmarks import capacity, quote_hub
from gan_lesson import course


@pytest.fixture
def found():
    return json.loads(quote_hub.MEASURED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", quote_hub.PAGES, ids=lambda page: page.name)
def test_the_pages_quote_what_was_measured(page, found):
    assert quote_hub.quoted(page, found) == page.read_text(encoding="utf-8")


def test_another_figure_would_change_both_pages(found):
    heaviest = found["lessons"][found["heaviest"]]
    heaviest["peak_rss_mb"], heaviest["gb_for_30"] = 9 * 1024, 777
    for page in quote_hub.PAGES:
        assert "777" in quote_hub.quoted(page, found)
    assert "9.0 GB of memory" in quote_hub.quoted(quote_hub.RUNNING, found)


def test_a_page_without_a_place_for_it_is_told(found, tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text("nothing is quoted here\n")
    monkeypatch.setitem(quote_hub.PAGES, page, {"a class": quote_hub.the_class})
    with pytest.raises(ValueError, match="0 places for a class"):
        quote_hub.quoted(page, found)


def test_the_stored_sums_follow_from_the_stored_figures(found):
    assert found["system_mb"] == capacity.SYSTEM_MB
    assert found["lessons"].keys() == {lesson.name for lesson in course.LESSONS}
    group = found["class"]
    for held in (group["idle"], group["working"], *found["lessons"].values()):
        terms = {
            "private_mb": held["learner_uss_mb"],
            "shared_mb": held["shared_mb"],
            "hub_mb": group["hub_mb"],
        }
        assert held["gb_for_30"] == round(capacity.needed_mb(30, **terms) / 1024, 1)
        assert held["learners_in_gb"] == {
            size: capacity.learners_in(1024 * int(size), **terms) for size in ("8", "24", "64")
        }


def test_each_kernel_stands_beside_its_bar(found):
    for lesson in found["lessons"].values():
        lesson["kernel_uss_mb"] = 500
    found["lessons"]["measuring"]["kernel_uss_mb"] = found["class"]["idle"]["kernel_uss_mb"] = 699
    found["bars_mb"] = {"a lesson": 699, "idle": 700}
    lines = quote_hub.bars(found).splitlines()
    assert [line.split()[-2:] for line in lines if "OVER" in line] == [["OVER", "699"]]
    assert lines[1].split() == ["The", "game,", "idle", "699", "under", "700"]
