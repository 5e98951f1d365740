"""Diagrams say what they show, show what is lit, and cut nothing off."""

import pytest
from matplotlib.colors import same_color
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.transforms import Bbox

from gan_lesson import diagrams
from gan_lesson.picture import GENERATOR

PICTURES = {
    "layer_widths": lambda: diagrams.layer_widths(
        [100, 256, 512, 1024, 784],
        names=["noise z", "hidden", "hidden", "hidden", "28 x 28 pixels"],
        colour=GENERATOR,
        alt="Five bars",
    ),
    "course_map": lambda: diagrams.course_map(
        [(0, 0, "1 The game", 45), (1, 1, "4 The discriminator", 45), (1, -1, "6 The adversarial loop", 80)],
        [True, False, False],
    ),
    "gan_diagram": diagrams.gan_diagram,
    "gan_diagram of the generator": lambda: diagrams.gan_diagram("generator"),
    "gan_diagram of the discriminator": lambda: diagrams.gan_diagram("discriminator"),
}


def test_every_diagram_is_tested_here():
    makers = {
        name
        for name, value in vars(diagrams).items()
        if getattr(value, "__annotations__", {}).get("return") == "Picture"
    }
    assert makers == {name.split()[0] for name in PICTURES}


@pytest.mark.parametrize("name", PICTURES)
def test_a_diagram_shows_itself_with_alt_text_and_cuts_no_label_off(name, drawn_well):
    drawn_well(PICTURES[name]())


def test_whoever_is_to_be_lit_must_be_a_player():
    with pytest.raises(ValueError, match=r"generator.*discriminator.*'both'"):
        diagrams.gan_diagram("both")


@pytest.mark.parametrize("lit", ["generator", "discriminator"])
def test_the_diagram_says_and_shows_whose_update_is_lit(lit):
    picture = diagrams.gan_diagram(lit)
    assert f"The {lit}'s update is lit." in picture.alt
    opacity = {text.get_text()[:9]: text.get_alpha() for text in picture.axes[0].texts if "loss of" in text.get_text()}
    mine, other = ("loss of G", "loss of D") if lit == "generator" else ("loss of D", "loss of G")
    assert opacity[mine] == 1 and opacity[other] < 0.5


def test_the_diagram_names_the_shapes_that_it_is_given():
    def written(picture):
        return [text.get_text() for text in picture.axes[0].texts]

    assert {"noise z\n(N, 100)", "reals x\n(N, 1, 28, 28)"} < set(written(diagrams.gan_diagram()))
    in_the_plane = diagrams.gan_diagram(noise="(N, 3)", data="(N, 2)")
    assert {"noise z\n(N, 3)", "fakes G(z)\n(N, 2)", "reals x\n(N, 2)"} < set(written(in_the_plane))


def test_the_generators_gradient_leads_through_the_discriminator_and_the_fakes_to_the_generator():
    (axes,) = diagrams.gan_diagram().axes
    arrows = [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]
    (way,) = [arrow.get_path() for arrow in arrows if same_color(arrow.get_edgecolor(), GENERATOR)]
    discriminator, fakes = Bbox([[6.68, -0.42], [8.12, 0.42]]), Bbox([[4.38, 0.58], [5.82, 1.42]])
    assert way.intersects_bbox(discriminator, filled=False) and way.intersects_bbox(fakes, filled=False)
    assert way.vertices[0] == pytest.approx([8.75, 0.36])  # at the score
    assert way.vertices[5] == pytest.approx([3.72, 1.36], abs=0.05)  # at the generator


def test_layer_widths_are_drawn_to_scale_and_named():
    (axes,) = diagrams.layer_widths([100, 50], names=["in", "out"], colour=GENERATOR, alt="a").axes
    heights = [bar.get_height() for bar in axes.patches if isinstance(bar, FancyBboxPatch)]
    assert heights[1] / heights[0] == pytest.approx(0.5)
    assert [text.get_text() for text in axes.texts] == ["100", "in", "50", "out"]
