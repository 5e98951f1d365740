"""The exercises of the lesson "The discriminator"."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from ...checks.answer import expect_shape, expect_tensor, run
from ...checks.comparison import compare, farthest
from ...checks.exercise import exercise, fail, passed
from ...checks.networks import (
    copied,
    expect_chain,
    expect_gradient_everywhere,
    flat,
    forward,
    made,
    passages,
    with_last_layer_times,
)
from ...checks.patience import Patience
from ...checks.stage import Player
from ...modes import in_evaluation
from ...randomness import seeded


@exercise(
    "Try it by hand on a logit of 0: the score should be 0.5. What does your function give there, and at 4?",
    "The formula stands above the exercise. Every logit is turned into its score alone; the rest of the batch plays no "
    "part, and the shape stays.",
    "torch.sigmoid, or the method .sigmoid() of a tensor, is the whole formula: one call, and a return before it.",
)
def check_to_scores(to_scores: Callable[[torch.Tensor], torch.Tensor]) -> None:
    """The discriminator: ``to_scores(logits)`` maps logits (N, 1), of any size, to scores (N, 1) between 0 and 1."""
    logits = torch.tensor([-5.0, -1.0, 0.0, 0.5, 2.0, 4.0]).view(6, 1)
    given, right = logits.clone(), torch.sigmoid(logits)
    got = run(to_scores, given)
    if isinstance(got, float) or (isinstance(got, torch.Tensor) and got.numel() == 1):
        fail("that is one number for six pictures: each logit has a score of its own, so don't take a mean.")
    expect_tensor(got, "to_scores")
    if got.shape == (6,):
        fail("one score a picture is right, but the shape is (N,): keep it (N, 1), as the logits have it.")
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
            (logits, "the logits came back as they were: put them through the sigmoid."),
            (
                F.softmax(logits, dim=0),
                "that is a softmax over the batch: the scores of all pictures add up to 1, and each depends on the "
                "others. A score belongs to one picture: use the sigmoid.",
            ),
            (
                F.softmax(logits, dim=1),
                "every score is 1: a softmax over one number has nothing to share out. Use the sigmoid.",
            ),
            (torch.sigmoid(right), "that is the sigmoid of the sigmoid: no score falls below 0.5. Take it once."),
            (1 - right, "that is the probability of fake, one minus the score: look at the sign of the logit."),
            (torch.exp(logits), "that is exp(logit), which goes beyond 1: the fraction around it is missing."),
            (torch.exp(-logits), "that is exp(-logit): add 1 to it, then divide 1 by the sum."),
            (1 + torch.exp(-logits), "that is the lower half of the fraction: 1 divided by it is the score."),
            (1 / 1 + torch.exp(-logits), "the brackets are missing: it is 1 / (1 + exp(-logit))."),
            (torch.tanh(logits), "that is the Tanh, from -1 to 1: a probability is never negative. Use the sigmoid."),
            (
                (torch.tanh(logits) + 1) / 2,
                "it lies between 0 and 1, but the curve is twice as steep as the sigmoid: (tanh(t / 2) + 1) / 2 would "
                "be the same.",
            ),
            (
                logits.clamp(0, 1),
                "the logits were cut off at 0 and 1: then everything beyond is equally sure. The sigmoid squeezes "
                "instead of cutting.",
            ),
            (
                (logits - logits.min()) / (logits.max() - logits.min()),
                "the batch was stretched onto 0 to 1, so that a score depends on the other pictures. Use the sigmoid.",
            ),
            (
                (logits > 0).float(),
                "that is a verdict, 0 or 1: a score says how sure the discriminator is. Don't round it.",
            ),
            (F.logsigmoid(logits), "that is the logarithm of the score: torch.sigmoid is the score itself."),
        ],
        otherwise=_off(logits, right, got),
    )
    _expect_scores_of_any_batch(to_scores)
    if not torch.equal(given, logits):
        fail("right, but the logits that were passed in changed too: sigmoid_ writes into them, sigmoid doesn't.")
    passed("a logit of 0 becomes 0.5, one of 4 becomes 0.982, and every picture keeps a score of its own.")


def _off(logits: torch.Tensor, right: torch.Tensor, got: torch.Tensor) -> str:
    place, should, yours = farthest(right, got)
    return f"a logit of {logits[place].item():g} should become a score of {should}, yours becomes {yours}."


def _expect_scores_of_any_batch(to_scores: Callable) -> None:
    """With other logits, in batches of any length, and with those far from 0."""
    far = torch.tensor([[-200.0], [200.0]])
    got = run(to_scores, far.clone())
    expect_tensor(got, "to_scores")
    expect_shape(got, (2, 1), "of two logits the scores")
    compare(
        got,
        right=torch.tensor([[0.0], [1.0]]),
        mistakes=[],
        otherwise=f"right up to here, but a logit of -200 becomes {got[0].item():g} and one of 200 {got[1].item():g}, "
        "where it should be 0 and 1: torch.sigmoid does it.",
        not_finite=f"right up to here, but a logit of 200 becomes {got[1].item():g}: exp(200) is more than 32 bits "
        "hold, and infinite divided by infinite is no number. 1 / (1 + exp(-logit)) or torch.sigmoid keeps within "
        "bounds.",
    )
    for count in (1, 9):
        logits = 3 * torch.randn(count, 1)
        got = run(to_scores, logits.clone())
        expect_tensor(got, "to_scores")
        expect_shape(got, (count, 1), f"of {count} logits the scores")
        compare(got, right=logits.sigmoid(), mistakes=[], otherwise=_off(logits, logits.sigmoid(), got))


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
        fail("one number an image is right, but the shape is (N,): keep it (N, 1), or a loss may mix up the batch.")
    if logits.shape == (16, 1, 28, 1):
        fail("the first Linear saw the rows of the image, not the image: put nn.Flatten() before it.")
    if logits.shape == (16, 2):
        fail("two numbers an image: one is enough. The logit of 'fake' would be minus the logit of 'real'.")
    expect_shape(logits, (16, 1), "the logits")
    # A last layer a million times as strong, of either sign, drives free logits far beyond 1 both ways.
    extreme = torch.cat(
        [forward(with_last_layer_times(f, discriminator, images), images, "images") for f in (1e6, -1e6)]
    )
    if extreme.min() >= 0 and extreme.max() <= 1:
        fail(
            "all outputs lie between 0 and 1: there is a Sigmoid at the end. Return logits; the sigmoid is in the loss."
        )
    if extreme.abs().max() <= 1:
        fail(
            "all outputs lie between -1 and 1: there is a Tanh at the end. A logit may be any number: end with "
            "the Linear layer."
        )
    if extreme.abs().max() < 100:
        fail(
            f"however strong the last layer, no logit goes beyond {extreme.abs().max():.3g}: something at the end "
            "cuts it off. A logit may be any number: end with the Linear layer."
        )
    if extreme.min() >= 0 or extreme.max() <= 0:
        fail(
            "no image gets a logit of the other sign: an activation at the end cuts it off. End with the Linear layer."
        )
    _expect_no_dropout_at_the_ends(discriminator, images, logits)
    expect_chain(discriminator, images, [784, 1024, 512, 256, 1], dropout=0.3)
    if not torch.equal(in_evaluation(discriminator, images), in_evaluation(discriminator, images)):
        fail(
            "after eval() the same picture still gets two different logits: the dropout goes on. nn.Dropout knows of "
            "eval(); F.dropout must be told, with training=self.training."
        )
    _expect_the_last_layers_logits(discriminator, images)
    expect_gradient_everywhere(discriminator, images, "logits")
    for count in (5, 1):
        few = forward(discriminator, images[:count], f"images of shape ({count}, 1, 28, 28)")
        expect_shape(few, (count, 1), f"of {count} images the logits")
    passed("a picture of 28 x 28 becomes one logit of any size; its sigmoid is the score.")


def _expect_no_dropout_at_the_ends(discriminator: nn.Module, images: torch.Tensor, logits: torch.Tensor) -> None:
    """Neither pixels nor logits are dropped."""
    if any((passage.inputs == 0).float().mean() > 0.1 for passage in passages(discriminator, images)[:1]):
        fail("the first Linear layer sees pictures with holes: Dropout comes after a LeakyReLU, not before the first.")
    if (logits == 0).any():
        fail("some logits are exactly 0: there is a Dropout after the last Linear layer. Take it out.")


def _expect_the_last_layers_logits(discriminator: nn.Module, images: torch.Tensor) -> None:
    last = passages(copied(discriminator).eval(), images)[-1].outputs
    after = "a LeakyReLU stands after the last Linear layer: it would shrink every logit below 0. Take it out."
    compare(
        in_evaluation(discriminator, images),
        right=last,
        mistakes=[(F.leaky_relu(last, 0.2), after), (F.leaky_relu(last, 0.01), after)],
        otherwise="the chain is right, but what comes out isn't what the last Linear layer gives: something stands "
        "after it. Return the logits as they are.",
    )


_FLATTEN_ADVICE = [
    ("12544", "The batch was flattened too, to 16 x 784 = 12544 values: nn.Flatten() keeps it, nn.Flatten(0) doesn't."),
    ("448x28", "A Linear layer wants images as (N, 784), they come as (N, 1, 28, 28): start with nn.Flatten()."),
]


@exercise(
    "Print labels.shape and discriminator(images).shape: both should be (N, 1). And which of the five lines of a "
    "step, labels, loss, zero_grad, backward, step, is missing or out of its place?",
    "The call of the loss is written out above the exercise: the logits come first, as the discriminator returns them, "
    "and the labels second.",
    "After loss = nn.functional.binary_cross_entropy_with_logits(discriminator(images), labels) come "
    "optimizer.zero_grad(), loss.backward() and optimizer.step(), in this order.",
)
def check_teach(teach: Callable) -> None:
    """The discriminator: ``teach(discriminator, optimizer, images, is_real)``, a step; is_real (N,) are booleans."""
    pupil = _Pupil()
    run(teach, *pupil.given(), advice=_TEACH_ADVICE, patience=Patience(20_000, updates=100))
    if not pupil.reached:
        fail("the discriminator got no new gradients: call .backward() on the loss.")
    pupil.expect_step()
    pupil.expect_left_as_it_was()
    pupil.expect_given_unchanged()
    after = _after
    compare(
        flat(pupil.network),
        right=after(_right_loss),
        mistakes=[
            (after(_right_loss, clear=False), pupil.not_cleared),
            (
                after(lambda logits, labels: _right_loss(logits, 1 - labels)),
                "the labels are swapped: real is 1 and fake is 0, as is_real.float() gives them.",
            ),
            (
                after(lambda logits, labels: _right_loss(labels, logits)),
                "logits and labels stand in each other's place: the logits come first, the labels second.",
            ),
            (
                after(lambda logits, labels: -_right_loss(logits, labels)),
                "the step goes uphill, and the loss grows: backward() belongs to the loss, without a minus.",
            ),
            (
                after(lambda logits, labels: _right_loss(logits.sigmoid(), labels)),
                "the sigmoid is taken twice: binary_cross_entropy_with_logits has it inside. Give it the logits.",
            ),
            (
                after(lambda logits, labels: _right_loss(logits.expand(12, 12), labels.T.expand(12, 12))),
                "labels of shape (N,) were set against logits of shape (N, 1), and each logit met all twelve labels. "
                "Make both (N, 1).",
            ),
            (
                after(lambda logits, labels: _right_loss(logits, torch.ones_like(labels))),
                "every picture was called real: the labels come from is_real.",
            ),
            (
                after(lambda logits, labels: _right_loss(logits, torch.zeros_like(labels))),
                "every picture was called fake: the labels come from is_real.",
            ),
            (
                after(lambda logits, labels: _right_loss(logits[labels == 1], labels[labels == 1])),
                "the discriminator learned from the reals alone: the fakes belong into the same step.",
            ),
            (
                after(lambda logits, labels: _right_loss(logits[labels == 0], labels[labels == 0])),
                "the discriminator learned from the fakes alone: the reals belong into the same step.",
            ),
            (
                after(lambda logits, labels: 2 * _right_loss(logits, labels)),
                "the step is twice as long as it should be: the mean over the reals and the mean over the fakes, "
                "added, make 2 times the mean over all. Give all logits and labels to one call, or halve the sum.",
            ),
            (
                after(lambda logits, labels: _right_loss(logits, labels) / 2),
                "the step is half as long as it should be: take the mean over all pictures as it is.",
            ),
            (
                after(lambda logits, labels: 12 * _right_loss(logits, labels)),
                "the step is as many times too long as there are pictures: take the mean over the batch, not the sum.",
            ),
            (
                after(lambda logits, labels: logits.mean()),
                "backward() was called on the logits, so that they fall for every picture. Call it on the loss.",
            ),
            (
                after(lambda logits, labels: F.mse_loss(logits.sigmoid(), labels)),
                "that is the squared distance of score and label, flat where the discriminator is most wrong. Use "
                "binary_cross_entropy_with_logits.",
            ),
            (
                after(lambda logits, labels: F.mse_loss(logits, labels)),
                "that is the squared distance of logit and label, as if a logit should become 1 or 0. Use "
                "binary_cross_entropy_with_logits.",
            ),
            (after(_right_loss, steps=2), "the optimizer made two steps: one backward() and one step() are enough."),
        ],
        otherwise="the weights moved, but not to where one step leads on binary_cross_entropy_with_logits of the "
        "logits and the labels. Are the pictures, and the labels, all those that your function is given?",
    )
    _expect_step_on_other_pictures(teach)
    wrong = _Pupil(surely_wrong=True)
    run(teach, *wrong.given(), advice=_TEACH_ADVICE, patience=Patience(20_000, updates=100))
    if not torch.allclose(flat(wrong.network), _after(_right_loss, surely_wrong=True), rtol=1e-4, atol=1e-4):
        fail(
            "right for small logits, but where the discriminator is surely wrong, at a logit of 100, it learns nothing "
            "or falls apart: the score is rounded to 1 there. Give logits to binary_cross_entropy_with_logits, as in "
            "“Why the sigmoid is not in the network”."
        )
    passed("one step: it learned from reals and fakes at once, and even where it was surely wrong.")


def _expect_step_on_other_pictures(teach: Callable) -> None:
    pupil = _Pupil(count=8)
    run(teach, *pupil.given(), advice=_TEACH_ADVICE, patience=Patience(20_000, updates=100))
    compare(
        flat(pupil.network),
        right=_after(_right_loss, count=8),
        mistakes=[],
        otherwise="with twelve pictures the step is right, with eight it isn't: the mean is over as many as there are, "
        "and each label comes from is_real.",
    )


_right_loss = F.binary_cross_entropy_with_logits


class _Pupil(Player):
    """A small discriminator, always the same, with ``count`` pictures, of which ``is_real`` says who is real: a half.

    If ``surely_wrong``, it takes each real for a fake and the other way round, with logits beyond 100.
    """

    def __init__(self, surely_wrong: bool = False, count: int = 12):
        with seeded(0):
            network = nn.Sequential(nn.Flatten(), nn.Linear(784, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
            self.images = torch.rand(count, 1, 28, 28) * 2 - 1
            self.is_real = torch.rand(count).argsort() < count // 2
        with torch.no_grad():
            # half of the logits above 0, half below
            network[3].bias -= network(self.images).quantile(0.5)
            if surely_wrong:
                logits = network(self.images)
                for weight in network[3].parameters():
                    weight *= 100 / logits.abs().min()
                self.is_real = logits.squeeze(1) < 0
        super().__init__("discriminator", network, events=[])
        self._given = self.images.clone(), self.is_real.clone()

    def given(self) -> tuple:
        """What the learner's function is given."""
        return self.network, self.optimizer, *self._given

    def expect_given_unchanged(self) -> None:
        if not all(map(torch.equal, self._given, (self.images, self.is_real))):
            fail("the pictures, or is_real, have changed: compute new tensors, and leave those that you are given.")


def _after(
    loss: Callable, clear: bool = True, steps: int = 1, surely_wrong: bool = False, count: int = 12
) -> torch.Tensor:
    pupil = _Pupil(surely_wrong, count)
    for _ in range(steps):
        if clear:
            pupil.optimizer.zero_grad()
        loss(pupil.network(pupil.images), pupil.is_real.float().unsqueeze(1)).backward()
        pupil.optimizer.step()
    return flat(pupil.network)


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
    given = p.clone(), q.clone()
    got = run(best_score, *given)
    if isinstance(got, float) or (isinstance(got, torch.Tensor) and got.numel() == 1):
        fail("that is one number for five places: each has a share of its own, so add nothing up over them.")
    expect_tensor(got, "best_score")
    expect_shape(got, (5,), "the scores of five places")
    compare(
        got,
        right=right,
        mistakes=[
            (1 - right, "that is the share of the fakes: reals and fakes are swapped. A score is that of “real”."),
            (
                p / q,
                "that is p / q, the odds, which go beyond 1: a share divides by all that land there, reals and fakes.",
            ),
            (
                (p / q).log(),
                "that is the logarithm of the odds, the logit of the best score: its sigmoid is the score.",
            ),
            (
                (p - q).sigmoid(),
                "that is the sigmoid of the difference, which counts as much as it likes: with ten times as many "
                "points the share must stay what it is. Divide.",
            ),
            ((p / q).sigmoid(), "that is the sigmoid of the odds: it takes their logarithm. Or divide by the sum."),
            (
                (p - q) / (p + q),
                "that goes from -1 to 1: above the line belong the reals, and not how many more they are.",
            ),
            (
                p / (p + q).sum(),
                "every place was divided by the sum over all places: what lands elsewhere plays no part.",
            ),
            (p / p.sum(), "that is how the reals are spread over the places: divide by what lands at the same place."),
            (p, "the density of the reals came back: how many fakes land there counts as much."),
            (p + q, "that is what lands there in all: it belongs below the line, and the reals above it."),
            (p / p + q, "the brackets are missing: it is p / (p + q)."),
            (2 * right, "you divided by the mean of both, and the scores go beyond 1: divide by the sum."),
            (
                p / torch.maximum(p, q),
                "you divided by the larger of the two: divide by the sum, all that land there.",
            ),
            (
                (p > q).float(),
                "that is a verdict, which is more frequent: a score says how sure one can be. Don't round it.",
            ),
            (torch.zeros(5), "every score is 0: // divides whole, and leaves nothing of a share. Write / instead."),
        ],
        otherwise=_off_best(p, q, right, got),
    )
    _expect_best_scores_at_the_ends(best_score)
    _expect_best_scores_of_any_shape(best_score)
    if not all(map(torch.equal, given, (p, q))):
        fail("right, but the densities that were passed in changed too: += writes into them. Make a new tensor.")
    passed("of all that land at a place, the share that is real: 0.75 for 30 reals and 10 fakes, 0.5 where none lands.")


def _off_best(p: torch.Tensor, q: torch.Tensor, right: torch.Tensor, got: torch.Tensor) -> str:
    place, should, yours = farthest(right, got)
    here, there = p.flatten()[place].item(), q.flatten()[place].item()
    return f"where reals have {here:g} and fakes {there:g}, the best score is {should}, yours is {yours}."


def _expect_best_scores_at_the_ends(best_score: Callable) -> None:
    """Where one of the two never lands, where neither does, and where both hardly ever do."""
    p, q = torch.tensor([0.0, 4.0, 0.0, 2.0]), torch.tensor([3.0, 0.0, 0.0, 6.0])
    right = torch.tensor([0.0, 1.0, 0.5, 0.25])
    got = run(best_score, p.clone(), q.clone())
    expect_tensor(got, "best_score")
    expect_shape(got, (4,), "the scores of four places")
    nowhere = "right where points land. Where neither reals nor fakes do, both densities are 0, and yours "
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
        if got.numel() == 4 and got[[0, 1, 3]].isfinite().all()
        else "where one of the two densities is 0, some scores are NaN or infinite: divide by the sum of both, which "
        "is above 0 there.",
    )
    p, q = torch.tensor([1e-20, 3e-12]), torch.tensor([3e-20, 1e-12])
    right = torch.tensor([0.25, 0.75])
    got = run(best_score, p.clone(), q.clone())
    compare(
        got,
        right=right,
        mistakes=[],
        otherwise="right for densities of usual size, but where both are tiny the share is the same: 1e-20 and 3e-20 "
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
        got = run(best_score, p.clone(), q.clone())
        expect_tensor(got, "best_score")
        kinds = f"of tensors of shape {shape} and type {str(kind).removeprefix('torch.')} the scores"
        expect_shape(got, shape, kinds)
        if not got.is_floating_point():
            fail(f"{kinds} are whole numbers: a share lies between 0 and 1. Divide with /.")
        compare(got, right=right, mistakes=[], otherwise=f"{kinds} are off: {_off_best(p, q, right, got)}")


_TEACH_ADVICE = [
    (
        "[Tt]arget size",
        "Logits have the shape (N, 1), is_real has (N,): give the labels a second dimension, .unsqueeze(1).",
    ),
    ("[Bb]ool|Long|dtype", "is_real holds True and False: turn them into 1.0 and 0.0 with .float()."),
    (
        "'(zero_grad|backward|step)'",
        "They belong to something: optimizer.zero_grad(), loss.backward(), optimizer.step().",
    ),
]
