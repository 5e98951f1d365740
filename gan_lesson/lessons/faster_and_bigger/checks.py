"""The exercises of the lesson "Faster and bigger"."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator

import torch
from torch import nn

from ... import data
from ...checks.answer import double, expect_float32, expect_shape, number, run
from ...checks.chance import neighbours_kept
from ...checks.comparison import apart, compare, range_mistakes
from ...checks.elsewhere import right_so_far
from ...checks.exercise import exercise, fail, passed
from ...checks.networks import flat
from ...checks.patience import Patience
from ...randomness import seeded


@exercise(
    "Write the numbers 0 to 9 in a shuffled order on paper and cut them into batches of four. At which places do the "
    "batches start, and what does “Appendix: images from memory” say about the two left over?",
    "Inside while True come two things: first a fresh order for the epoch, then a for loop over the starts, "
    "range(0, len(images) - batch_size + 1, batch_size).",
    "Inside the for loop take images[order[start : start + batch_size]], turn them into floats, map 0 to -1 and 255 to "
    "1 (/ 127.5 - 1), and yield them.",
)
def check_batches(batches: Callable[[torch.Tensor, int], Iterator[torch.Tensor]]) -> None:
    """Faster and bigger: ``batches(images, batch_size)`` yields shuffled float batches in [-1, 1] without end."""
    images = torch.randint(256, (44, 1, 28, 28), dtype=torch.uint8)
    # 40 images fill five batches of 8: an epoch is every image once
    epochs = torch.cat(_take(batches, images[:40], count=15)).view(3, 40)
    for epoch in epochs:
        _expect_all(epoch)
    _expect_shuffled(epochs)
    # 44 leave four over
    seen = torch.cat(_take(batches, images, count=20))
    if len(seen[:40].unique()) < 40:
        fail("with 40 images it is right, but with 44, of which four are left over, some come twice: use len(images).")
    if seen.max() < 40:
        fail(
            "of 44 images four are left over, but with you it is always the last four that never come. Shuffle all, "
            "and leave out the end of the shuffled order."
        )
    for length, size in [(30, 5), (6, 1)]:
        with right_so_far(f"with batches of 8 it is right, but with {length} images and a batch_size of {size}: "):
            once = torch.cat(_take(batches, images[:length], count=length // size, size=size))
            if len(once.unique()) < length:
                fail("images come twice in an epoch: use batch_size.")
    passed("batches in [-1, 1] without end, in a new order each epoch, and no image twice in one.")


def _expect_all(epoch: torch.Tensor) -> None:
    """Each of 40 images came once in five batches of 8."""
    if len(epoch.unique()) == 40:
        return
    if len(epoch[:32].unique()) == 32:
        fail("an epoch ends one batch too early. Look at where range stops: its end is left out.")
    if torch.equal(epoch[1:8], epoch[8:15]):
        fail("each batch begins one image after the last: let start go on by batch_size, the third number of range.")
    fail(
        f"of 40 images an epoch has only {len(epoch.unique())} different ones: some come twice, others not at all. "
        "Shuffle once an epoch, torch.randperm(len(images)), and cut the batches from that order."
    )


def _expect_shuffled(epochs: torch.Tensor) -> None:
    """Each of the epochs has an order of its own, drawn anew."""
    stored = torch.arange(40)
    if any(torch.equal(epoch, stored) for epoch in epochs):
        fail(f"the images come in the order in which they are stored. {_DRAW_ANEW}.")
    if any(torch.equal(one, other) for one, other in itertools.combinations(epochs, 2)):
        fail(f"every epoch has the same order. {_DRAW_ANEW}, inside while True, and set no seed there.")
    companions = [{frozenset(batch.tolist()) for batch in epoch.split(8)} for epoch in epochs]
    if companions[0] in companions[1:]:
        fail("the same images meet in one batch in every epoch: shuffle all images, not the batches, nor inside them.")
    if any(neighbours_kept(one, other) > 0.5 for one, other in itertools.combinations([stored, *epochs], 2)):
        fail(
            "an epoch has the order of another one, or that in which the images are stored, only begun elsewhere or "
            f"turned round. {_DRAW_ANEW}."
        )


_DRAW_ANEW = "Draw the whole order anew, torch.randperm(len(images)), at the start of each epoch"


_ENDED = object()


def _take(batches: Callable, images: torch.Tensor, count: int, size: int = 8) -> list[torch.Tensor]:
    """The first ``count`` of the learner's batches, each as the indices of its images."""
    given = images.clone()
    patience = Patience(5_000)
    iterator = run(batches, given, size, advice=_BATCHES_ADVICE, patience=patience, may_yield=True)
    if iterator is None:
        fail("batches returned nothing: hand out each batch with yield.")
    if isinstance(iterator, torch.Tensor):
        fail("batches returned one tensor: with yield instead of return it hands out one batch after another.")
    if not hasattr(iterator, "__next__"):
        fail(f"batches returned {type(iterator).__name__}: make one batch at a time, when it is asked for, with yield.")

    @functools.wraps(batches)
    def one_more():
        return next(iterator, _ENDED)

    taken, handed_out = [], []
    for turn in range(count):
        batch = run(one_more, advice=_BATCHES_ADVICE, patience=patience)
        if batch is _ENDED:
            fail(
                f"the batches end after {turn}, with {len(images)} images and batches of {size}: put the epoch inside "
                "while True, and another one follows."
            )
        taken.append(_which(batch, images, size))
        handed_out.append((batch, batch.clone()))
    if not torch.equal(given, images):
        fail("the images that were passed in have changed: shuffle their numbers, not the images themselves.")
    if not all(torch.equal(batch, then) for batch, then in handed_out):
        fail("a batch changes after it was handed out, when the next one is made: each needs a tensor of its own.")
    return taken


def _which(batch, images: torch.Tensor, size: int) -> torch.Tensor:
    """Which of ``images`` the learner's batch holds."""
    if batch is None:
        fail("a batch is None: write after yield what should be handed out.")
    if not isinstance(batch, torch.Tensor):
        fail(f"a batch is of type {type(batch).__name__}: yield only the images, as one tensor.")
    if not batch.is_floating_point():
        fail(f"a batch has type {batch.dtype}: map it to floats in [-1, 1] before you yield it, as in “The data”.")
    expect_float32(batch, "the batches")
    if batch.shape in [(28, 28), (1, 28, 28)]:
        fail("that is one image at a time: index with several numbers at once, images[order[start : start + size]].")
    if batch.shape[1:] == images.shape[1:] and not len(batch):
        fail("a batch is empty: a batch that begins at start ends at start + batch_size, in the slice as well.")
    if batch.shape[1:] == images.shape[1:] and len(batch) != size:
        if len(batch) == len(images):
            fail(f"a batch holds all {len(images)} images: cut it into pieces of batch_size.")
        fail(
            f"a batch has {len(batch)} images, it should have batch_size = {size}. If it is what is left over at the "
            "end of an epoch, leave it out."
        )
    expect_shape(batch, (size, *images.shape[1:]), "the batches")
    pixels = images.flatten(1).float()
    points = batch.detach().flatten(1).float()
    for mapped, message in [
        (data.to_range(images).flatten(1), ""),
        *range_mistakes(pixels),
        (pixels, "the pixels still go from 0 to 255: map them to [-1, 1] before you yield them, as in “The data”."),
        (
            2 * pixels % 256 / 255 - 1,
            "bright pixels turned dark: a byte ends at 255, and 2 * 200 becomes 144. Make floats first, with .float().",
        ),
    ]:
        which = torch.cdist(points, mapped).argmin(dim=1)
        if torch.allclose(points, mapped[which], atol=1e-4):
            if message:
                fail(message)
            return which
    fail("a batch holds images that aren't among those given: shuffle whole images, along the first dimension.")


@exercise(
    "In a cell of its own, after “from gan_lesson import models”, print models.ConvGenerator().state_dict().keys(): "
    "which entries are weights, which does BatchNorm add, and which of those counts in whole numbers?",
    "Walk through averaged.state_dict().items() and take the generator's entry of the same name: where "
    "is_floating_point() is true move towards it, else copy_ it.",
    "average.lerp_(new[name], share) keeps 1 - share of the old: for decay of it to stay, share has to be 1 - decay.",
)
def check_update_average(update_average: Callable[[nn.Module, nn.Module, float], None]) -> None:
    """Faster and bigger: ``update_average(averaged, generator, decay)`` moves averaged towards the generator."""
    _expect_average(update_average, decay=0.9)
    with right_so_far("with decay 0.9 it is right, but with 0.5 "):
        _expect_average(update_average, decay=0.5)
    passed("averaged keeps the share decay of what it was, takes the rest from the generator, and leaves it alone.")


def _expect_average(update_average: Callable, decay: float) -> None:
    averaged, generator = _averaging_pair()
    weights = list(averaged.parameters())
    run(update_average, averaged, generator, decay, advice=_AVERAGE_ADVICE)
    if not _same_state(generator, _averaging_pair()[1]):
        fail("the generator changed: only averaged moves, and the generator goes on training undisturbed.")
    _expect_weights(averaged, weights, decay)
    if not all(weight.requires_grad for weight in generator.parameters()):
        fail("the generator's weights are frozen now, so it would stop learning: use no_grad instead.")
    _expect_statistics(averaged, decay)
    _expect_apart(averaged, generator)


def _expect_weights(averaged: nn.Module, weights: list[nn.Parameter], decay: float) -> None:
    """The ``weights`` that averaged had are still its own, and were moved to where they should be."""
    now = list(averaged.parameters())
    if [weight.shape for weight in now] != [weight.shape for weight in weights]:
        fail(f"averaged has other weights than before: {_INTO_ITS_OWN}")
    a, g = map(flat, _averaging_pair())
    compare(
        flat(averaged),
        right=decay * a + (1 - decay) * g,
        mistakes=[
            (a, f"nothing changed in averaged (a = ... makes a new tensor and leaves the old): {_INTO_ITS_OWN}"),
            (
                (1 - decay) * a + decay * g,
                "the shares are swapped: decay stays, and 1 - decay comes from the generator (lerp_ takes the share of "
                "the new one).",
            ),
            (g, "averaged is a copy of the generator now: it should keep the share decay of what it was."),
            ((a + g) / 2, "that is the plain mean of both: the shares are decay and 1 - decay."),
            (0.9 * a + 0.1 * g, "averaged should lie half-way to the generator: use decay."),
            (decay * a, "averaged shrank, and nothing came from the generator: add (1 - decay) times its weight."),
            ((1 - decay) * g, "what averaged was is lost: keep the share decay of it."),
            (a + (1 - decay) * g, "the generator's share was added, but the old weights kept whole: decay times them."),
            (decay * a + g, "the generator's weights were added whole: their share is 1 - decay."),
            (decay * (a + g), "both got the share decay: the generator's is 1 - decay."),
            (a + (1 - decay) * (a - g), "it moved away from the generator: take generator minus averaged."),
        ],
        otherwise="averaged's weights changed, but not all of them to decay * averaged + (1 - decay) * generator. Does "
        "the loop reach each weight, with that of the generator beside it (zip of both parameters())?",
    )
    if any(new is not old for new, old in zip(now, weights, strict=True)):
        fail(f"the numbers are right, but averaged got new weights in place of its old ones: {_INTO_ITS_OWN}")
    if any(weight.requires_grad for weight in now):
        fail(
            "the numbers are right, but autograd noted down how they were made, and its graph would grow with each "
            "step. Work inside torch.no_grad()."
        )


_INTO_ITS_OWN = "write into the tensors that it has, with lerp_, copy_ or mul_ and add_."


def _averaging_pair() -> tuple[nn.Module, nn.Module]:
    """A network that is an average and one that it follows, always the same, with all weights and statistics apart."""
    with seeded(0):
        averaged, generator = (
            nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.LeakyReLU(0.2), nn.Linear(5, 2)) for _ in range(2)
        )
        with torch.no_grad():
            for network in (averaged, generator):
                for values in (*network.parameters(), network[1].running_mean):
                    values.normal_()
                network[1].running_var.uniform_(0.5, 2)
                network[1].num_batches_tracked.random_(1, 1000)
    return averaged.requires_grad_(False), generator


def _same_state(one: nn.Module, other: nn.Module) -> bool:
    one, other = one.state_dict(), other.state_dict()
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def _expect_statistics(averaged: nn.Module, decay: float) -> None:
    """BatchNorm's buffers are averages with ``decay``, or the generator's; how many batches were counted is its own."""
    was, generator = (dict(network.named_buffers()) for network in _averaging_pair())
    now = dict(averaged.named_buffers())
    if now.keys() != was.keys():
        fail(f"averaged has other buffers than before: {_INTO_ITS_OWN}")
    counter, *others = sorted(was, key=lambda name: was[name].is_floating_point())
    if now[counter].is_floating_point():
        fail(
            "the weights are right, but BatchNorm's counter of batches (num_batches_tracked) is no longer a whole "
            "number: copy_ it, and average where is_floating_point()."
        )
    if all(torch.equal(now[name], was[name]) for name in others):
        fail(
            "the weights are right, but running_mean and running_var, which BatchNorm keeps, are still the old ones. "
            "They are buffers, not parameters: state_dict() holds both, buffers() only these. Average them too."
        )
    for name in others:
        rights = generator[name], torch.lerp(generator[name], was[name], decay)
        if now[name].shape != was[name].shape or not any(torch.allclose(now[name], it, atol=1e-5) for it in rights):
            fail(
                f"the weights are right, but not BatchNorm's running_mean and running_var (look at {name}): average "
                "them as you do the weights (or copy those of the generator, as many do)."
            )


def _expect_apart(averaged: nn.Module, generator: nn.Module) -> None:
    """Both networks have numbers of their own, and are in the mode in which they were."""
    theirs = generator.state_dict()
    for name, mine in averaged.state_dict().items():
        if mine.data_ptr() == theirs[name].data_ptr():
            fail(
                f"averaged and the generator now share one tensor ({name}): whenever the generator learns, averaged "
                "would change with it. Copy the numbers, with copy_ or clone()."
            )
    for who, network in [("averaged", averaged), ("the generator", generator)]:
        if not all(layer.training for layer in network.modules()):
            fail(f"the numbers are right, but {who} is no longer in training mode: leave eval() to whoever draws.")


@exercise(
    "Read the formula in “Appendix: more than one machine” from left to right: two terms, and a condition in brackets. "
    "Which argument goes where?",
    "Try your function on paper: 4 ranks, 6 s of computing, 0.7e9 bytes, 1e9 bytes a second. The first term is 1.5 s, "
    "the second 0.7 s, and with one rank it is 6 s and nothing else.",
    "With “if ranks == 1: return compute” on top, what is left to return is compute / ranks + gradient_bytes / "
    "bandwidth.",
)
def check_seconds_a_step(seconds_a_step: Callable[[int, float, float, float], float]) -> None:
    """Faster and bigger: ``seconds_a_step(ranks, compute, gradient_bytes, bandwidth)``, the exchange included."""
    # in the first setting computing takes longer, in the second sending: a rule may fit one of them by chance
    settings = [(4, 6.0, 7e8, 1e9), (3, 6.0, 2.5e9, 5e8), (2, 0.37, 1.234e8, 9.7e8), (7, 0.9, 3e6, 1.25e9)]
    got = torch.stack([number(run(seconds_a_step, *it, advice=_RANKS_ADVICE), "seconds_a_step") for it in settings])
    ranks, compute, size, bandwidth = torch.tensor(settings, dtype=torch.float64).T
    send = size / bandwidth
    right = compute / ranks + send
    at = int(((got - right).abs() > 1e-5 * right).int().argmax())  # the first that is wrong
    wanted, yours = apart(right[at], got[at], 2)
    compare(
        got,
        right=right,
        mistakes=[
            (compute + send, "the computing isn't shared: each rank does its part of the batch, compute / ranks."),
            ((compute + send) / ranks, _SENDING_ISNT_SHARED),
            (compute + send / ranks, f"{_SENDING_ISNT_SHARED} It is compute that is divided."),
            (compute * ranks + send, "more ranks make the computing longer: divide compute by ranks, don't multiply."),
            (compute // ranks + send, "the quotient was rounded down to a whole number: that is what // does. Use /."),
            (compute / ranks, "the exchange is missing: add the seconds for sending, gradient_bytes / bandwidth."),
            (send, "the computing is missing: add compute / ranks."),
            (torch.maximum(compute / ranks, send), "only the longer of both counts: one follows the other, so add."),
            (compute / ranks - send, "the exchange is taken away: it costs time, so add it."),
            (compute / ranks + bandwidth / size, "the quotient is upside down: it is gradient_bytes / bandwidth."),
            (compute / ranks + size * bandwidth, "seconds are bytes divided by bytes a second: / instead of *."),
            (compute / ranks + 8 * send, _NO_BITS),
            (compute / ranks + send / 8, _NO_BITS),
            (compute / ranks + ranks * send, f"the exchange is multiplied by ranks: {_SENT_AT_ONCE}"),
            (compute / ranks + (ranks - 1) * send, f"the exchange is multiplied by ranks - 1: {_SENT_AT_ONCE}"),
            (
                compute / ranks + 2 * (ranks - 1) / ranks * send,
                "you count as a ring of ranks sends, 2 (ranks - 1) / ranks times the gradients: nearer to the truth "
                "than this lesson's rule. The check asks for the rule, so let them count once.",
            ),
            (right.trunc(), _ROUNDED),
            *((right.round(decimals=decimals), _ROUNDED) for decimals in range(5)),
        ],
        otherwise=f"with {ranks[at]:g} ranks, {compute[at]:g} s of computing, {size[at] / 1e9:g} GB of gradients and "
        f"{bandwidth[at] / 1e9:g} GB a second a step takes {wanted} s; with you it takes {yours} s",
    )
    for compute, size in [(6.0, 7e8), (0.37, 1e8)]:
        alone = number(run(seconds_a_step, 1, compute, size, 1e9, advice=_RANKS_ADVICE), "seconds_a_step")
        wanted, yours = apart(compute, alone, 2)
        sends_alone = double(compute + size / 1e9), "has nobody to send to: with ranks == 1 it is only compute."
        wrong = f"should take compute = {wanted} s, with you it takes {yours} s"
        with right_so_far("with several ranks it is right, but a single rank "):
            compare(alone, right=double(compute), mistakes=[sends_alone], otherwise=wrong)
    passed("computing is shared by the ranks, the exchange is not, and one rank alone has nothing to exchange.")


_SENDING_ISNT_SHARED = (
    "the exchange is divided by ranks: each rank has all of the gradients to send, however many ranks there are."
)

_SENT_AT_ONCE = "all send at the same time, so it counts once."

_ROUNDED = "right, but rounded: many a step takes less than a tenth of a second. Leave round() and int() out."

_NO_BITS = "the exchange is off by a factor of 8: bandwidth is in bytes a second here, so no bits come into it."


_BATCHES_ADVICE = [
    ("out of bounds", "There is no image of that number: the order goes over len(images), however many these are."),
    (
        "come to an end",
        "Does each round of while come to a yield? Without one, all batches would have to be made at once.",
    ),
    (
        "raised StopIteration",
        "An iterator inside came to its end: start a new one each epoch, with a for loop inside while True.",
    ),
]

_AVERAGE_ADVICE = [
    ("leaf Variable", "That is a weight of the generator: write into averaged's, inside torch.no_grad()."),
    (
        "Sequential.*object has no attribute",
        "averaged and generator are networks: their tensors are in state_dict(), or in parameters() and buffers().",
    ),
    (
        "[Ll]ong",
        "BatchNorm also counts its batches, in whole numbers: copy those, and average what is_floating_point().",
    ),
]

_RANKS_ADVICE = [("division by zero", "ranks may be 1: nothing is sent then.")]
