"""What charts have in common: open axes, a line style for each curve, a legend that covers nothing."""

from __future__ import annotations

from ..picture import Picture

_LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))


def line_style(index: int):
    return _LINE_STYLES[index % len(_LINE_STYLES)]


def open_axes(picture: Picture, *position, **settings):
    axes = picture.add_subplot(*position, **settings)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def name_above(axes) -> None:
    """A legend above the axes and under their title: wherever it stood among the curves, it would cover one."""
    names = axes.get_legend_handles_labels()[1]
    columns = 1 if sum(map(len, names)) > 80 else len(names)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=columns, frameon=False, fontsize=9)
    if axes.get_title():
        axes.set_title(axes.get_title(), fontsize=axes.title.get_fontsize(), pad=26)
