"""The checks of lesson 02: right answers pass, in more than one style, and each likely mistake is named."""

import pytest

from answering import fails, not_written, passes, table
from gan_lesson import checks, data


def in_place(images):
    images = images.float()
    images /= 127.5
    images -= 1
    return images


@pytest.mark.parametrize(
    "answer",
    [data.to_range, in_place, lambda images: images / 127.5 - 1, lambda images: (images.float() / 255) * 2 - 1],
)
def test_a_right_to_range_passes(capsys, answer):
    passes(capsys, checks.check_to_range, answer)


@table(
    {
        "only /255": (lambda images: images.float() / 255, "[0, 1]"),
        "no minus one": (lambda images: images.float() / 127.5, "[0, 2]"),
        "half": (lambda images: images.float() / 255 - 0.5, "[-0.5, 0.5]"),
        "negative": (lambda images: 1 - images.float() / 127.5, "negative"),
        "128": (lambda images: images.float() / 128 - 1, "127.5"),
        "uint8 left": (lambda images: images * 2 - 255, ".float()"),
        "whole division": (lambda images: images // 127 - 1, ".float()"),
        "unchanged floats": (lambda images: images.float(), "yours become 0.000 and 255.000"),
        "flattened": (lambda images: images.float().flatten(1) / 127.5 - 1, "(6, 784)"),
        "an array": (lambda images: images.numpy() / 127.5 - 1, "ndarray, not a tensor"),
        "no return": (lambda images: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_to_range_is_named(answer, phrase):
    assert phrase in fails(checks.check_to_range, answer)
