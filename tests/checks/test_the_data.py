"""The checks of “The data”: right answers pass, in more than one style, and each likely mistake is named."""

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from gan_lesson import checks, data
from tests.checks.answering import fails, not_written, passes, table


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
        "not doubled": (lambda images: images.float() / 255 - 1, "Double the width before you subtract"),
        "doubled in uint8": (lambda images: images * 2 / 255 - 1, "twice 255 doesn't fit into uint8"),
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


@pytest.mark.parametrize("answer", [labels, from_the_pictures, from_lists, labels_with(dtype=torch.float64)])
def test_right_labels_pass(capsys, answer):
    passes(capsys, checks.check_labels, answer)


@table(
    {
        "no column": (labels_with(shape=lambda count: (count,)), "but in no column"),
        "a row": (labels_with(shape=lambda count: (1, count)), "are a row"),
        "one number": (labels_with(shape=lambda count: ()), "should have shape (100, 1), yours have ()"),
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
        "always here": (labels_with(device="cpu"), "device=pictures.device"),
        "one tensor": (lambda pictures: torch.cat(labels(pictures)), "return two"),
        "lists": (lambda pictures: ([1.0] * len(pictures), [0.0] * len(pictures)), "list, not a tensor"),
        "no return": (lambda pictures: None, "return ones, zeros"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_labels_is_named(answer, phrase):
    assert phrase in fails(checks.check_labels, answer)


# ---------------------------------------------------------------- an epoch


def epoch(
    images,
    digits,
    size,
    *,
    order=lambda count: torch.randperm(count),
    cut=lambda order, size: order.split(size),
    pair=lambda images, digits, piece: (images[piece], digits[piece]),
):
    """An epoch with its parts open to mistakes."""
    return [pair(images, digits, piece) for piece in cut(order(len(images)), size)]


def epoch_with(**parts):
    return lambda *arguments: epoch(*arguments, **parts)


def with_range(images, digits, size):
    order = torch.randperm(len(images))
    batches = []
    for start in range(0, len(images), size):
        batches.append([images[order[start : start + size]], digits[order[start : start + size]]])
    return batches


def with_yield(images, digits, size):
    yield from epoch(images, digits, size)


def with_a_loader(images, digits, size):
    return DataLoader(TensorDataset(images, digits), batch_size=size, shuffle=True)


def both_shuffled(images, digits, size):
    order = torch.randperm(len(images))
    images, digits = images[order], digits[order]
    return list(zip(images.split(size), digits.split(size), strict=True))


@pytest.mark.parametrize("answer", [epoch, with_range, with_yield, with_a_loader, both_shuffled])
def test_a_right_epoch_passes(capsys, answer):
    passes(capsys, checks.check_epoch, answer)


def ranges(last):
    return lambda order, size: [order[start : start + size] for start in range(0, last(len(order), size), size)]


def shuffled_apart(images, digits, size):
    images, digits = images[torch.randperm(len(images))], digits[torch.randperm(len(digits))]
    return list(zip(images.split(size), digits.split(size), strict=True))


def only_images_shuffled(images, digits, size):
    return list(zip(images[torch.randperm(len(images))].split(size), digits.split(size), strict=True))


def anew_for_each_batch(images, digits, size):
    chosen = [torch.randperm(len(images))[:size] for _ in range(0, len(images), size)]
    return [(images[piece], digits[piece]) for piece in chosen]


def in_place(images, digits, size):
    order = torch.randperm(len(images))
    images[:], digits[:] = images[order], digits[order]
    return list(zip(images.split(size), digits.split(size), strict=True))


def returned_too_early(images, digits, size):
    for batch in epoch(images, digits, size):
        return [batch]


def without_end(images, digits, size):
    while True:
        yield from epoch(images, digits, size)


def with_a_seed(images, digits, size):
    return epoch(images, digits, size, order=lambda count: torch.randperm(count, generator=torch.manual_seed(0)))


@table(
    {
        "not shuffled": (epoch_with(order=torch.arange), "in their stored order"),
        "with replacement": (epoch_with(order=lambda n: torch.randint(n, (n,))), "some of them twice"),
        "anew for each batch": (anew_for_each_batch, "some of them twice"),
        "a seed inside": (with_a_seed, "the same order"),
        "only batches shuffled": (
            epoch_with(cut=lambda order, size: [order.sort().values.split(size)[n] for n in torch.randperm(5)][:5]),
            "the same images meet",
        ),
        "each batch by itself": (
            epoch_with(
                order=torch.arange, cut=lambda all_, size: [p[torch.randperm(len(p))] for p in all_.split(size)]
            ),
            "the same images meet",
        ),
        "the last lost": (epoch_with(cut=ranges(lambda count, size: count - size + 1)), "that are left over"),
        "one too early": (epoch_with(cut=ranges(lambda count, size: count - size)), "the last is missing"),
        "an empty one": (epoch_with(cut=ranges(lambda count, size: count + 1)), "end with an empty one"),
        "chunk": (epoch_with(cut=lambda order, size: order.chunk(size)), "chunk cuts into so many"),
        "one image a batch": (epoch_with(cut=lambda order, size: order.split(1)), "5 batches, of sizes 8, 8, 8, 8, 8;"),
        "all in one": (epoch_with(cut=lambda order, size: [order]), "one came back"),
        "returned too early": (returned_too_early, "return stand inside the loop"),
        "digits out of step": (shuffled_apart, "out of step"),
        "digits not shuffled": (only_images_shuffled, "out of step"),
        "digits first": (epoch_with(pair=lambda x, y, piece: (y[piece], x[piece])), "the wrong way round"),
        "no digits": (epoch_with(pair=lambda x, y, piece: x[piece]), "should be a pair"),
        "all digits": (epoch_with(pair=lambda x, y, piece: (x[piece], y)), "8 images and 40 digits"),
        "flattened": (epoch_with(pair=lambda x, y, piece: (x[piece].flatten(1), y[piece])), "yours have (8, 784)"),
        "mapped": (epoch_with(pair=lambda x, y, piece: (data.to_range(x[piece]), y[piece])), "don't change them"),
        "in place": (in_place, "have changed"),
        "without end": (without_end, "doesn't come to an end. An epoch ends"),
        "one tensor": (lambda x, y, size: x[torch.randperm(len(x))], "one tensor came back"),
        "two arguments to append": (lambda x, y, size: [].append(x, y), "a bracket of their own"),
        "no return": (lambda *_: None, "return it"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_epoch_is_named(answer, phrase):
    assert phrase in fails(checks.check_epoch, answer)
