"""``python -m course_build``: what is asked for is made, and what can't be is said in a line."""

from __future__ import annotations

import pytest

from course_build import __main__ as command
from course_build import chromium, notebooks, site
from course_build.editions import BuildError


def test_a_verb_makes_the_lessons_that_are_named(monkeypatch):
    made = []
    monkeypatch.setattr(site, "make", made.append)
    assert command.main(["site", "the_game", "the_data"]) == 0
    assert command.main(["site"]) == 0
    assert made == [["the_game", "the_data"], []]


def test_where_colab_gets_the_library_is_an_address_or_a_folder(monkeypatch, tmp_path):
    made = []
    monkeypatch.setattr(notebooks, "make", lambda names, repository, run: made.append((repository, run)))
    monkeypatch.chdir(tmp_path)
    for options in ([], ["--repository", "git@github.com:owner/name.git", "--no-execute"], ["--repository", "."]):
        assert command.main(["notebooks", *options]) == 0
    assert made == [(None, True), ("https://github.com/owner/name", False), (tmp_path.as_posix(), True)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["site", "01_the_game"], "no lesson called 01_the_game; there are: start_here, the_game,"),
        (["handouts", "none"], "no lesson called none; there are: start_here, the_game,"),
        (["notebooks", "--repository", "nowhere"], "--repository nowhere: neither an https address nor a folder"),
        (["glossary", "the_game"], "unrecognized arguments: the_game"),
        ([], "the following arguments are required: VERB"),
    ],
)
def test_bad_arguments_are_explained(capsys, arguments, message):
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("error", [BuildError("a lesson can't be built"), chromium.Missing("no Chromium")])
def test_what_fails_is_said_in_a_line(monkeypatch, capsys, error):
    def fail(names):
        raise error

    monkeypatch.setattr(site, "make", fail)
    assert command.main(["site"]) == 1
    assert capsys.readouterr().err == f"FAILED {error}\n"
