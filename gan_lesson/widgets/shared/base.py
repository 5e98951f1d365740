"""What the widgets share: one look, questions from the browser with answers from the kernel, and a picture as stand-in.

The browser asks, the kernel answers, and only then the browser asks again: nothing runs in the kernel by itself, so no
thread is needed, and a closed tab stops what it had going. ``kernel.js`` is the browser's half.
"""

from __future__ import annotations

import json
import math
import sys
import uuid
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import torch
import traitlets
from IPython.display import display, update_display

from ... import device as devices
from ...picture import DISCRIMINATOR, FAKE, GENERATOR, INK, ON_DARK, REAL, Picture
from .join import join
from .still import NOT_YET, WIDGET_VIEW, still

#: Content of more bytes than this is not stored with a notebook: the browser's half asks the kernel for it.
MOST_STORED = 500_000

_WIDGETS = Path(__file__).parent.parent
_TINTS = {
    "generator": GENERATOR,
    "discriminator": DISCRIMINATOR,
    "real": REAL,
    "fake": FAKE,
    "ink": INK,
}


def front_end(name: str) -> str:
    """``index.js`` of the widget's folder and all that it imports, as one self-contained ES module."""
    return join(f"{name}/index.js", lambda path: (_WIDGETS / path).read_text(encoding="utf-8"))


def style(name: str) -> str:
    """What the widget of the folder ``name`` adds to `STYLE`."""
    return (_WIDGETS / name / "style.css").read_text(encoding="utf-8")


def _style() -> str:
    light = "".join(f"--gl-{name}: {tint};" for name, tint in _TINTS.items())
    dark = "".join(f"--gl-{name}: {ON_DARK[tint]};" for name, tint in _TINTS.items())
    # JupyterLab, then Colab, then a page of `make site`
    on_dark = '[data-jp-theme-light="false"] .gl, [theme="dark"] .gl, [data-theme="dark"] .gl'
    return f".gl {{{light}}}\n{on_dark} {{{dark}}}\n" + style("shared")


STYLE = _style()


def asked(method: Callable[..., dict]) -> Callable[..., dict]:
    """Mark a method of a `Widget` as the answer to the question of its name.

    It is called with what the browser passes as keyword arguments, and returns a dict of JSON values, tensors and
    arrays. What it raises is shown in the widget, and the widget goes on.
    """
    method.is_asked = True
    return method


#: For each cell its last run, and the widgets that this run made.
_MADE: dict[str, tuple[str, list[weakref.ref[Widget]]]] = {}


class Widget(anywidget.AnyWidget):
    """The base of all widgets of the course. ``stand_in`` is what is shown where no widget can live."""

    _esm = "export default { render() {} }"
    _css = STYLE

    stands_alone = traitlets.Bool(False, help="whether it is alive without a kernel").tag(sync=True)

    def __init__(self, **traits):
        self._key = f"gl-{uuid.uuid4().hex[:12]}"
        self._is_shown = False
        super().__init__(_dom_classes=(self._key,), **traits)
        self.on_msg(self._answer)
        _end_those_of_earlier_runs(self)

    def picture(self) -> Picture:
        """The present state as a picture."""
        raise NotImplementedError

    def stand_in(self) -> dict[str, str]:
        """The present state by MIME type, with HTML: its picture, unless the widget is made of words."""
        return self.picture()._repr_mimebundle_()

    def preview(self) -> Picture | None:
        """What to show where nothing has been pressed yet, if its present state says little: a trained one."""
        return None

    @asked
    def keep(self) -> dict:
        """Let the picture in the notebook show the present state; the browser asks for it when all is quiet."""
        if self._is_shown:
            update_display(self._still(self.stand_in()), display_id=self._key, raw=True)
        return {}

    def _ipython_display_(self) -> None:
        data, about = super()._repr_mimebundle_()  # what it says about the output is what Colab needs
        display({WIDGET_VIEW: data[WIDGET_VIEW]}, metadata=about, raw=True)
        trained = self.preview()
        shown = self._still(trained._repr_mimebundle_(), said=NOT_YET) if trained else self._still(self.stand_in())
        display(shown, display_id=self._key, raw=True)
        self._is_shown = True

    def _still(self, shown: Mapping[str, str], **words: str) -> dict[str, str]:
        return still(shown, f"{type(self).__name__}()", self._key, stands_alone=self.stands_alone, **words)

    def _answer(self, _, content: dict, __) -> None:
        try:
            method = getattr(type(self), content["ask"], None)
            if not getattr(method, "is_asked", False):
                raise ValueError(f"{type(self).__name__} has no answer to {content['ask']!r}")
            buffers: list[memoryview] = []
            with leaving_a_core():
                reply = pack(method(self, **content["about"]), buffers)
            self.send({"id": content["id"], "reply": reply}, buffers)
        except (Exception, KeyboardInterrupt, SystemExit) as error:  # shown where the learner looks: in the widget
            self.send({"id": content.get("id"), "error": f"{type(error).__name__}: {error}".rstrip(": ")})


def _end_those_of_earlier_runs(widget: Widget) -> None:
    """Close what an earlier run of this cell made: its output is gone, but ipywidgets would keep it for good."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    asked = getattr(shell, "get_parent", dict)()
    cell, run = asked.get("metadata", {}).get("cellId"), asked.get("header", {}).get("msg_id")
    if cell is None:  # no notebook, or a front end that doesn't say
        return
    last_run, made = _MADE.get(cell, (run, []))
    if last_run != run:
        for earlier in filter(None, [reference() for reference in made]):
            earlier.close()
        made = []
    _MADE[cell] = run, [*made, weakref.ref(widget)]


class WithContent(Widget):
    """A widget that shows ``content``, which is made once: arrays and JSON values by name.

    It is alive without a kernel, unless the content is too large to be stored with a notebook (`MOST_STORED`).
    """

    stands_alone = traitlets.Bool(True).tag(sync=True)
    content = traitlets.Dict(help="packed; empty where the browser has to ask for `whole`").tag(sync=True)

    def __init__(self, content: dict, **traits):
        packed = pack(content)
        if _bytes_in(packed) > MOST_STORED:
            packed, traits["stands_alone"] = {}, False
        self._content = content
        super().__init__(content=packed, **traits)

    @asked
    def whole(self) -> dict:
        """The content."""
        return self._content


@contextmanager
def leaving_a_core() -> Iterator[None]:
    """Inside the block torch leaves a core to the browser, which draws while the kernel computes.

    Threads wait for each other at the end of every operation. When the browser has the core of one of them, all wait:
    on two busy cores a step of the article's training was seen to take 280 ms with two threads and 50 ms with one.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(min(before, max(1, devices.cores() - 1)))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def pack(value: Any, buffers: list[memoryview] | None = None) -> Any:
    """A nested value for the browser: tensors and arrays become descriptions of their bytes.

    The bytes go into the list ``buffers`` when one is given (for a message), else beside the description (for a trait
    of type Dict). uint8 stays what it is, other whole numbers arrive as int32, all else as float32.
    """
    if isinstance(value, (torch.Tensor, np.ndarray)):
        array = _plain(value)
        description = {"dtype": str(array.dtype), "shape": list(array.shape)}
        if buffers is None:
            return {**description, "bytes": array.tobytes()}
        buffers.append(memoryview(array.tobytes()))
        return {**description, "buffer": len(buffers) - 1}
    if isinstance(value, Mapping):
        return {str(key): pack(item, buffers) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [pack(item, buffers) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}  # JSON knows neither NaN nor infinity
    json.dumps(value)  # a value that the browser can't read is better met here
    return value


def _bytes_in(packed: Any) -> int:
    if isinstance(packed, bytes):
        return len(packed)
    inside = packed.values() if isinstance(packed, dict) else packed if isinstance(packed, list) else ()
    return sum(map(_bytes_in, inside))


def _plain(value: torch.Tensor | np.ndarray) -> np.ndarray:
    array = value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else value
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    return np.ascontiguousarray(array, dtype=np.int32 if array.dtype.kind in "iub" else np.float32)
