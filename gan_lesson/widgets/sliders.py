"""Sliders on a picture: ``interact(draw, epoch=(0, 40))`` redraws ``draw(epoch=...)`` whenever the slider moves."""

from __future__ import annotations

import html
import uuid
from collections.abc import Callable

import ipywidgets
from IPython.display import display, update_display

from ..plots import Picture
from .shared.still import WIDGET_VIEW, still


def interact(draw: Callable[..., Picture], **controls) -> None:
    """Show controls, and under them the `Picture` that ``draw`` makes of their values.

    Controls are what ``ipywidgets.interact`` takes: (low, high) or (low, high, step) becomes a slider, a list or dict a
    menu, a bool a box to tick; or a widget of your own. An exception in ``draw`` is shown in place of the picture, and
    the sliders go on. Where no kernel runs (another day, a code host, a printed page) the last picture is shown.
    """
    widgets = {name: _control(name, spec) for name, spec in controls.items()}
    picture = ipywidgets.HTML()
    call, key = f"interact({', '.join(controls)})", f"gl-{uuid.uuid4().hex[:12]}"

    def drawn() -> dict[str, str]:
        shown = render(draw, {name: widget.value for name, widget in widgets.items()})
        picture.value = shown["text/html"]
        return still(shown, call, key, stands_alone=False)

    box = ipywidgets.VBox([*widgets.values(), picture], _dom_classes=(key,))
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    display({WIDGET_VIEW: view}, raw=True)
    display(drawn(), raw=True, display_id=key)
    for widget in widgets.values():
        widget.observe(lambda _: update_display(drawn(), raw=True, display_id=key), "value")


def render(draw: Callable[..., Picture], values: dict) -> dict[str, str]:
    """``draw(**values)`` by MIME type, or HTML of what went wrong in it."""
    try:
        picture = draw(**values)
        if not isinstance(picture, Picture):
            raise TypeError(f"the function should return a Picture of gan_lesson.plots, it returned {picture!r}")
        return picture._repr_mimebundle_()
    except Exception as error:  # whatever the learner's function raises belongs on the screen, not in a lost log
        return {"text/html": f'<p role="alert"><b>{type(error).__name__}:</b> {html.escape(str(error))}</p>'}


def _control(name: str, spec) -> ipywidgets.Widget:
    try:
        widget = ipywidgets.interactive.widget_from_abbrev(spec)
    except ValueError:  # (high, low)
        widget = None
    if widget is None:
        raise ValueError(f"{name}={spec!r} is no control: give (low, high), a list, a bool or a widget")
    widget.description = widget.description or name.replace("_", " ")
    widget.style.description_width = "initial"
    if isinstance(widget, (ipywidgets.IntSlider, ipywidgets.FloatSlider)):
        widget.layout.width = "95%"
        widget.layout.max_width = "560px"
    return widget
