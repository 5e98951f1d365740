"""The names of `gan_lesson.widgets` are there when they are asked for, and each widget's folder holds all its parts."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gan_lesson import widgets
from gan_lesson.widgets.shared.base import front_end

ROOMS = Path(widgets.__file__).parent
PURE = sorted(
    ".".join(path.relative_to(ROOMS).with_suffix("").parts)
    for path in ROOMS.glob("*/*.py")
    if path.name not in ("__init__.py", "shell.py", "base.py")
)
#: Widgets: their folders have a browser's half.
FOLDERS = sorted(path.parent for path in ROOMS.glob("*/shell.py"))
#: Made of words: Python has nothing to compute for it.
WITHOUT_PURE_PART = {"prediction"}


def names_of(folder: Path, ending: str) -> set[str]:
    return {path.name for path in folder.glob(f"*{ending}")}


@pytest.mark.parametrize("name", widgets.__all__)
def test_every_name_is_there(name):
    assert getattr(widgets, name).__name__ == name
    assert name in dir(widgets)


def test_a_name_that_is_none_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Piano'"):
        _ = widgets.Piano


def test_nothing_but_shells_needs_anywidget():
    code = "import sys\nsys.modules.update(anywidget=None, ipywidgets=None, traitlets=None)\n"  # importing them fails
    code += "import gan_lesson.widgets\n" + "".join(f"import gan_lesson.widgets.{name}\n" for name in PURE)
    assert "playground.game" in PURE
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_each_widget_has_a_folder_and_each_folder_a_widget():
    homes = {Path(sys.modules[getattr(widgets, name).__module__].__file__) for name in widgets.__all__}
    assert {path.parent for path in homes if path.name == "shell.py"} == set(FOLDERS)
    assert {path.parent.name for path in ROOMS.glob("*/*.js")} == {folder.name for folder in FOLDERS} | {"shared"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_widgets_folder_has_its_parts_and_nothing_else(folder):
    assert {path.suffix for path in folder.iterdir() if path.is_file()} == {".py", ".js", ".css"}
    assert "index.js" in names_of(folder, ".js")
    assert names_of(folder, ".css") == {"style.css"}
    has_pure_part = names_of(folder, ".py") > {"__init__.py", "shell.py"}
    assert has_pure_part == (folder.name not in WITHOUT_PURE_PART)


def test_every_module_is_part_of_a_widget_or_of_a_page():
    joined = "".join(front_end(folder.name) for folder in FOLDERS)
    modules = {path.relative_to(ROOMS).as_posix() for path in ROOMS.glob("*/*.js")}
    assert set(re.findall(r"^// (\w+/\w+\.js)$", joined, re.MULTILINE)) == modules - {"shared/page.js"}


@pytest.mark.parametrize("path", sorted(ROOMS.glob("*/*.js")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_module_can_be_read_at_one_go(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
