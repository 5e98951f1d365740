"""The files of `make slides`: a page a lesson, what it loads, and an index."""

from __future__ import annotations

import re

import pytest

from course_build import notebooks, slides
from gan_lesson import course

LESSON = "# %% [markdown]\n# # Trying\n#\n# - *say* it\n\n# %%\n1\n\n# %% [markdown]\n# ## One\n#\n# ==Shown.==\n"


@pytest.fixture
def folders(rooms, tmp_path):
    """The rooms of two lessons, their stored notebooks, and slides in which something old lies."""
    lessons, stored, out = rooms(a=LESSON, b=LESSON), tmp_path / "notebooks", tmp_path / "slides"
    notebooks.make((), "", run=False, lessons=lessons, folder=stored)
    (out / "assets").mkdir(parents=True)
    (out / "gone.html").write_text("old")
    return {"lessons": lessons, "notebooks": stored, "slides": out}


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_slides_and_an_index_are_written_and_nothing_is_left_from_before(folders, capsys):
    made, out = slides.make(**folders), folders["slides"]
    assert list(made) == ["a", "b"]
    assets = [f"assets/{name}" for name in sorted(slides.REVEAL)]
    assert files(out) == ["00_a.html", "01_b.html", *assets, "index.html"]
    assert re.findall(r'<a href="(\w+)\.html"><h2>(.*?)<', (out / "index.html").read_text()) == [
        ("00_a", "0 · A"),
        ("01_b", "1 · B"),
    ]
    page = (out / "00_a.html").read_text()
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert "import x" not in page
    assert "Shown." in page
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()][-1] == "index.html"


def test_the_slides_of_one_lesson_are_written_and_no_other_touched(folders):
    out = folders["slides"]
    (out / "00_a.html").write_text("as it was")
    assert list(slides.make(["b"], **folders)) == ["b"]
    assert [name for name in files(out) if name.endswith(".html")] == ["00_a.html", "01_b.html", "gone.html"]
    assert (out / "00_a.html").read_text() == "as it was"
    assert course.get("b").notebook == "01_b"
