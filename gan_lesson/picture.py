"""What all pictures share: the colours of the players, and a Figure that shows itself with its alt text."""

from __future__ import annotations

import base64
import functools
import html
import io
from collections.abc import Callable

from matplotlib import style
from matplotlib.figure import Figure

# Tints after Okabe and Ito that colour-blind readers can tell apart; dark enough for text on white.
GENERATOR = "#0072B2"  # blue
DISCRIMINATOR = "#D55E00"  # orange
REAL = "#009E73"  # teal
FAKE = "#B4397F"  # magenta
INK = "#333333"
GUIDE = "#888888"

#: The same tints, light enough for text on the dark theme of JupyterLab.
ON_DARK = {GENERATOR: "#56b4e9", DISCRIMINATOR: "#ff9548", REAL: "#2cc99a", FAKE: "#ea86bd", INK: "#dddddd"}

_DPI = 96


class Picture(Figure):
    """A matplotlib Figure that a notebook shows by itself, with the alt text of its attribute ``alt``."""

    def __init__(self, alt: str, width: float = 7, height: float = 3):
        super().__init__(figsize=(width, height), dpi=_DPI, layout="constrained")
        self.alt = alt

    def png(self) -> bytes:
        """The picture as the bytes of a PNG file."""
        buffer = io.BytesIO()
        with style.context("default"):
            self.savefig(buffer, format="png")
        return buffer.getvalue()

    def _repr_mimebundle_(self, **_) -> dict[str, str]:
        """As HTML, which can hold the alt text, and as the PNG that an export to PDF takes."""
        content = base64.b64encode(self.png()).decode()
        shown = f'<img alt="{html.escape(self.alt)}" style="max-width:100%" src="data:image/png;base64,{content}">'
        return {"text/html": shown, "image/png": content}


def usual_look(draw: Callable[..., Picture]) -> Callable[..., Picture]:
    """Let ``draw`` draw as always, whatever style the session has chosen for its own pictures."""

    @functools.wraps(draw)
    def drawn(*arguments, **named) -> Picture:
        with style.context("default"):
            return draw(*arguments, **named)

    return drawn
