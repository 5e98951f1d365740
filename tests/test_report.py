"""A report names every figure, in plain text and as a table, and nothing in it is read as HTML."""

import dataclasses

from gan_lesson.report import Figures, Report


def test_a_report_names_every_figure_in_plain_text_and_in_html():
    fake = Figures(123.456, 0.1234, 0.5678, 9, 1.2341, [0.1] * 10, 0.8762, 4.321, 6.789, 0.111, 0.222)
    real = Figures(4.567, 0.9012, 0.8901, 10, 2.3012, [0.1] * 10, 0.9954, 8.765, 7.654, 0.012, 0.013)
    made = Report(fake, real, 12_345, 0, "<Eye>", "0123456789abcdef", ["too few & too dark"])
    lines = {
        "Frechet distance": ("123.46", "4.57"),
        "precision": ("0.123", "0.901"),
        "recall": ("0.568", "0.890"),
        "digits drawn": ("9 of 10", "10 of 10"),
        "entropy of the digits": ("1.234", "2.301"),
        "confidence": ("0.876", "0.995"),
        "nearest training image, in pixels": ("4.32", "8.77"),
        "the same in features": ("6.79", "7.65"),
        "copies of training images, by pixels": ("11.1%", "1.2%"),
        "copies, by features": ("22.2%", "1.3%"),
    }
    # each figure has a line of its own; the ten shares are summed up by two of them
    assert len(made.rows()) == len(lines) == len(dataclasses.fields(Figures)) - 1
    text, rows = str(made).splitlines(), made._repr_html_().split("<tr>")
    for number, (label, values) in enumerate(lines.items()):
        assert label in text[number + 1]
        assert text[number + 1].split("  ")[-1].strip() == values[1]
        assert f" {values[0]} " in text[number + 1]
        assert label in rows[number + 2]
        assert f"<td>{values[0]}</td><td>{values[1]}</td>" in rows[number + 2]
    for page in (str(made), made._repr_html_()):
        assert "12,345 images" in page
        assert "01234567" in page
        assert "the floor, a yardstick and no bound" in page
        assert "Careful:" in page
    assert "Careful: too few & too dark" in str(made)
    assert "features of &lt;Eye&gt;" in made._repr_html_()
    assert "too few &amp; too dark" in made._repr_html_()
