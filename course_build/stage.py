"""A stage for one widget: its browser half in Chromium, its Python half in this process, no Jupyter between them."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import gan_lesson.widgets
from gan_lesson.widgets.shared.base import Widget

_WIDGETS = Path(gan_lesson.widgets.__file__).parent
_PAGE = (_WIDGETS / "shared" / "page.js").read_text(encoding="utf-8")
_MODULES = "https://widgets.test/"  # no such host: Playwright answers for it
_DARK = "--jp-ui-font-color1: #e0e0e0; --jp-layout-color1: #111111; background: #111111;"


def show(page, widget: Widget, *, width: int = 1000, height: int = 800, dark: bool = False, kernel: bool = True):
    """Show ``widget`` on the Playwright page; returns the locator of its root. Without ``kernel`` questions fail.

    On the page ``stage.load("shared/kernel.js")`` promises a module of the widgets, as the browser itself loads it.
    """
    page.set_viewport_size({"width": width, "height": height})
    theme = f'<body data-jp-theme-light="false" style="{_DARK}">' if dark else "<body>"
    page.set_content(f"<!doctype html><html lang=en><title>stage</title>{theme}<div id=stage class=stage></div>")
    page.add_style_tag(content=widget._css)
    page.route(f"{_MODULES}**", _serve)
    if kernel:
        page.expose_function("askKernel", lambda content: _answer(widget, content))
    page.add_script_tag(
        type="module",
        content=f"""
        {_PAGE}
        const kernel = globalThis.askKernel
          ? async (content) => {{
              stage.underWay += 1;
              const [reply, buffers] = JSON.parse(await askKernel(JSON.parse(JSON.stringify(content))));
              stage.underWay -= 1;
              return [reply, buffers.map(bytesOf)];
            }}
          : null;
        const model = pageModel(withBytes({json.dumps(saved_state(widget))}), kernel);
        const source = {json.dumps(widget._esm)};
        const module = await import(URL.createObjectURL(new Blob([source], {{ type: "text/javascript" }})));
        const load = (path) => import({json.dumps(_MODULES)} + path);
        globalThis.stage = {{ model, module, load, underWay: 0 }};
        globalThis.leaveStage = await module.default.render({{ model, el: document.querySelector("#stage") }});
        // a frame is painted: who watches its own size has seen it, and nothing moves under the mouse any more
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        globalThis.stageIsSet = true;
        """,
    )
    page.wait_for_function("globalThis.stageIsSet === true")
    return page.locator("#stage")


def _serve(route) -> None:
    path = _WIDGETS / route.request.url.removeprefix(_MODULES)
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "text/javascript"}
    route.fulfill(body=path.read_text(encoding="utf-8"), headers=headers)


def wait_for_answers(page) -> None:
    """Wait until all that the widget asked is answered. A widget that plays asks on: pause it before.

    Some ask their next question with the next frame: hence a few frames in a row.
    """
    page.wait_for_function("(stage.quiet = stage.underWay ? 0 : (stage.quiet ?? 0) + 1) > 3")
    page.evaluate("stage.quiet = 0")


def fall_silent(page) -> None:
    """From now on the kernel keeps what it is asked, and answers all of it at once when `speak` is called."""
    page.evaluate(
        """() => {
            const { model } = stage;
            const send = model.send;
            stage.kept = [];
            model.send = (content) => stage.kept.push(content);
            stage.speak = () => {
                model.send = send;
                stage.kept.forEach(send);
            };
        }"""
    )


def speak(page) -> None:
    """The kernel answers again."""
    page.evaluate("stage.speak()")


def saved_state(widget: Widget) -> dict:
    """The synced traits of a widget as JSON, as a page without a kernel keeps them."""
    state = widget.get_state()
    return _readable({name: value for name, value in state.items() if not name.startswith("_") and name != "layout"})


def _readable(value):
    if isinstance(value, (bytes, memoryview)):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {key: _readable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_readable(item) for item in value]
    return value


def _answer(widget: Widget, content: dict) -> str:
    sent = []
    widget.send = lambda reply, buffers=(): sent.append((reply, buffers))
    widget._answer(widget, content, [])
    ((reply, buffers),) = sent
    return json.dumps([reply, [base64.b64encode(buffer).decode() for buffer in buffers]])
