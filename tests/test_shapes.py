"""Each shape of the course passes, and what has another one is told which was expected."""

import pytest
import torch

from gan_lesson import shapes


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (lambda noise: shapes.check_noise(noise, 3), [(5, 3), (0, 3)], [(5, 2), (3,), (5, 3, 1)]),
        (shapes.check_images, [(5, 1, 28, 28), (0, 1, 28, 28)], [(5, 28, 28), (5, 3, 28, 28), (1, 28, 28)]),
        (shapes.check_pictures, [(5, 1, 28, 28), (1, 3, 4, 9)], [(0, 1, 28, 28), (5, 2, 9, 9), (5, 9, 9), (5, 784)]),
        (shapes.check_points, [(5, 2), (0, 2)], [(5, 3), (2,), (5, 2, 1)]),
    ],
)
def test_what_has_another_shape_is_told_which_was_expected(check, right, wrong):
    for shape in right:
        check(torch.zeros(shape))
    for shape in wrong:
        with pytest.raises(ValueError, match=r"expected \w+ of shape \(N, .*got \("):
            check(torch.zeros(shape))


@pytest.mark.parametrize("shape", [(4, 2), (4, 1, 28, 28), (4, 3, 5, 7)])
def test_points_and_images_can_be_shown(shape):
    shapes.check_shown(torch.zeros(shape), "the studio")


@pytest.mark.parametrize("shape", [(4, 784), (4, 2, 28, 28), (4, 28, 28), (4, 3)])
def test_what_cannot_be_shown_is_told_by_whom_and_why(shape):
    with pytest.raises(ValueError, match=rf"the studio shows images.*makes \(N, {', '.join(map(str, shape[1:]))}\)"):
        shapes.check_shown(torch.zeros(shape), "the studio")
