"""Points, maps and balls lie where they are told."""

import numpy as np
import pytest
import torch
from matplotlib.colors import same_color

from gan_lesson import plots
from tests.plots.drawn import MAP, radius_of_one


def test_balls_tell_what_lies_inside_from_what_lies_outside():
    real, fake = torch.tensor([[0.0, 0.0], [3.0, 0.0]]), torch.tensor([[0.5, 0.0], [0.0, 2.0], [0.0, 0.9]])
    above, below = plots.balls(real, {"three": fake}, radius_of_one, half_width=2, alt="a").axes
    assert [(ball.center, ball.radius) for ball in above.patches] == [((0, 0), 1), ((3, 0), 1)]
    clouds = {cloud.get_label(): cloud for axes in (above, below) for cloud in axes.collections}
    assert np.allclose(clouds["fake inside"].get_offsets(), fake[[0, 2]])
    assert np.allclose(clouds["real inside"].get_offsets(), real[:1])
    outside = [cloud for axes in (above, below) for cloud in axes.collections if cloud.get_label() == "outside"]
    assert [cloud.get_offsets().tolist() for cloud in outside] == [fake[1:2].tolist(), real[1:].tolist()]
    assert same_color(clouds["fake inside"].get_facecolor()[0], plots.FAKE)
    assert len(outside[0].get_paths()[0]) != len(clouds["fake inside"].get_paths()[0]), "another marker, too"
    assert len(below.patches) == 3 and above.get_title() == "three"


def test_points_hold_reals_and_fakes_and_a_map_with_row_0_at_the_bottom():
    real, fake = torch.tensor([[0.5, -0.5]]), torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    axes = plots.points(real, fake, score_map=MAP, half_width=2).axes[0]
    clouds = {cloud.get_label(): cloud for cloud in axes.collections}
    assert clouds["real"].get_offsets().tolist() == real.tolist()
    assert clouds["fake"].get_offsets().tolist() == fake.tolist()
    assert same_color(clouds["real"].get_facecolor()[0], plots.REAL) and same_color(
        clouds["fake"].get_edgecolor()[0], plots.FAKE
    )
    (heat,) = axes.images
    assert heat.origin == "lower" and list(heat.get_extent()) == [-2, 2, -2, 2] and heat.get_clim() == (0, 1)


def test_score_maps_stand_side_by_side_under_their_names_on_one_scale():
    maps = {"best": MAP, "trained": 1 - MAP}
    *places, scale = plots.score_maps(maps, half_width=2, alt="Two maps").axes
    assert [axes.get_title() for axes in places] == list(maps)
    for axes, score_map in zip(places, maps.values(), strict=True):
        (heat,) = axes.images
        assert np.allclose(heat.get_array(), score_map)
        assert heat.origin == "lower" and list(heat.get_extent()) == [-2, 2, -2, 2] and heat.get_clim() == (0, 1)
    assert scale.get_ylabel().startswith("score")


def test_the_colours_of_a_score_go_from_fake_over_white_to_real():
    fake, middle, real = plots.SCORE_COLOURS([0.0, 0.5, 1.0])
    assert same_color(fake, plots.FAKE) and same_color(real, plots.REAL)
    assert middle == pytest.approx([1, 1, 1, 1], abs=0.01)
