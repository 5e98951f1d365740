"""The names of `gan_lesson.widgets` are there when they are asked for, and what is pure needs no browser."""

import subprocess
import sys
from pathlib import Path

import pytest

from gan_lesson import widgets

ROOMS = Path(widgets.__file__).parent
PURE = sorted(
    ".".join(path.relative_to(ROOMS).with_suffix("").parts)
    for path in ROOMS.glob("*/*.py")
    if path.name not in ("__init__.py", "shell.py", "base.py")
)


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
