"""A picture is shown with its alt text, and as the PNG that a PDF needs."""

import base64

from IPython.core.formatters import DisplayFormatter

from gan_lesson.picture import Picture


def test_alt_text_is_escaped():
    shown = Picture('D < 0.5 & "fake"', 1, 1)._repr_mimebundle_()["text/html"]
    assert 'alt="D &lt; 0.5 &amp; &quot;fake&quot;"' in shown


def test_a_notebook_stores_the_alt_text_for_readers_and_the_png_for_paper():
    data, _ = DisplayFormatter().format(Picture("a blank square", 1, 1))
    assert data.keys() == {"text/html", "image/png", "text/plain"}
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/html"].endswith(f'src="data:image/png;base64,{data["image/png"]}">')
