import pytest
import torch

from gan_lesson import shapes


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (lambda noise: shapes.check_noise(noise, 3), [(5, 3), (0, 3)], [(5, 2), (3,), (5, 3, 1)]),
        (shapes.check_images, [(5, 1, 28, 28), (0, 1, 28, 28)], [(5, 28, 28), (5, 3, 28, 28), (1, 28, 28)]),
        (shapes.check_points, [(5, 2), (0, 2)], [(5, 3), (2,), (5, 2, 1)]),
    ],
)
def test_what_has_another_shape_is_told_which_was_expected(check, right, wrong):
    for shape in right:
        check(torch.zeros(shape))
    for shape in wrong:
        with pytest.raises(ValueError, match=r"expected \w+ of shape \(N, .*got \("):
            check(torch.zeros(shape))
