"""Rooms with one job: notebooks for learners, a library to install, and no tools that are taken from the tests."""

from __future__ import annotations

import ast
from importlib import metadata

import pytest

from course_build import NOTEBOOKS, ROOT

CODE = sorted(path for folder in ("course_build", "benchmarks", "images") for path in (ROOT / folder).rglob("*.py"))


def test_notebooks_are_all_that_a_learner_finds_beside_them():
    tools = [path.name for kind in ("py", "yml", "css", "js", "html") for path in NOTEBOOKS.rglob(f"*.{kind}")]
    assert tools == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_takes_its_tools_from_the_tests(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not any(name.split(".")[0] == "tests" for name in names)
        assert not (isinstance(node, ast.Constant) and node.value == "tests"), "a path into the tests"


def test_what_is_installed_is_the_library_alone():
    assert metadata.distribution("gan-lesson").read_text("top_level.txt").split() == ["gan_lesson"]
