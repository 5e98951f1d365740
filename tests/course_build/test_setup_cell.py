"""The first cell of every notebook, run in folders and Pythons like those of learners; the network stays cut."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from course_build import ROOT
from course_build.editions import SETUP

CODE = SETUP.read_text(encoding="utf-8")


def run_cell(python, cwd, repository="", path=()):
    """Run the set-up cell; ``path`` is put in front of the import path."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_"))}
    environment |= {
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "GAN_LESSON_DEVICE": "cpu",
        # pip reads this as "build isolation: no", and takes the setuptools it finds instead of downloading one.
        "PIP_NO_BUILD_ISOLATION": "0",
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": os.devnull,
    }
    code = CODE.replace("{{REPOSITORY}}", str(repository))
    return subprocess.run([python, "-c", code], cwd=cwd, env=environment, capture_output=True, text=True, timeout=300)


@pytest.fixture
def empty(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """All packages of the running Python but this course: links, so that nothing can touch the originals."""
    folder = tmp_path_factory.mktemp("packages")
    for site in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for entry in Path(site).iterdir():
            if "gan_lesson" not in entry.name:
                (folder / entry.name).symlink_to(entry)
    return folder


@pytest.fixture
def bare_python(tmp_path):
    """A Python of its own, into which pip may install."""
    venv.create(tmp_path / "venv", with_pip=False)
    folder = "Scripts" if os.name == "nt" else "bin"
    return tmp_path / "venv" / folder / Path(sys.executable).name


@pytest.fixture
def checkout(tmp_path):
    """A copy of the course, because a build leaves traces in the folder it builds."""
    folder = tmp_path / "checkout"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "gan_lesson", folder / "gan_lesson", ignore=ignore)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture
def colab(tmp_path):
    """Something that can be imported as google.colab."""
    package = tmp_path / "fake" / "google" / "colab"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package.parent / "__init__.py").touch()
    return tmp_path / "fake"


def assert_ready(result):
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert result.stdout.startswith("gan_lesson 0.")
    assert " is ready: PyTorch " in result.stdout
    assert result.stdout.endswith(", cpu\n")
    assert result.stdout.count("\n") == 1


def assert_one_line(result, text):
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    assert text in result.stderr


def test_installed_library_is_found_from_anywhere(empty):
    assert_ready(run_cell(sys.executable, empty, path=[ROOT]))


def test_checkout_is_found_from_the_folder_of_the_notebook(checkout, bare_python, packages):
    folder = checkout / "notebooks" / "solutions"
    folder.mkdir(parents=True)
    assert_ready(run_cell(bare_python, folder, path=[packages]))


def test_colab_installs_the_library_without_its_dependencies(empty, checkout, bare_python, packages, colab):
    result = run_cell(bare_python, empty, repository=checkout, path=[packages, colab])
    assert_ready(result)
    # Installed for the next notebook too, and nothing else with it: not a torch, not a Jupyter package.
    site = next((empty.parent / "venv").rglob("site-packages"))
    assert {entry.name.split("-")[0] for entry in site.iterdir()} == {"gan_lesson"}
    assert_ready(run_cell(bare_python, empty, path=[packages]))


@pytest.mark.parametrize("repository", ["", "file:///nowhere/at/all", "/nowhere/at/all"])
def test_colab_says_in_one_line_that_pip_failed(empty, bare_python, packages, colab, repository):
    result = run_cell(bare_python, empty, repository=repository, path=[packages, colab])
    assert_one_line(result, f"pip can't install the library from {repository!r}")


def test_elsewhere_one_line_says_what_to_do(empty, bare_python, packages):
    assert_one_line(
        run_cell(bare_python, empty, path=[packages]), "run `make lesson` in the folder of the course, or `pip"
    )


def test_python_without_pytorch_is_told_the_same(checkout, bare_python):
    assert_one_line(run_cell(bare_python, checkout), "No module named 'torch'")


def test_cell_is_python_that_any_kernel_understands():
    compile(CODE, "setup_cell.py", "exec")
    assert not [line for line in CODE.splitlines() if line.lstrip().startswith(("%", "!"))]
    assert CODE.startswith("# @title Set-up: run this first\n")
    assert CODE.count('REPOSITORY = "{{REPOSITORY}}"') == 1
