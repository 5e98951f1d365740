"""The exercises of the lesson "The data"."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable

import torch

from ... import data
from ...checks.answer import expect_shape, expect_tensor, run
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
    got = run(to_range, images.clone())
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
        otherwise=f"0 should become -1 and 255 should become 1; yours become {first:.3f} and {last:.3f}",
    )
    passed("to_range maps 0 to -1, 255 to 1, and keeps the shape.")


@exercise(
    "Print ones.shape and ones.dtype and hold them against (N, 1) and torch.float32. Which of the two differs?",
    "torch.ones takes the shape, number by number: how many pictures, then 1. How many there are says len(pictures).",
    "The first line is ones = torch.ones(len(pictures), 1, device=pictures.device), and the second has zeros in both "
    "places.",
)
def check_labels(labels: Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]]) -> None:
    """The data: ``labels(pictures)`` of (N, 1, 28, 28): ones and zeros, each (N, 1), floats, on their device."""
    for count in (100, 36):
        pictures = torch.randn(count, 1, 28, 28)
        got = run(labels, pictures)
        if isinstance(got, torch.Tensor):
            fail("one tensor came back; return two, ones and zeros, with a comma between them.")
        if got is None or not isinstance(got, (tuple, list)) or len(got) != 2:
            fail("two tensors should come back: return ones, zeros.")
        for name, value, given in zip(("ones", "zeros"), (1, 0), got, strict=True):
            expect_tensor(given, name)
            _expect_a_column(given, name, pictures)
            if not given.is_floating_point():
                fail(
                    f"{name} have type {given.dtype}: the discriminator's answers are floats, and labels have the same "
                    "type. torch.ones and torch.zeros give floats if you don't say otherwise."
                )
            if (given == 1 - value).all():
                fail(
                    f"{name} are all {1 - value}: first come the ones, which call the pictures real, then the zeros, "
                    "which call them fake."
                )
            if not (given == value).all():
                fail(f"{name} should hold nothing but {value}, yours go from {given.min():g} to {given.max():g}.")
    elsewhere = run(labels, torch.empty(3, 1, 28, 28, device="meta"))
    if any(given.device.type != "meta" for given in elsewhere):
        fail(
            "on this machine it is right. But where the pictures lie on a GPU, the labels must lie there as well: "
            "device=pictures.device."
        )
    passed(
        "one label for each picture, in a column of floats, where the pictures lie: ones for reals, zeros for fakes."
    )


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
    even = [_taken(epoch, images[:40], digits[:40]) for _ in range(2)]
    _expect_each_once(even[0], 40)
    for batches in even:
        if torch.equal(torch.cat(batches), torch.arange(40)):
            fail("the images come in their stored order: shuffle their numbers first, torch.randperm(len(images)).")
    if torch.equal(*map(torch.cat, even)):
        fail("every epoch has the same order: draw a new one in each call, and set no seed inside.")
    if _companions(even[0]) == _companions(even[1]):
        fail(
            "the same images meet in one batch in every epoch: shuffle all the images, not the batches, and not each "
            "batch by itself."
        )
    _expect_each_once(_taken(epoch, images, digits), 44)
    passed(
        "an epoch in shuffled batches: each image once, beside its own digit, the last batch as small as it must be."
    )


#: The size of a batch in `check_epoch`.
_SIZE = 8


def _expect_each_once(batches: list[torch.Tensor], count: int) -> None:
    """``batches`` hold each of the numbers below ``count`` once, `_SIZE` of them each, the last one what is left."""
    sizes, right = [len(batch) for batch in batches], [_SIZE] * (count // _SIZE) + [count % _SIZE] * (count % _SIZE > 0)
    what = f"{count} images in batches of {_SIZE} are {len(right)} batches"
    if sizes == [*right, 0]:
        fail(f"{what}; yours end with an empty one. Where does range stop?")
    if len(sizes) == 1 and len(right) > 1:
        fail(f"{what}; one came back. Does return stand inside the loop?")
    if len(sizes) == _SIZE and sizes != right:
        fail(f"{what}; yours are {len(sizes)}: chunk cuts into so many pieces, split into pieces of that size.")
    if sizes == right[:-1]:
        left = (
            f"the {right[-1]} that are left over make a batch as well" if right[-1] < _SIZE else "the last is missing"
        )
        fail(f"{what}; yours are {len(sizes)}: {left}. An epoch has each image once.")
    if sizes != right:
        fail(f"{what}, of sizes {', '.join(map(str, right))}; yours have {', '.join(map(str, sizes)) or 'no batch'}.")
    different = len(torch.cat(batches).unique())
    if different < count:
        fail(
            f"of {count} images only {different} different ones come, some of them twice. torch.randperm gives each "
            "number once; draw it once for the whole epoch, not for each batch."
        )


def _taken(epoch: Callable, images: torch.Tensor, digits: torch.Tensor) -> list[torch.Tensor]:
    """The batches of the learner's epoch, each as the numbers of its images; each image has its digit beside it."""
    given, given_digits = images.clone(), digits.clone()

    @functools.wraps(epoch)
    def whole():
        made = epoch(given, given_digits, _SIZE)
        return made if made is None or isinstance(made, torch.Tensor) else list(made)

    advice = [
        ("come to an end", "An epoch ends when each image has come once."),
        ("takes exactly one argument", "Both in a bracket of their own: append((images[piece], digits[piece]))."),
    ]
    batches = run(whole, advice=advice, patience=Patience(20_000))
    if batches is None:
        fail("nothing came back: collect the batches in a list and return it.")
    if isinstance(batches, torch.Tensor):
        fail("one tensor came back: a list of batches is wanted, each a pair (images, digits).")
    if not torch.equal(given, images) or not torch.equal(given_digits, digits):
        fail("the images that were passed in have changed: shuffle their numbers, not the images themselves.")
    return [_which(batch, images, digits) for batch in batches]


def _which(batch, images: torch.Tensor, digits: torch.Tensor) -> torch.Tensor:
    if isinstance(batch, torch.Tensor) or not isinstance(batch, (tuple, list)) or len(batch) != 2:
        fail("a batch should be a pair, (images, digits): append((images[piece], digits[piece])), both brackets.")
    pictures, beside = batch
    expect_tensor(pictures, "the first of a pair")
    expect_tensor(beside, "the second of a pair")
    if pictures.ndim == 1 and beside.ndim == 4:
        fail("the pairs are the wrong way round: images first, then digits.")
    if pictures.shape[1:] != images.shape[1:]:
        fail(f"the images of a batch should have shape (N, 1, 28, 28), yours have {tuple(pictures.shape)}.")
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
