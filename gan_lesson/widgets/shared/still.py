"""The picture that stays: an output of its own under a widget's, which the living widget hides.

Where JupyterLab finds no model for a widget it shows an error, and never the picture in the same output; whether it
finds one is a matter of settings. So the picture is stored beside it, with rules that need no script: it is hidden
where its widget lives in the same page, and hides what is left of a widget that doesn't.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

#: What is said under the picture of a widget.
AGAIN = '<p class="gl-again">As it was last seen. Run this cell again to bring it to life.</p>'

#: The same where its picture is a `Widget.preview`.
NOT_YET = '<p class="gl-again">Run this cell to bring it to life.</p>'

#: JupyterLab's mark of a widget that has lost its kernel.
_GONE = ".jupyter-widgets-disconnected"
_WRAPPED = re.compile(r'<div class="gl-still [\w-]+"><style>[^<]*</style>(.*)</div>', re.DOTALL)


def still(shown: Mapping[str, str], name: str, key: str, *, stands_alone: bool, said: str = AGAIN) -> dict[str, str]:
    """The output that stands in for a widget.

    Args:
        shown: its present state by MIME type: HTML, and a PNG unless it is made of words.
        name: what plain text says: the call that makes it.
        key: the class that its element has, and nothing else on the page.
        stands_alone: whether it lives where no kernel is.
        said: the paragraph under it.
    """
    living = f".{key}" if stands_alone else f".{key}:not({_GONE})"
    rules = [
        f"body:has({living} *) .{key}-still {{ display: none }}",
        # JupyterLab's "Error displaying widget: model not found" is text without an element
        f".jp-OutputArea-child:has(+ .jp-OutputArea-child .{key}-still) > .jp-OutputArea-output:not(:has(*)) "
        "{ display: none }",
    ]
    if not stands_alone:
        rules.append(f".{key}{_GONE} {{ display: none }}")
    style = "\n".join(rules)
    page = f'<div class="gl-still {key}-still"><style>{style}</style>{shown["text/html"]}{said}</div>'
    return {**shown, "text/html": page, "text/plain": name}


def without_rules(page: str) -> str:
    """The HTML of a `still` whose widget is not in the same file: nothing is left that changes from run to run."""
    return _WRAPPED.sub(r'<div class="gl-still">\1</div>', page)
