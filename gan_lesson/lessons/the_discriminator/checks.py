"""The exercises of the lesson "The discriminator"."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from ...checks.answer import expect_shape, expect_tensor, run, tensor_of
from ...checks.comparison import compare, farthest
from ...checks.ends import expect_free_logits, expect_last_layers_logits
from ...checks.exercise import exercise, fail, passed
from ...checks.networks import expect_chain, expect_gradient_everywhere, flat, forward, made, passages
from ...checks.patience import Patience
from ...checks.pupil import Pupil


@exercise(
    "Try it by hand on a logit of 0: the score should be 0.5. What does your function give there, and at 4?",
    "The formula stands above the exercise. Each logit is turned into its score by itself: the rest of the batch plays "
    "no part, and the shape stays.",
    "torch.sigmoid, or the method .sigmoid() of a tensor, is the whole formula: one call, and a return before it.",
)
def check_to_scores(to_scores: Callable[[torch.Tensor], torch.Tensor]) -> None:
    """The discriminator: ``to_scores(logits)`` maps logits (N, 1), of any size, to scores (N, 1) between 0 and 1."""
    t = torch.tensor([-5.0, -1.0, 0.0, 0.5, 2.0, 4.0]).view(6, 1)
    right = t.sigmoid()
    got = run(to_scores, t)
    if isinstance(got, float) or (isinstance(got, torch.Tensor) and got.numel() == 1):
        fail("that is one number for six pictures: each logit has a score of its own, so don't take a mean.")
    expect_tensor(got, "to_scores")
    if got.shape == (6,):
        fail("one score a picture is right, but the shape is (N,): keep it (N, 1), like that of the logits.")
    expect_shape(got, (6, 1), "the scores")
    if not got.is_floating_point():
        fail(
            f"the scores have type {got.dtype}, a yes or no: a score says how sure the discriminator is, "
            "anything from 0 to 1."
        )
    compare(
        got,
        right=right,
        mistakes=[
            (t, "the logits came back as they were: put them through the sigmoid."),
            (t.softmax(0), "that is a softmax over the batch: each score depends on the others. Use the sigmoid."),
            (t.softmax(1), "every score is 1: a softmax over one number has nothing to share out. Use the sigmoid."),
            (right.sigmoid(), "that is the sigmoid of the sigmoid: no score falls below 0.5. Take it once."),
            (1 - right, "that is the probability of fake, one minus the score: look at the sign of the logit."),
            (t.exp(), "that is exp(logit), which goes beyond 1: the fraction around it is missing."),
            ((-t).exp(), "that is exp(-logit): add 1 to it, then divide 1 by the sum."),
            (1 + (-t).exp(), "that is 1 + exp(-logit): 1 divided by it is the score. Mind the brackets."),
            (t.tanh(), "that is the Tanh, from -1 to 1: a probability is never negative. Use the sigmoid."),
            ((t.tanh() + 1) / 2, "that is twice as steep as the sigmoid: with t / 2 in the Tanh it is the same."),
            (t.clamp(0, 1), "the logits were cut off at 0 and 1: all beyond are equally sure. Use the sigmoid."),
            (
                (t - t.min()) / (t.max() - t.min()),
                "the batch was stretched onto 0 to 1: a score would depend on the other pictures. Use the sigmoid.",
            ),
            ((t > 0).float(), "that is a verdict, 0 or 1: a score says how sure it is. Don't round it."),
            (F.logsigmoid(t), "that is the logarithm of the score: torch.sigmoid is the score itself."),
        ],
        otherwise=_off(t, right, got),
    )
    _expect_scores_of_any_batch(to_scores)
    passed("a logit of 0 becomes 0.5, one of 4 becomes 0.982, and every picture keeps a score of its own.")


def _off(logits: torch.Tensor, right: torch.Tensor, got: torch.Tensor) -> str:
    place, should, yours = farthest(right, got)
    return f"a logit of {logits[place].item():g} should become a score of {should}, yours becomes {yours}."


def _expect_scores_of_any_batch(to_scores: Callable) -> None:
    """With other logits, in batches of any length, and with those far from 0."""
    got = tensor_of(to_scores, torch.tensor([[-200.0], [200.0]]), shape=(2, 1), what="of two logits the scores")
    compare(
        got,
        right=torch.tensor([[0.0], [1.0]]),
        otherwise=f"right up to here, but a logit of -200 becomes {got[0].item():g} and one of 200 {got[1].item():g}, "
        "where it should be 0 and 1: torch.sigmoid does it.",
        not_finite=f"right up to here, but a logit of 200 becomes {got[1].item():g}: exp(200) is more than 32 bits "
        "hold, and infinity divided by infinity is not a number. 1 / (1 + exp(-logit)) or torch.sigmoid keeps within "
        "bounds.",
    )
    for count in (1, 9):
        logits = 3 * torch.randn(count, 1)
        got = tensor_of(to_scores, logits, shape=(count, 1), what=f"of {count} logits the scores")
        compare(got, right=logits.sigmoid(), otherwise=_off(logits, logits.sigmoid(), got))


@exercise(
    "Print your network, print(make_discriminator()): it lists its layers in their order. Hold them against the task: "
    "what stands first, are the widths those of the bars in “784 numbers in, one out”, are leak and dropout there with "
    "their numbers, and does nothing follow the last Linear layer?",
    "Each Linear layer begins with the width at which the one before it ended: 784, then 1024, then 512. Yours must "
    "end at 256, where the line that is there already goes on.",
    "After nn.Flatten() the first group is nn.Linear(784, 1024), nn.LeakyReLU(0.2), nn.Dropout(0.3). The last line of "
    "the function is there already, and nothing comes after it.",
)
def check_discriminator(make_discriminator: Callable[[], nn.Module]) -> None:
    """The discriminator: ``make_discriminator()``: images (N, 1, 28, 28) -> logits (N, 1), 784-1024-512-256-1 wide."""
    discriminator = made(make_discriminator, name="make_discriminator")
    images = torch.rand(16, 1, 28, 28) * 2 - 1
    logits = forward(discriminator, images, "images of shape (16, 1, 28, 28)", advice=_FLATTEN_ADVICE)
    if logits.shape == (16,):
        fail("one number for each image is right, but in the shape (N,): keep it (N, 1), or a loss may mix them up.")
    if logits.shape == (16, 1, 28, 1):
        fail("the first Linear saw the rows of the image, not the image: put nn.Flatten() before it.")
    if logits.shape == (16, 2):
        fail("two numbers for each image: one is enough. The logit of “fake” would be minus the logit of “real”.")
    expect_shape(logits, (16, 1), "the logits")
    expect_free_logits(discriminator, images)
    _expect_no_dropout_at_the_ends(discriminator, images, logits)
    expect_chain(discriminator, images, [784, 1024, 512, 256, 1], dropout=0.3)
    expect_last_layers_logits(discriminator, images)
    expect_gradient_everywhere(discriminator, images, "logits")
    for count in (5, 1):
        few = forward(discriminator, images[:count], f"images of shape ({count}, 1, 28, 28)")
        expect_shape(few, (count, 1), f"of {count} images the logits")
    passed("a picture of 28 x 28 becomes one logit of any size; its sigmoid is the score.")


def _expect_no_dropout_at_the_ends(discriminator: nn.Module, images: torch.Tensor, logits: torch.Tensor) -> None:
    """Neither pixels nor logits are dropped."""
    if any((passage.inputs == 0).float().mean() > 0.1 for passage in passages(discriminator, images)[:1]):
        fail("the first Linear layer sees pictures with holes: take out the Dropout in front of it.")
    if (logits == 0).any():
        fail("some logits are exactly 0: there is a Dropout after the last Linear layer. Take it out.")


_FLATTEN_ADVICE = [
    ("12544", "The batch was flattened too, to 16 x 784 = 12544 values: nn.Flatten() keeps it, nn.Flatten(0) doesn't."),
    ("448x28", "A Linear layer wants images as (N, 784), they come as (N, 1, 28, 28): start with nn.Flatten()."),
]


@exercise(
    "Print labels.shape and discriminator(images).shape: both should be (N, 1). And which of the five lines of a "
    "step, labels, loss, zero_grad, backward, step, is missing or out of place?",
    "The call of the loss is written out above the exercise: the logits come first, as the discriminator returns them, "
    "and the labels second.",
    "After loss = nn.functional.binary_cross_entropy_with_logits(discriminator(images), labels) come "
    "optimizer.zero_grad(), loss.backward() and optimizer.step(), in this order.",
)
def check_teach(teach: Callable) -> None:
    """The discriminator: ``teach(discriminator, optimizer, images, is_real)``, a step; is_real (N,) are booleans."""
    pupil = _taught(teach, Pupil())
    if not pupil.reached:
        fail("the discriminator got no new gradients: call .backward() on the loss.")
    pupil.expect_step()
    pupil.expect_left_as_it_was()
    compare(
        flat(pupil.network),
        right=Pupil().taught(bce),
        mistakes=[
            (Pupil().taught(bce, clear=False), pupil.not_cleared),
            (Pupil().taught(bce, steps=2), "the optimizer made two steps: one backward() and one step() are enough."),
            *((Pupil().taught(loss), message) for loss, message in _WRONG_LOSSES),
        ],
        otherwise="the weights moved, but not to where one step on binary_cross_entropy_with_logits leads. Does it "
        "take all the pictures that your function is given, and all their labels?",
    )
    for other, wrong in (
        (
            {"count": 8},
            "with twelve pictures the step is right, with eight it isn't: the mean is over as many as there are, and "
            "each label comes from is_real.",
        ),
        (
            {"surely_wrong": True},
            "right for small logits, but where the discriminator is sure and wrong, at a logit of 100, it learns "
            "nothing or falls apart: the score is rounded to 1 there. Give logits to binary_cross_entropy_with_logits, "
            "as in “Why the sigmoid is not in the network”.",
        ),
    ):
        compare(
            flat(_taught(teach, Pupil(**other)).network),
            right=Pupil(**other).taught(bce),
            otherwise=wrong,
            not_finite=wrong,
            within=1e-4,
        )
    passed("one step: it learned from reals and fakes at once, even where it was sure and wrong.")


def _taught(teach: Callable, pupil: Pupil) -> Pupil:
    """``pupil`` after the learner's step."""
    run(teach, *pupil.given, advice=_TEACH_ADVICE, patience=Patience(20_000, updates=100))
    return pupil


#: What may stand in place of the right loss, of logits t and labels y, and what to say of it.
_WRONG_LOSSES = [
    (lambda t, y: bce(t, 1 - y), "the labels are swapped: real is 1 and fake is 0, as is_real.float() gives them."),
    (lambda t, y: bce(y, t), "logits and labels have changed places: the logits come first, the labels second."),
    (lambda t, y: -bce(t, y), "the step goes uphill: call backward() on the loss itself, without a minus."),
    (lambda t, y: bce(t.sigmoid(), y), "the sigmoid is taken twice: the loss has it inside. Give it the logits."),
    (lambda t, y: (F.softplus(t) - t * y.T).mean(), "each logit met all twelve labels: make both of shape (N, 1)."),
    (lambda t, y: bce(t, torch.ones_like(y)), "every picture was called real: the labels come from is_real."),
    (lambda t, y: bce(t, torch.zeros_like(y)), "every picture was called fake: the labels come from is_real."),
    (lambda t, y: bce(t[y == 1], y[y == 1]), "it learned only from the reals: the fakes belong in the same step."),
    (lambda t, y: bce(t[y == 0], y[y == 0]), "it learned only from the fakes: the reals belong in the same step."),
    (
        lambda t, y: 2 * bce(t, y),
        "the step is twice as long as it should be: the mean over the reals and the mean over the fakes, added, make 2 "
        "times the mean over all. Give all logits and labels to one call, or halve the sum.",
    ),
    (lambda t, y: bce(t, y) / 2, "the step is half as long as it should be: take the mean over all pictures."),
    (lambda t, y: 12 * bce(t, y), "the step is twelve times too long: take the mean over the pictures, not the sum."),
    (lambda t, y: t.mean(), "backward() was called on the logits, so they all fall. Call it on the loss."),
    (
        lambda t, y: F.mse_loss(t.sigmoid(), y),
        "that is the squared distance between score and label, flat where the discriminator is most wrong. Use "
        "binary_cross_entropy_with_logits.",
    ),
    (
        lambda t, y: F.mse_loss(t, y),
        "that is the squared distance between logit and label, as if a logit should become 1 or 0. Use "
        "binary_cross_entropy_with_logits.",
    ),
]

_TEACH_ADVICE = [
    (
        "[Tt]arget size",
        "Logits have the shape (N, 1), is_real has (N,): give the labels a second dimension, .unsqueeze(1).",
    ),
    (
        "Boolean value",
        "A tensor of many values is neither true nor false. (If your loss is a class, its own brackets come first: "
        "nn.BCEWithLogitsLoss()(logits, labels).)",
    ),
    ("[Bb]ool|Long|dtype", "is_real holds True and False: turn them into 1.0 and 0.0 with .float()."),
    (
        "'(zero_grad|backward|step)'",
        "They belong to something: optimizer.zero_grad(), loss.backward(), optimizer.step().",
    ),
]


@exercise(
    "Try it by hand on the spot of the lesson, 30 reals and 10 fakes: best_score(torch.tensor(30.0), "
    "torch.tensor(10.0)) should be 0.75. What does yours give?",
    "The formula stands above the exercise: what is real, divided by what lands there in all. Every place has its own; "
    "nothing is added up over the places.",
    "With total = real_density + fake_density the share is real_density / total. Where total is 0, torch.where(total "
    "> 0, the share, 0.5) takes 0.5.",
)
def check_best_score(best_score: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> None:
    """The discriminator: ``best_score(real_density, fake_density)`` -> the share of reals, all three of one shape."""
    p, q = torch.tensor([30.0, 1.0, 0.5, 0.2, 8.0]), torch.tensor([10.0, 3.0, 0.5, 0.8, 2.0])
    right = torch.tensor([0.75, 0.25, 0.5, 0.2, 0.8])
    got = run(best_score, p, q, advice=_BEST_ADVICE)
    if isinstance(got, float) or (isinstance(got, torch.Tensor) and got.numel() == 1):
        fail("that is one number for five places: each has a share of its own, so add nothing up over them.")
    expect_tensor(got, "best_score")
    expect_shape(got, (5,), "the scores of five places")
    compare(
        got,
        right=right,
        mistakes=[
            (1 - right, "that is the share of the fakes: reals and fakes are swapped."),
            (p / q, "that is p / q, the odds, which go beyond 1: for a share divide by all that lands there."),
            ((p / q).log(), "that is the logarithm of the odds, the best logit: its sigmoid is the score."),
            ((p - q).sigmoid(), "the sigmoid of the difference changes if all counts double; a share doesn't. Divide."),
            ((p / q).sigmoid(), "that is the sigmoid of the odds: it wants their logarithm. Or divide by the sum."),
            ((p - q) / (p + q), "that goes from -1 to 1: the reals belong above the line, not the difference."),
            (p / (p + q).sum(), "you divided by the sum over all places: what lands elsewhere plays no part."),
            (p / p.sum(), "that is how the reals are spread over the places: divide by what lands at the same place."),
            (p, "the density of the reals came back: how many fakes land there counts as much."),
            (p + q, "that is what lands there in all: it belongs below the line, and the reals above it."),
            (p / p + q, "the brackets are missing: it is p / (p + q)."),
            (2 * right, "you divided by the mean of both, and the scores go beyond 1: divide by the sum."),
            (p / torch.maximum(p, q), "you divided by the larger of the two: divide by the sum, all that lands there."),
            ((p > q).float(), "that is a verdict: a score says how sure it is. Don't round it."),
            (torch.zeros(5), "every score is 0: // rounds down to whole numbers, and a share is less than 1. Use /."),
        ],
        otherwise=_off_best(p, q, right, got),
    )
    _expect_best_scores_at_the_ends(best_score)
    _expect_best_scores_of_any_shape(best_score)
    passed("of all that lands at a place, the share of reals: 0.75 for 30 reals and 10 fakes, 0.5 where none lands.")


_BEST_ADVICE = [
    (
        "Boolean value",
        "A tensor of many values is neither true nor false: torch.where decides for each place by itself.",
    )
]


def _off_best(p: torch.Tensor, q: torch.Tensor, right: torch.Tensor, got: torch.Tensor) -> str:
    place, should, yours = farthest(right, got)
    here, there = p.flatten()[place].item(), q.flatten()[place].item()
    return f"where reals have {here:g} and fakes {there:g}, the best score is {should}, yours is {yours}."


def _expect_best_scores_at_the_ends(best_score: Callable) -> None:
    """Where one of the two never lands, where neither does, and where both hardly ever do."""
    p, q = torch.tensor([0.0, 4.0, 0.0, 2.0]), torch.tensor([3.0, 0.0, 0.0, 6.0])
    right = torch.tensor([0.0, 1.0, 0.5, 0.25])
    got = tensor_of(best_score, p, q, shape=(4,), what="the scores of four places")
    nowhere = "right where points land. Where neither reals nor fakes do, both densities are 0, and your function "
    compare(
        got,
        right=right,
        mistakes=[
            (
                torch.tensor([0.0, 1.0, value, 0.25]),
                f"{nowhere}says {value:g}: nobody can tell anything there, so let it be 0.5.",
            )
            for value in (0.0, 1.0)
        ],
        otherwise=_off_best(p, q, right, got),
        not_finite=f"{nowhere}gives {got[2].item():g}, since 0 / 0 is no number: torch.where puts 0.5 there."
        if got[[0, 1, 3]].isfinite().all()
        else "where one of the two densities is 0, some scores are NaN or infinite: divide by the sum of both, which "
        "is above 0 there.",
    )
    p, q = torch.tensor([1e-20, 3e-12]), torch.tensor([3e-20, 1e-12])
    right = torch.tensor([0.25, 0.75])
    got = tensor_of(best_score, p, q, shape=(2,), what="the scores of two places")
    compare(
        got,
        right=right,
        otherwise="right for densities of the usual size, but tiny ones have their share as well: 1e-20 and 3e-20 "
        f"make 0.250, yours makes {farthest(right[:1], got[:1])[2]}. Is a small number added in the division? Take "
        "torch.where for 0 / 0 instead.",
    )


def _expect_best_scores_of_any_shape(best_score: Callable) -> None:
    """Of places in any order, however many; of whole counts, and in double precision."""
    for kind, shape in (
        (torch.float32, (3, 4)),
        (torch.float32, (6, 1)),
        (torch.int64, (7,)),
        (torch.float64, (2, 2, 2)),
        (torch.float32, ()),
    ):
        p, q = torch.randint(0, 20, shape).to(kind), torch.randint(1, 20, shape).to(kind)
        right = p.double() / (p + q)
        kinds = f"of tensors of shape {shape} and type {str(kind).removeprefix('torch.')} the scores"
        got = tensor_of(best_score, p, q, shape=shape, what=kinds)
        if not got.is_floating_point():
            fail(f"{kinds} are whole numbers: a share lies between 0 and 1. Divide with /.")
        compare(got, right=right, otherwise=f"{kinds} are off: {_off_best(p, q, right, got)}")
