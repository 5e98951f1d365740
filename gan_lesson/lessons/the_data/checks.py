"""The exercises of the lesson "The data"."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ... import data
from ...checks.answer import expect_float32, expect_shape, expect_tensor, run
from ...checks.comparison import compare, range_mistakes
from ...checks.exercise import exercise, fail, passed


@exercise(
    "Follow two pixels by hand: what should 0 become, what 255? Then print what your line makes of them.",
    "The old range is 255 wide and the new one 2. Dividing by 127.5 makes it that wide, and what remains is a shift.",
    "The line is images = images.float() / 127.5 - 1.",
)
def check_to_range(to_range: Callable) -> None:
    """The data: ``to_range`` maps uint8 pixels 0 to 255 to floats in [-1, 1]."""
    images = torch.tensor([0, 51, 127, 128, 204, 255], dtype=torch.uint8).view(6, 1, 1, 1).repeat(1, 1, 28, 28)
    got = run(to_range, images)
    expect_tensor(got, "to_range")
    if not got.is_floating_point():
        fail(f"the result has type {got.dtype}: whole numbers can't lie between -1 and 1. Convert with .float() first.")
    expect_shape(got, images.shape, "the images")
    pixels = images.float()
    first, last = got[0].mean(), got[-1].mean()
    compare(
        got,
        right=data.to_range(images),
        mistakes=[
            *range_mistakes(pixels),
            (
                pixels / 255 - 1,
                "the range is [-1, 0]: 0 becomes -1, as it should, but 255 should become 1. Double the width before "
                "you subtract 1.",
            ),
            (
                images * 2 / 255 - 1,
                "twice 255 doesn't fit into uint8, which ends at 255 and then starts over: convert with .float() "
                "before you multiply.",
            ),
            *(
                ((images - middle) / width, _BELOW_ZERO)
                for middle, width in ((1, 127.5), (127, 128), (128, 128), (128, 127))
            ),
            ((images * 2 - 255) / 255, _BELOW_ZERO),
        ],
        otherwise=f"0 should become -1 and 255 should become 1; yours become {first:.3f} and {last:.3f}. Between them "
        "the pixels keep their distances: 51 becomes -0.6.",
    )
    expect_float32(got, "the images")
    _expect_each_pixel_by_itself(to_range)
    passed("to_range maps 0 to -1, 255 to 1, and keeps the shape.")


_BELOW_ZERO = (
    "you subtract from whole numbers: uint8 has nothing below 0 and starts over from 255. Convert with .float() before "
    "you subtract."
)


def _expect_each_pixel_by_itself(to_range: Callable) -> None:
    """A pixel becomes the same whatever pixels are beside it, and in batches of any length."""
    for count in (1, 9):
        images = torch.randint(40, 200, (count, 1, 28, 28), dtype=torch.uint8)
        got = run(to_range, images)
        expect_tensor(got, "to_range")
        expect_shape(got, images.shape, f"of {count} images the result")
        lowest, highest = images.min().item(), images.max().item()
        low, high = data.to_range(images).min(), data.to_range(images).max()
        compare(
            got,
            right=data.to_range(images),
            mistakes=[
                (
                    (images - lowest) / (highest - lowest) * 2 - 1,
                    "the pixels are stretched until the darkest is -1 and the brightest 1: then each depends on the "
                    "others. Divide by 127.5, whatever pixels there are.",
                )
            ],
            otherwise=f"with 0 and 255 among the pixels it is right; but where they go from {lowest} to {highest}, "
            f"they should come to lie between {low:.3f} and {high:.3f}. Yours go from {got.min():.3f} to "
            f"{got.max():.3f}.",
        )


@exercise(
    "Print ones.shape, ones.dtype and ones.device and hold them against (N, 1), torch.float32 and pictures.device. "
    "Which of the three differs?",
    "torch.ones takes the shape, number by number: how many pictures, then 1. len(pictures) says how many there are.",
    "The first line is ones = torch.ones(len(pictures), 1, device=pictures.device), and the second has zeros in both "
    "places.",
)
def check_labels(labels: Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]]) -> None:
    """The data: ``labels(pictures)`` of (N, 1, 28, 28): ones and zeros, each (N, 1), floats, on their device."""
    for count in (100, 36, 1):
        pictures = torch.randn(count, 1, 28, 28)
        got = run(labels, pictures, advice=_LABELS_ADVICE)
        if isinstance(got, torch.Tensor):
            fail("one tensor came back; return two, ones and zeros, with a comma between them.")
        if got is None or not isinstance(got, (tuple, list)) or len(got) != 2:
            fail("two tensors should come back: return ones, zeros.")
        for name, value, given in zip(("ones", "zeros"), (1, 0), got, strict=True):
            expect_tensor(given, name)
            _expect_a_column(given, name, pictures)
            if given.dtype != torch.float32:
                fail(
                    f"{name} have type {given.dtype}: the discriminator's answers are torch.float32, and labels have "
                    "the same type. torch.ones and torch.zeros give it if you don't say otherwise."
                )
            if (given == 1 - value).all():
                fail(
                    f"{name} are all {1 - value}: first come the ones, which call the pictures real, then the zeros, "
                    "which call them fake."
                )
            if not (given == value).all():
                fail(f"{name} should hold nothing but {value}, yours go from {given.min():g} to {given.max():g}.")
    elsewhere = run(labels, torch.empty(3, 1, 28, 28, device="meta"), advice=_ELSEWHERE_ADVICE)
    if any(given.device.type != "meta" for given in elsewhere):
        fail(
            "on this machine it is right. But where the pictures lie on a GPU, the labels must lie there as well: "
            "device=pictures.device."
        )
    passed(
        "one label for each picture, in a column of floats, where the pictures lie: ones for reals, zeros for fakes."
    )


_LABELS_ADVICE = [
    (
        "NVIDIA driver|not compiled with CUDA|CUDA error",
        "device=pictures.device puts labels where the pictures are, with a graphics card or without.",
    )
]
_ELSEWHERE_ADVICE = [
    ("meta", "Labels depend on how many pictures there are, and where they lie, and not on what the pictures show.")
]


def _expect_a_column(given: torch.Tensor, name: str, pictures: torch.Tensor) -> None:
    count = len(pictures)
    if given.shape == (count, 1):
        return
    if given.shape == (count,):
        fail(f"{name} have shape ({count},): one label for each, but in no column. The shape should be ({count}, 1).")
    if given.shape == (1, count):
        fail(f"{name} are a row, (1, {count}); they should be a column, ({count}, 1).")
    if given.shape == pictures.shape:
        fail(f"{name} have a number for each pixel, {tuple(given.shape)}: a label is about a whole picture.")
    if given.shape == (100, 1):
        fail(f"there are 100 {name} even for a batch of {count}: the last batch may be smaller. Use len(pictures).")
    expect_shape(given, (count, 1), name)
