from gan_lesson.picture import Picture


def test_alt_text_is_escaped():
    shown = Picture('D < 0.5 & "fake"', 1, 1)._repr_html_()
    assert 'alt="D &lt; 0.5 &amp; &quot;fake&quot;"' in shown
