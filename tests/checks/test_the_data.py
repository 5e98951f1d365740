"""The checks of “The data”: right answers pass, in more than one style, and each likely mistake is named."""

import pytest
import torch
from torchvision.transforms import v2

from gan_lesson import checks, data
from tests.checks.answering import fails, not_written, passes, table


def in_place(images):
    images = images.float()
    images /= 127.5
    images -= 1
    return images


@pytest.mark.parametrize(
    "answer",
    [
        data.to_range,
        in_place,
        lambda images: images / 127.5 - 1,
        lambda images: (images.float() / 255) * 2 - 1,
        lambda pixels: pixels.to(torch.float32).sub(127.5).div(127.5),
        lambda x: torch.lerp(torch.tensor(-1.0), torch.tensor(1.0), x / 255),
        lambda x: torch.from_numpy(x.numpy().astype("float32") / 127.5 - 1),
        lambda x: (x.double() / 127.5 - 1).float(),
        lambda x: (x / 127.5 - 1).requires_grad_(),
        v2.Compose([v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5], [0.5])]),
    ],
)
def test_a_right_to_range_passes(capsys, answer):
    passes(capsys, checks.check_to_range, answer)


def stretched(images):
    images = images.float()
    lowest, highest = images.min(), images.max()
    return (images - lowest) / (highest - lowest) * 2 - 1


def with_a_look_up(images):
    places = {0: -1.0, 51: -0.6, 127: -1 / 255, 128: 1 / 255, 204: 0.6, 255: 1.0}
    return torch.tensor([places.get(pixel, 0.0) for pixel in images.flatten().tolist()]).view(images.shape)


def emptied(images):
    result = data.to_range(images)
    images.zero_()
    return result


@table(
    {
        "stretched": (stretched, "stretched until the darkest is -1"),
        "looked up": (with_a_look_up, "with 0 and 255 among the pixels it is right"),
        "six by heart": (lambda images: data.to_range(images.expand(6, -1, -1, -1)), "of 1 images the result"),
        "doubles": (lambda images: images.double() / 127.5 - 1, "the images have type float64"),
        "halves": (lambda images: (images / 127.5 - 1).half(), "should become -1"),
        "the input emptied": (emptied, "writes into images, which it was given"),
        "a square": (lambda images: (images / 255) ** 2 * 2 - 1, "keep their distances"),
        "NaN in between": (lambda images: (images / 127.5 - 1).asin().sin() / (images != 127), "NaN or infinite"),
        "only /255": (lambda images: images.float() / 255, "[0, 1]"),
        "no minus one": (lambda images: images.float() / 127.5, "[0, 2]"),
        "not doubled": (lambda images: images.float() / 255 - 1, "Double the width before you subtract"),
        "doubled in uint8": (lambda images: images * 2 / 255 - 1, "twice 255 doesn't fit into uint8"),
        "below zero in uint8": (lambda images: (images - 128) / 127, "uint8 has nothing below 0"),
        "the same after doubling": (lambda images: (images * 2 - 255) / 255, "uint8 has nothing below 0"),
        "one step off": (lambda images: (images.float() - 1) / 127.5 - 1, "0 should become -1"),
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


# ---------------------------------------------------------------- labels


def labels(pictures, shape=lambda count: (count, 1), **settings):
    return tuple(
        full(shape(len(pictures)), **{"device": pictures.device, **settings}) for full in (torch.ones, torch.zeros)
    )


def labels_with(**parts):
    return lambda pictures: labels(pictures, **parts)


def from_the_pictures(pictures):
    ones = pictures.new_ones(pictures.size(0), 1)
    return [ones, torch.zeros_like(ones)]


def from_lists(pictures):
    return tuple(torch.tensor([[value]] * len(pictures), device=pictures.device) for value in (1.0, 0.0))


def through_numbers_of_another_type(pictures):
    ones = torch.full((pictures.shape[0], 1), True, device=pictures.device).float()
    return [ones, 1 - ones]


def from_the_first_pixels(pictures):
    first = pictures[:, 0, 0, :1]
    return torch.ones_like(first), torch.zeros_like(first)


@pytest.mark.parametrize(
    "answer",
    [labels, from_the_pictures, from_lists, through_numbers_of_another_type, from_the_first_pixels],
)
def test_right_labels_pass(capsys, answer):
    passes(capsys, checks.check_labels, answer)


def overwritten(pictures):
    pictures.zero_()
    return labels(pictures)


def no_graphics_card(pictures):
    raise RuntimeError("Found no NVIDIA driver on your system.")


def of_what_they_show(pictures):
    brightest = pictures.max().item()
    return labels(pictures, dtype=torch.float32 if brightest < 100 else torch.float64)


@table(
    {
        "doubles": (labels_with(dtype=torch.float64), "torch.float64: the discriminator's answers are torch.float32"),
        "halves": (labels_with(dtype=torch.float16), "torch.float16"),
        "the pictures overwritten": (overwritten, "writes into pictures, which it was given"),
        "a look at the pictures": (of_what_they_show, "what the pictures show"),
        "not a number": (lambda pictures: [one / 0 for one in labels(pictures)], "ones should hold nothing but 1"),
        "smoothed": (lambda pictures: (0.9 * labels(pictures)[0], labels(pictures)[1]), "yours go from 0.9 to 0.9"),
        "three": (lambda pictures: (*labels(pictures), pictures), "return ones, zeros"),
        "no column": (labels_with(shape=lambda count: (count,)), "but in no column"),
        "a row": (labels_with(shape=lambda count: (1, count)), "are a row"),
        "one number": (labels_with(shape=lambda count: ()), "should have shape (100, 1), not ()"),
        "whole numbers": (labels_with(dtype=torch.long), "torch.int64"),
        "lists of whole numbers": (
            lambda pictures: [torch.tensor([[n]] * len(pictures)) for n in (1, 0)],
            "torch.int64",
        ),
        "truth values": (labels_with(dtype=torch.bool), "torch.bool"),
        "swapped": (lambda pictures: labels(pictures)[::-1], "first come the ones"),
        "ones twice": (lambda pictures: (labels(pictures)[0],) * 2, "zeros are all 1"),
        "like the pictures": (lambda pictures: (torch.ones_like(pictures), torch.zeros_like(pictures)), "each pixel"),
        "100 by heart": (labels_with(shape=lambda count: (100, 1)), "the last batch may be smaller"),
        "random": (lambda pictures: (torch.rand(len(pictures), 1), torch.zeros(len(pictures), 1)), "nothing but 1"),
        "minus one": (lambda pictures: (labels(pictures)[0], -labels(pictures)[0]), "nothing but 0"),
        "on a graphics card that isn't there": (no_graphics_card, "with a graphics card or without"),
        "always here": (labels_with(device="cpu"), "device=pictures.device"),
        "one tensor": (lambda pictures: torch.cat(labels(pictures)), "return two"),
        "lists": (lambda pictures: ([1.0] * len(pictures), [0.0] * len(pictures)), "list, not a tensor"),
        "no return": (lambda pictures: None, "return ones, zeros"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_labels_is_named(answer, phrase):
    assert phrase in fails(checks.check_labels, answer)
