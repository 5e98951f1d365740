"""Pictures hold the numbers they are given, cut nothing off, carry alt text and touch no global state."""

import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from matplotlib.colors import same_color
from PIL import Image

from gan_lesson import losses, plots
from gan_lesson.training import Step


def steps(count: int) -> list[Step]:
    return [
        Step(n, 1 + 1 / n, 0.5, 0.5 + 1 / n, 2 - 1 / n, 0.6 + 0.1 / n, 0.4 - 0.1 / n, 64 * n)
        for n in range(1, count + 1)
    ]


def images(count: int) -> torch.Tensor:
    return torch.linspace(-1, 1, count * 784).view(count, 1, 28, 28)


SPOTS = torch.linspace(-1, 1, 40).view(20, 2)
MAP = torch.linspace(0, 1, 100).view(10, 10)
EQUILIBRIUM = (1.386, 0.693)

MOMENTS = [
    {"seconds": 10**n, "frechet_distance": 1000 / 10**n, "precision": 0.2 * n, "recall": 0.1 * n} for n in range(4)
]


def radius_of_one(points: torch.Tensor) -> torch.Tensor:
    return torch.ones(len(points))


PICTURES = {
    "image_grid": lambda: plots.image_grid(images(7)),
    "image_grid of one": lambda: plots.image_grid(images(1)),
    "image_grid with titles": lambda: plots.image_grid(
        images(5), columns=5, titles=["zero", "one", "two", "three", "4"]
    ),
    "image_grid with rows": lambda: plots.image_grid(images(6), columns=3, rows=["reals", "the fakes of a long name"]),
    "image_grid in colour": lambda: plots.image_grid(in_colour(5), titles=list("abcde")),
    "moments in colour": lambda: plots.moments(in_colour(8).view(2, 4, 3, 4, 5), titles=["epoch 0", "epoch 40"]),
    "training on images in colour": lambda: plots.training(steps(9), samples=in_colour(4), equilibrium=EQUILIBRIUM),
    "moments": lambda: plots.moments(images(18).view(2, 9, 1, 28, 28), titles=["epoch 0", "epoch 40"]),
    "lines": lambda: plots.lines(
        [0, 1, 2],
        {"minimax": [3, 2, 1], "non-saturating": [1, 2, 3]},
        xlabel="score D(G(z))",
        ylabel="generator's loss",
        alt="Two curves",
        guides={"equilibrium": 3.0, "a blind discriminator": 1.0},
        marker=1,
    ),
    "bars": lambda: plots.bars(range(10), [5923, 6742] * 5, xlabel="digit", ylabel="images", alt="Ten bars"),
    "quality": lambda: plots.quality(
        {"article": [MOMENTS], "quick": [MOMENTS[1:], MOMENTS[:2]]},
        x="seconds",
        xlabel="seconds of training",
        floor=MOMENTS[-1],
        alt="Three panels",
        logarithmic="xy",
    ),
    "generator_losses": lambda: plots.generator_losses(
        {name: loss.generator for name, loss in losses.LOSSES.items()}, logit=-4.0
    ),
    "histogram": lambda: plots.histogram(
        {"real": images(2), "fake": images(3)}, xlabel="value of a pixel", alt="Two histograms", guides={"grey": 0.0}
    ),
    "scores": lambda: plots.scores(images(12), torch.linspace(0, 1, 12).view(12, 1)),
    "points": lambda: plots.points(SPOTS, SPOTS / 2, score_map=MAP, title="after 1000 steps"),
    "points of the data alone": lambda: plots.points(SPOTS),
    "score_maps": lambda: plots.score_maps(
        {"the best scores": MAP, "the trained one's": MAP}, alt="Two maps of scores"
    ),
    "balls": lambda: plots.balls(
        SPOTS, {"near\nby": SPOTS + 0.1, "far": SPOTS + 3}, radius_of_one, alt="Balls in four panels"
    ),
    "balls of one set": lambda: plots.balls(SPOTS, {"near by": SPOTS}, radius_of_one, alt="Balls in two panels"),
    "training on images": lambda: plots.training(steps(120), samples=images(36), equilibrium=EQUILIBRIUM),
    "training on points": lambda: plots.training(
        steps(120), samples=SPOTS, equilibrium=EQUILIBRIUM, real=SPOTS, score_map=MAP
    ),
    "training before its first step": lambda: plots.training([], samples=images(4), equilibrium=EQUILIBRIUM),
}


def test_every_function_that_makes_a_picture_is_tested_here():
    makers = {
        name for name, value in vars(plots).items() if getattr(value, "__annotations__", {}).get("return") == "Picture"
    }
    assert {name for name in makers if not name.startswith("_")} == {name.split()[0] for name in PICTURES}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_shows_itself_with_alt_text_and_cuts_no_label_off(name, drawn_well):
    drawn_well(PICTURES[name]())


def test_importing_the_module_does_not_load_pyplot():
    code = "import sys, gan_lesson.plots, gan_lesson.diagrams; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def labelled(axes) -> dict[str, object]:
    return {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}


def guides(axes) -> list[float]:
    return [
        line.get_ydata()[0]
        for line in axes.lines
        if line.get_label().startswith("_child") and len(set(line.get_ydata())) == 1
    ]


def test_lines_hold_the_data_in_the_colours_asked_for():
    picture = plots.lines(
        [0, 1, 2],
        {"up": [1, 2, 3], "down": torch.tensor([3.0, 2, 0])},
        xlabel="x",
        ylabel="y",
        alt="a",
        colours={"up": plots.REAL},
        guides={"half": 0.5},
        ylim=(-1, 4),
        marker=1.5,
    )
    (axes,) = picture.axes
    curves = labelled(axes)
    assert list(curves) == ["up", "down"]
    assert curves["up"].get_xydata().tolist() == [[0, 1], [1, 2], [2, 3]]
    assert curves["down"].get_xydata().tolist() == [[0, 3], [1, 2], [2, 0]]
    assert same_color(curves["up"].get_color(), plots.REAL)
    assert curves["up"].get_linestyle() != curves["down"].get_linestyle()  # not by colour alone
    assert 0.5 in guides(axes) and "half" in [text.get_text() for text in axes.texts]
    assert any(list(line.get_xdata()) == [1.5, 1.5] for line in axes.lines)
    assert axes.get_ylim() == (-1, 4)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "y")


def test_generator_losses_and_their_gradients_are_the_ones_of_the_textbook():
    parts = {"minimax": losses.MINIMAX.generator, "non_saturating": losses.NON_SATURATING.generator}
    values, slopes = plots.generator_losses(parts, logit=-4.0).axes
    t = np.linspace(-10, 10, 401)
    score = 1 / (1 + np.exp(-t))
    for drawn, expected in zip(values.lines, (np.log(1 - score), -np.log(score)), strict=False):
        assert np.allclose(drawn.get_xydata(), np.stack([t, expected], axis=1), atol=1e-4)
    for drawn, expected in zip(slopes.lines, (-score, score - 1), strict=False):
        assert np.allclose(drawn.get_xydata(), np.stack([t, expected], axis=1), atol=1e-5)
    assert list(labelled(slopes)) == ["minimax -0.018", "non-saturating -0.982"]


def test_of_more_losses_than_line_styles_none_is_left_out():
    parts = {f"loss {number}": losses.HINGE.generator for number in range(7)}
    for axes in plots.generator_losses(parts).axes:
        looks = [(line.get_color(), line.get_linestyle()) for line in axes.lines[:7]]
        assert len(set(looks)) == 7, "a loss is missing, or two look alike"


def test_one_curve_needs_no_legend():
    assert plots.lines([0, 1], {"only": [0, 1]}, xlabel="x", ylabel="y", alt="a").axes[0].get_legend() is None


def test_bars_carry_their_names_and_values():
    (axes,) = plots.bars([3, 8], [6131, 5851], xlabel="digit", ylabel="images", alt="a").axes
    axes.figure.draw_without_rendering()
    assert [bar.get_height() for bar in axes.containers[0]] == [6131, 5851]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["3", "8"]
    assert [label.get_text() for label in axes.texts] == ["6,131", "5,851"]


def test_bars_write_their_values_as_asked():
    (axes,) = plots.bars(["a"], [2.25], xlabel="x", ylabel="y", alt="a", value_format="{:.1f}").axes
    assert [label.get_text() for label in axes.texts] == ["2.2"]


def test_lines_are_logarithmic_along_the_axes_that_are_named():
    (axes,) = plots.lines([1, 10], {"one": [1, 100]}, xlabel="x", ylabel="y", alt="a", logarithmic="y").axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")


def test_quality_draws_each_run_in_each_panel_with_its_floor():
    picture = PICTURES["quality"]()
    panels = picture.axes
    for axes, figure in zip(panels, ("frechet_distance", "precision", "recall"), strict=True):
        *runs, floor = axes.lines
        assert [list(run.get_ydata()) for run in runs] == [
            [moment[figure] for moment in moments] for moments in (MOMENTS, MOMENTS[1:], MOMENTS[:2])
        ]
        assert set(floor.get_ydata()) == {MOMENTS[-1][figure]}
        assert axes.get_xscale() == "log"
    assert [axes.get_yscale() for axes in panels] == ["log", "linear", "linear"]
    (legend,) = picture.legends
    assert [text.get_text() for text in legend.get_texts()] == ["article", "quick", "real test images"]


@pytest.mark.parametrize("titles", [None, list("abcdef")])
def test_rows_have_names_to_their_left_at_their_height(titles):
    picture = plots.image_grid(images(6), columns=3, titles=titles, rows=["above", "below"])
    picture.draw_without_rendering()
    names = {text.get_text(): text for axes in picture.axes for text in axes.texts}
    above, below = (names[name].get_window_extent() for name in ("above", "below"))
    grid = [axes.get_window_extent() for axes in picture.axes]
    assert max(above.x1, below.x1) <= min(box.x0 for box in grid)
    middle = (min(box.y0 for box in grid) + max(box.y1 for box in grid)) / 2
    assert below.y1 < middle < above.y0


@pytest.mark.parametrize("name", ["lines", "histogram", "points", "training on images", "training on points"])
def test_a_legend_covers_neither_curves_nor_title(name):
    picture = PICTURES[name]()
    picture.draw_without_rendering()
    found = [(axes, axes.get_legend().get_window_extent()) for axes in picture.axes if axes.get_legend()]
    assert found
    for axes, legend in found:
        assert not legend.overlaps(axes.get_window_extent().shrunk(0.99, 0.99))
        if axes.get_title():
            assert not legend.overlaps(axes.title.get_window_extent().padded(-1))


def test_a_histogram_shows_shares_of_each_tensor():
    values = {"real": torch.tensor([0.0, 0, 0, 1]), "fake": torch.tensor([1, 1], dtype=torch.uint8)}
    (axes,) = plots.histogram(values, xlabel="value", alt="a", bins=2).axes
    real, fake = axes.patches
    # the outline of two bars: up, along the first, to the height of the second, along it, down
    assert [corner[1] for corner in real.get_xy()][1:5] == [0.75, 0.75, 0.25, 0.25]
    assert [corner[1] for corner in fake.get_xy()][1:5] == [0, 0, 1, 1]
    assert same_color(real.get_facecolor()[:3], plots.REAL) and same_color(fake.get_facecolor()[:3], plots.FAKE)
    assert real.get_linestyle() != fake.get_linestyle(), "colour is never the only carrier"


def test_a_histogram_may_show_more_tensors_than_there_are_line_styles():
    (axes,) = plots.histogram({str(n): torch.full((3,), float(n)) for n in range(7)}, xlabel="value", alt="a").axes
    assert len({(*patch.get_edgecolor(), patch.get_linestyle()) for patch in axes.patches}) == 7


def test_a_histogram_takes_what_comes_out_of_a_network():
    assert plots.histogram({"logits": torch.zeros(4, requires_grad=True) + 1}, xlabel="logit", alt="a").axes


def test_a_histogram_names_its_guides():
    (axes,) = plots.histogram({"real": torch.arange(5.0)}, xlabel="value", alt="a", guides={"the first": 1.5}).axes
    (line,), (name,) = axes.lines, axes.texts
    assert list(line.get_xdata()) == [1.5, 1.5] and name.get_text() == "the first" and name.xy[0] == 1.5


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


def test_scores_stand_above_their_images():
    picture = plots.scores(images(3), torch.tensor([[0.0], [0.256], [1.0]]))
    assert [axes.get_title() for axes in picture.axes] == ["0.00", "0.26", "1.00"]
    assert all("0.26" in word for word in [picture.alt])


def test_images_are_drawn_with_ink_dark_on_white():
    (axes,) = plots.image_grid(images(1)).axes
    (drawn,) = axes.images
    assert np.allclose(drawn.get_array(), images(1)[0, 0])
    assert drawn.to_rgba(np.array([[-1.0, 1.0]]))[0, :, 0].tolist() == [1, 0]


def test_tile_fills_row_by_row_with_gaps_and_leaves_spare_places_white():
    one, two, three = (np.full((2, 2), value, dtype=np.float32) for value in (0.1, 0.2, 0.3))
    sheet = plots.tile(np.stack([one, two, three]), columns=2, gap=1)
    expected = [
        [0.1, 0.1, -1, 0.2, 0.2],
        [0.1, 0.1, -1, 0.2, 0.2],
        [-1, -1, -1, -1, -1],
        [0.3, 0.3, -1, -1, -1],
        [0.3, 0.3, -1, -1, -1],
    ]
    assert np.array_equal(sheet, np.array(expected, dtype=np.float32))


def test_save_grid_is_exact_to_the_pixel(tmp_path):
    five = torch.stack([torch.full((1, 28, 28), value) for value in (-1.0, -0.5, 0.0, 0.5, 1.0)])
    five[4, 0, 0, 0] = -1  # a corner, to see that nothing is turned
    plots.save_grid(five, tmp_path / "grid.png", scale=2)
    with Image.open(tmp_path / "grid.png") as image:
        assert image.format == "PNG" and image.mode == "L"
        grey = np.asarray(image)
    expected = np.full((58, 88), 255)
    for (row, column), shade in {(0, 0): 255, (0, 1): 191, (0, 2): 128, (1, 0): 64, (1, 1): 0}.items():
        expected[30 * row : 30 * row + 28, 30 * column : 30 * column + 28] = shade
    expected[30, 30] = 255
    assert np.array_equal(grey, expected.repeat(2, axis=0).repeat(2, axis=1))


def in_colour(count: int) -> torch.Tensor:
    return torch.linspace(-1, 1, count * 60).view(count, 3, 4, 5)


def test_images_in_colour_and_of_any_size_are_drawn_as_they_are(tmp_path):
    colours = in_colour(3)
    drawn = plots.image_grid(colours, columns=2)
    assert drawn.get_size_inches().tolist() == pytest.approx([1.4, 2 * 0.7 * 4 / 5])
    (shown,) = drawn.axes[0].images
    sheet = np.asarray(shown.get_array())
    assert np.allclose(sheet[:4, 7:12], (1 + colours[1].permute(1, 2, 0).numpy()) / 2)
    assert (sheet[6:, 7:] == 1).all()  # the spare place is white
    plots.save_grid(colours, tmp_path / "x.png", scale=1)
    saved = np.asarray(Image.open(tmp_path / "x.png"))
    assert np.abs(saved[:4, :5] - 127.5 * (1 + colours[0].permute(1, 2, 0).numpy())).max() <= 0.5


@pytest.mark.parametrize(
    "wrong",
    [
        torch.zeros(28, 28),
        torch.zeros(2, 28, 28),
        torch.zeros(2, 784),
        torch.zeros(2, 2, 28, 28),
        torch.zeros(0, 1, 28, 28),
    ],
)
def test_images_of_a_wrong_shape_are_named_beside_the_right_one(wrong, tmp_path):
    for draw in (plots.image_grid, lambda it: plots.save_grid(it, tmp_path / "x.png")):
        with pytest.raises(ValueError, match=rf"\(N, 1, H, W\).*, got {re.escape(str(tuple(wrong.shape)))}"):
            draw(wrong)
    assert list(tmp_path.iterdir()) == []


def test_images_that_are_still_bytes_are_sent_to_to_range():
    with pytest.raises(TypeError, match=r"torch.uint8.*to_range"):
        plots.image_grid(torch.zeros(2, 1, 28, 28, dtype=torch.uint8))


def test_images_and_points_may_still_carry_gradients():
    points, image = torch.ones(2, 2, requires_grad=True) * 2, torch.full((1, 1, 28, 28), 0.25, requires_grad=True) * 2
    (*_, fakes) = plots.points(SPOTS, points, score_map=MAP).axes[0].collections
    assert fakes.get_offsets().tolist() == [[2, 2], [2, 2]]
    assert (plots.image_grid(image).axes[0].images[0].get_array() == 0.5).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.points(torch.zeros(5, 3)), r"\(N, 2\), got \(5, 3\)"),
        (lambda: plots.points(SPOTS, torch.zeros(2)), r"\(N, 2\), got \(2,\)"),
        (lambda: plots.scores(images(3), torch.zeros(2, 1)), r"3 images.*\(2, 1\)"),
        (lambda: plots.image_grid(images(3), titles=["a"]), "3 images, 1 titles"),
        (lambda: plots.image_grid(images(3), columns=2, rows=["a"]), "2 rows, 1 names"),
        (lambda: plots.histogram({"real": torch.zeros(0)}, xlabel="x", alt="a"), "no values.*real"),
        (lambda: plots.histogram({}, xlabel="x", alt="a"), "no values"),
    ],
)
def test_what_cannot_be_drawn_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()


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


def test_training_shows_samples_losses_and_scores():
    history = steps(9)
    samples, players, scores = plots.training(history, samples=images(4), equilibrium=EQUILIBRIUM).axes
    assert samples.get_title() == "after 9 steps" and samples.images[0].get_array().shape == (58, 58)
    curves = labelled(players) | labelled(scores)
    wanted = {
        "discriminator": ("discriminator_loss", plots.DISCRIMINATOR),
        "generator": ("generator_loss", plots.GENERATOR),
        "D(x), reals": ("real_score", plots.REAL),
        "D(G(z)), fakes": ("fake_score", plots.FAKE),
    }
    assert list(curves) == list(wanted)
    for name, (field, colour) in wanted.items():
        assert curves[name].get_xydata().tolist() == [[step.number, getattr(step, field)] for step in history]
        assert same_color(curves[name].get_color(), colour)
    assert list(EQUILIBRIUM) == guides(players)[-2:] and 0.5 in guides(scores)


def test_the_alt_text_of_a_training_says_its_last_numbers():
    alt = plots.training(steps(2), samples=images(1), equilibrium=EQUILIBRIUM).alt
    for number in ("after 2 steps", "1.50", "D(x) 0.65", "D(G(z)) 0.35"):
        assert number in alt


def test_training_on_points_shows_reals_behind_fakes():
    axes = plots.training(steps(1), samples=SPOTS, equilibrium=EQUILIBRIUM, real=SPOTS / 2, score_map=MAP).axes[0]
    clouds = {cloud.get_label(): cloud.get_offsets().tolist() for cloud in axes.collections}
    assert list(clouds) == ["real", "fake"]
    assert np.allclose(clouds["real"], SPOTS / 2) and np.allclose(clouds["fake"], SPOTS)


def test_a_long_training_is_drawn_as_means_over_windows_of_a_fiftieth():
    history = steps(205)
    axes = plots.training(history, samples=torch.zeros(4, 1, 28, 28), equilibrium=EQUILIBRIUM).axes[1]
    drawn = labelled(axes)["generator"].get_xydata()
    values = [step.generator_loss for step in history]
    assert drawn[:, 0].tolist() == list(range(4, 205, 4))
    assert drawn[:, 1].tolist() == pytest.approx([sum(values[k : k + 4]) / 4 for k in range(0, 204, 4)])
