"""The checks of “The data”: right answers pass, in more than one style, and each likely mistake is named."""

import random

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset
from torchvision.transforms import v2

from gan_lesson import checks, data
from gan_lesson.randomness import seeded
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
        "the input emptied": (emptied, "passed in changed"),
        "a square": (lambda images: (images / 255) ** 2 * 2 - 1, "keep their distances"),
        "NaN in between": (lambda images: (images / 127.5 - 1).asin().sin() / (images != 127), "NaN or infinite"),
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


def of_what_they_show(pictures):
    brightest = pictures.max().item()
    return labels(pictures, dtype=torch.float32 if brightest < 100 else torch.float64)


@table(
    {
        "doubles": (labels_with(dtype=torch.float64), "torch.float64: the discriminator's answers are torch.float32"),
        "halves": (labels_with(dtype=torch.float16), "torch.float16"),
        "the pictures overwritten": (overwritten, "the pictures that were passed in have changed"),
        "a look at the pictures": (of_what_they_show, "what the pictures show"),
        "not a number": (lambda pictures: [one / 0 for one in labels(pictures)], "ones should hold nothing but 1"),
        "smoothed": (lambda pictures: (0.9 * labels(pictures)[0], labels(pictures)[1]), "yours go from 0.9 to 0.9"),
        "three": (lambda pictures: (*labels(pictures), pictures), "return ones, zeros"),
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


def with_a_shuffled_list(images, digits, size):
    places = list(range(len(images)))
    random.shuffle(places)
    return tuple((images[places[at : at + size]], digits[places[at : at + size]]) for at in range(0, len(places), size))


def by_random_keys(images, digits, size):
    order = torch.rand(len(images)).argsort()
    return zip(images[order].split(size), digits[order].split(size), strict=True)


@pytest.mark.parametrize(
    "answer",
    [epoch, with_range, with_yield, with_a_loader, both_shuffled, with_a_shuffled_list, by_random_keys],
)
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


def turned(images, digits, size):
    start = torch.randint(1, len(images), (1,)).item()
    return epoch(images, digits, size, order=lambda count: torch.arange(count).roll(start))


def one_order_turned():
    with seeded(7):
        orders = {count: torch.randperm(count) for count in (40, 44, 3)}

    def order(count):
        return orders[count].roll(torch.randint(1, count, (1,)).item())

    return epoch_with(order=order)


async def later(images, digits, size):
    return epoch(images, digits, size)


@table(
    {
        "the stored order turned": (turned, "after the one that they are stored after"),
        "one order turned": (one_order_turned(), "keep their neighbours from epoch to epoch"),
        "eight by heart": (lambda x, y, size: epoch(x, y, 8), "the size is batch_size"),
        "only whole batches of few": (
            lambda x, y, size: epoch(x, y, size)[: max(1, len(x) // size)] if len(x) != 3 else [],
            "that are left over",
        ),
        "no batch of few": (lambda x, y, size: epoch(x, y, size) if len(x) >= size else [], "left over make a batch"),
        "digits in columns": (
            epoch_with(pair=lambda x, y, piece: (x[piece], y[piece, None])),
            "should have shape (N,)",
        ),
        "async": (later, "write def"),
        "text": (lambda *_: "batches", "something of type str came back"),
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
