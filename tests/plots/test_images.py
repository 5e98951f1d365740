"""Grids of images are exact to the pixel."""

import re

import numpy as np
import pytest
import torch
from PIL import Image

from gan_lesson import plots
from tests.plots.drawn import images, in_colour


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
