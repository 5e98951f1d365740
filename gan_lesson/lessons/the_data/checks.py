"""The exercises of the lesson "The data"."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from itertools import pairwise

import torch

from ... import data
from ...checks.answer import described, expect_float32, expect_shape, expect_tensor, run
from ...checks.chance import neighbours_kept
from ...checks.comparison import compare, range_mistakes
from ...checks.exercise import exercise, fail, passed
from ...checks.patience import Patience


@exercise(
    "Follow two pixels by hand: what should 0 become, what 255? Then print what your line makes of them.",
    "The old range is 255 wide and the new one 2. Dividing by 127.5 makes it so wide, and what remains is a shift.",
    "The line is images = images.float() / 127.5 - 1.",
)
def check_to_range(to_range: Callable) -> None:
    """The data: ``to_range`` maps uint8 pixels 0 to 255 to floats in [-1, 1]."""
    images = torch.tensor([0, 51, 127, 128, 204, 255], dtype=torch.uint8).view(6, 1, 1, 1).repeat(1, 1, 28, 28)
    given = images.clone()
    got = run(to_range, given)
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
        ],
        otherwise=f"0 should become -1 and 255 should become 1; yours become {first:.3f} and {last:.3f}. Between them "
        "the pixels keep their distances: 51 becomes -0.6.",
    )
    if not torch.equal(given, images):
        fail("right, but the pixels that were passed in changed too: compute new ones, and leave those as they are.")
    expect_float32(got, "the images")
    _expect_each_pixel_by_itself(to_range)
    passed("to_range maps 0 to -1, 255 to 1, and keeps the shape.")


def _expect_each_pixel_by_itself(to_range: Callable) -> None:
    """A pixel becomes the same in every company, and in batches of any length."""
    for count in (1, 9):
        images = torch.randint(40, 200, (count, 1, 28, 28), dtype=torch.uint8)
        got = run(to_range, images.clone())
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
    "torch.ones takes the shape, number by number: how many pictures, then 1. How many there are says len(pictures).",
    "The first line is ones = torch.ones(len(pictures), 1, device=pictures.device), and the second has zeros in both "
    "places.",
)
def check_labels(labels: Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]]) -> None:
    """The data: ``labels(pictures)`` of (N, 1, 28, 28): ones and zeros, each (N, 1), floats, on their device."""
    for count in (100, 36, 1):
        pictures = torch.randn(count, 1, 28, 28)
        given_pictures = pictures.clone()
        got = run(labels, given_pictures)
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
        if not torch.equal(given_pictures, pictures):
            fail("the labels are right, but the pictures that were passed in have changed: make new tensors.")
    elsewhere = run(labels, torch.empty(3, 1, 28, 28, device="meta"), advice=_ELSEWHERE_ADVICE)
    if any(given.device.type != "meta" for given in elsewhere):
        fail(
            "on this machine it is right. But where the pictures lie on a GPU, the labels must lie there as well: "
            "device=pictures.device."
        )
    passed(
        "one label for each picture, in a column of floats, where the pictures lie: ones for reals, zeros for fakes."
    )


_ELSEWHERE_ADVICE = [
    ("meta", "Labels are made of how many pictures there are; what the pictures show, and where, needs no look.")
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
        fail(f"{name} have a number for each pixel, {tuple(given.shape)}: a label says something of a whole picture.")
    if given.shape == (100, 1):
        fail(f"{name} are 100 also for a batch of {count}: the last batch may be smaller. Use len(pictures).")
    expect_shape(given, (count, 1), name)


@exercise(
    "Take six pictures and batches of four, and print order on the way: each number from 0 to 5 should be there once. "
    "How many batches come back, and how long is the last?",
    "torch.randperm(len(images)) is the shuffled order. A piece of it, order[start : start + batch_size], picks images "
    "and digits alike: images[piece], digits[piece].",
    "With order = torch.randperm(len(images)) the rest is a list of (images[piece], digits[piece]) for each piece in "
    "order.split(batch_size).",
)
def check_epoch(epoch: Callable[[torch.Tensor, torch.Tensor, int], Iterable]) -> None:
    """The data: ``epoch(images, digits, batch_size)`` gives pairs (images, digits), each image once, shuffled.

    The last batch is smaller where ``batch_size`` doesn't divide their number.
    """
    images = torch.randint(256, (44, 1, 28, 28), dtype=torch.uint8)
    digits = torch.arange(44) % 10
    even = [_taken(epoch, images[:40], digits[:40], 8) for _ in range(3)]
    _expect_each_once(even[0], 40, 8)
    orders = [torch.cat(batches) for batches in even]
    stored = torch.arange(40)
    if any(torch.equal(order, stored) for order in orders):
        fail("the images come in their stored order: shuffle their numbers first, torch.randperm(len(images)).")
    if torch.equal(*orders[:2]):
        fail("every epoch has the same order: draw a new one in each call, and set no seed inside.")
    if _companions(even[0]) == _companions(even[1]):
        fail(
            "the same images meet in one batch in every epoch: shuffle all the images, not the batches, and not each "
            "batch by itself."
        )
    if min(neighbours_kept(order, stored) for order in orders) > 0.5:
        fail("most images come after the one that they are stored after: shuffle all of them, torch.randperm(...).")
    if min(neighbours_kept(one, other) for one, other in pairwise(orders)) > 0.5:
        fail("most images keep their neighbours from epoch to epoch: draw a whole new order, don't turn an old one.")
    for count, size in ((44, 8), (44, 5), (3, 8)):
        _expect_each_once(_taken(epoch, images[:count], digits[:count], size), count, size)
    passed(
        "an epoch in shuffled batches: each image once, beside its own digit, the last batch as small as it must be."
    )


def _expect_each_once(batches: list[torch.Tensor], count: int, size: int) -> None:
    """``batches`` hold each of the numbers below ``count`` once, ``size`` of them each, the last one what is left."""
    sizes, right = [len(batch) for batch in batches], [size] * (count // size) + [count % size] * (count % size > 0)
    what = f"{count} images in batches of {size} are {len(right)} {'batches' if len(right) > 1 else 'batch'}"
    if sizes == [*right, 0]:
        fail(f"{what}; yours end with an empty one. Where does range stop?")
    if len(sizes) == 1 and len(right) > 1:
        fail(f"{what}; one came back. Does return stand inside the loop?")
    if len(sizes) == size and sizes != right:
        fail(f"{what}; yours are {len(sizes)}: chunk cuts into so many pieces, split into pieces of that size.")
    if sizes == right[:-1]:
        left = f"the {right[-1]} that are left over make a batch as well" if right[-1] < size else "the last is missing"
        fail(f"{what}; yours are {len(sizes)}: {left}. An epoch has each image once.")
    if sizes and max(sizes) == 8 != size:
        fail(f"{what}; yours have {max(sizes)} images: the size is batch_size, whatever that is.")
    if sizes != right:
        fail(f"{what}, of sizes {', '.join(map(str, right))}; yours have {', '.join(map(str, sizes)) or 'no batch'}.")
    different = len(torch.cat(batches).unique())
    if different < count:
        fail(
            f"of {count} images only {different} different ones come, some of them twice. torch.randperm gives each "
            "number once; draw it once for the whole epoch, not for each batch."
        )


def _taken(epoch: Callable, images: torch.Tensor, digits: torch.Tensor, size: int) -> list[torch.Tensor]:
    """The batches of the learner's epoch, each as the numbers of its images; each image has its digit beside it."""
    given, given_digits, patience = images.clone(), digits.clone(), Patience(20_000)
    made = run(epoch, given, given_digits, size, advice=_EPOCH_ADVICE, patience=patience, may_yield=True)
    if made is None:
        fail("nothing came back: collect the batches in a list and return it.")
    if isinstance(made, torch.Tensor):
        fail("one tensor came back: a list of batches is wanted, each a pair (images, digits).")
    if isinstance(made, (str, dict)) or not isinstance(made, Iterable):
        fail(f"{described(made)} came back: a list of batches is wanted, each a pair (images, digits).")

    @functools.wraps(epoch)
    def whole() -> list:
        return list(made)

    batches = run(whole, advice=_EPOCH_ADVICE, patience=patience)
    if not torch.equal(given, images) or not torch.equal(given_digits, digits):
        fail("the images that were passed in have changed: shuffle their numbers, not the images themselves.")
    return [_which(batch, images, digits) for batch in batches]


_EPOCH_ADVICE = [
    ("come to an end", "An epoch ends when each image has come once."),
    ("takes exactly one argument", "Both in a bracket of their own: append((images[piece], digits[piece]))."),
]


def _which(batch, images: torch.Tensor, digits: torch.Tensor) -> torch.Tensor:
    if isinstance(batch, torch.Tensor) or not isinstance(batch, (tuple, list)) or len(batch) != 2:
        fail("a batch should be a pair, (images, digits): append((images[piece], digits[piece])), both brackets.")
    pictures, beside = batch
    expect_tensor(pictures, "the first of a pair")
    expect_tensor(beside, "the second of a pair")
    if pictures.ndim == 1 and beside.ndim == 4:
        fail("the pairs are the wrong way round: images first, then digits.")
    if pictures.shape[1:] != images.shape[1:] or pictures.is_complex():
        fail(f"the images of a batch should have shape (N, 1, 28, 28), yours have {tuple(pictures.shape)}.")
    if beside.ndim != 1:
        fail(f"the digits of a batch should have shape (N,), as those given; yours have {tuple(beside.shape)}.")
    if len(pictures) != len(beside):
        fail(f"a batch has {len(pictures)} images and {len(beside)} digits: cut both with the same numbers.")
    distances = torch.cdist(pictures.flatten(1).float(), images.flatten(1).float())
    which = distances.argmin(dim=1) if len(pictures) else torch.empty(0, dtype=torch.long)
    if not torch.equal(images[which].float(), pictures.float()):
        fail(
            "a batch holds images that aren't among those given: pick whole images, images[piece], and don't "
            "change them."
        )
    if not torch.equal(beside.long(), digits[which]):
        fail(
            "the digits are out of step with the images: a picture of a seven must keep its 7. Pick both with the same "
            "numbers, images[piece] and digits[piece]."
        )
    return which


def _companions(batches: list[torch.Tensor]) -> set[frozenset[int]]:
    return {frozenset(batch.tolist()) for batch in batches}
