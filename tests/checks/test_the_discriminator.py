"""The checks of “The discriminator”: right answers pass, in more than one style, and each likely mistake is named."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gan_lesson import checks, models
from tests.checks.answering import fails, not_written, passes, table


def judge(*end, start=nn.Flatten):
    return lambda: nn.Sequential(
        start(), nn.Linear(784, 64), nn.LeakyReLU(0.2), nn.Dropout(0.3), *(make() for make in end)
    )


def one():
    return nn.Linear(64, 1)


class WrittenJudge(nn.Module):
    """The article's discriminator as a class, its activations and its dropout as functions."""

    def __init__(self):
        super().__init__()
        widths = [784, 1024, 512, 256]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        self.last = nn.Linear(256, 1)

    def forward(self, images):
        values = images.view(-1, 784)
        for layer in self.layers:
            values = F.dropout(F.leaky_relu(layer(values), 0.2, inplace=True), 0.3, training=self.training)
        return self.last(values)


class AlwaysDrops(WrittenJudge):
    def forward(self, images):
        values = images.view(-1, 784)
        for layer in self.layers:
            values = F.dropout(F.leaky_relu(layer(values), 0.2), 0.3)
        return self.last(values)


def article(*widths, slope=0.2, drop=0.3, start=(), end=(), drop_first=False, bias=True):
    """The article's discriminator with other widths, another leak or another dropout."""

    def make():
        layers, inputs = [nn.Flatten(), *(one() for one in start)], 784
        for outputs in widths or (1024, 512, 256):
            after = [nn.LeakyReLU(slope), nn.Dropout(drop)]
            layers += [nn.Linear(inputs, outputs, bias=bias), *(reversed(after) if drop_first else after)]
            inputs = outputs
        return nn.Sequential(*layers, nn.Linear(inputs, 1), *(one() for one in end))

    return make


def without(number):
    return lambda: nn.Sequential(*(layer for place, layer in enumerate(article()()) if place != number))


class Unfolding(WrittenJudge):
    def forward(self, images):
        return super().forward(images.reshape(images.shape[0], -1).contiguous())


@pytest.mark.parametrize("answer", [models.Discriminator, WrittenJudge, article(), article(drop_first=True), Unfolding])
def test_a_right_discriminator_passes(capsys, answer):
    passes(capsys, checks.check_discriminator, answer)


class Squeezing(WrittenJudge):
    def forward(self, images):
        return super().forward(images).squeeze().unsqueeze(-1)


class Sixteen(WrittenJudge):
    def forward(self, images):
        return super().forward(images.reshape(16, 784))


class Darkened(WrittenJudge):
    def forward(self, images):
        return super().forward(images / 2)


class Cut(WrittenJudge):
    def forward(self, images):
        return super().forward(images).detach()


def frozen():
    return article()().requires_grad_(False)


ONCE = article()()


@table(
    {
        "LeakyReLU end": (article(end=[lambda: nn.LeakyReLU(0.2)]), "a LeakyReLU stands after the last"),
        "another LeakyReLU end": (article(end=[nn.LeakyReLU]), "a LeakyReLU stands after the last"),
        "Softsign end": (article(end=[nn.Softsign]), "between -1 and 1"),
        "Tanhshrink end": (article(end=[nn.Tanhshrink]), "something stands after it"),
        "ELU end": (article(end=[lambda: nn.ELU(3.0)]), "something stands after it"),
        "Hardtanh end": (
            article(end=[lambda: nn.Hardtanh(-3, 3)]),
            "no logit goes beyond 3: something at the end",
        ),
        "Softplus end": (article(end=[nn.Softplus]), "an activation at the end"),
        "no bias": (article(bias=False), "Linear layer 1 has no bias"),
        "one picture alone": (Squeezing, "of 1 images the logits"),
        "always sixteen": (Sixteen, "images of shape (5, 1, 28, 28)"),
        "darkened first": (Darkened, "something changes them first"),
        "detached": (Cut, "no gradient comes back from the logits"),
        "frozen": (frozen, "are frozen"),
        "the same network each time": (lambda: ONCE, "make the layers inside the function"),
        "a network, no function": (ONCE, "the function that makes it"),
        "in evaluation mode": (lambda: article()().eval(), "Leave eval() out"),
        "in doubles": (lambda: article()().double(), "float32, with .float()"),
        "a name as argument": (lambda latent_dim: article()(), "calls it with no arguments"),
        "sigmoid": (judge(one, nn.Sigmoid), "Sigmoid at the end"),
        "tanh": (judge(one, nn.Tanh), "Tanh at the end"),
        "relu end": (judge(one, nn.ReLU), "an activation at the end"),
        "no flatten": (judge(one, start=nn.Identity), "start with nn.Flatten()"),
        "no flatten, rows": (lambda: nn.Sequential(nn.Linear(28, 64), nn.ReLU(), nn.Linear(64, 1)), "saw the rows"),
        "Flatten(0)": (judge(one, start=lambda: nn.Flatten(0)), "nn.Flatten(0)"),
        "squeezed": (judge(one, lambda: nn.Flatten(0)), "(N,)"),
        "two outputs": (judge(lambda: nn.Linear(64, 2)), "one is enough"),
        "ten outputs": (judge(lambda: nn.Linear(64, 10)), "(16, 1), not (16, 10)"),
        "no activations": (
            lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.Dropout(0.3), nn.Linear(64, 1)),
            "no activation between",
        ),
        "narrow": (judge(one), "you have 2 Linear layers instead of 4"),
        "one layer missing": (article(512, 256), "the widths are 784-512-256-1, and the exercise asks for 784-1024"),
        "one width wrong": (article(1024, 512, 128), "Linear layer 3 goes from 512 to 128, not from 512 to 256"),
        "the generator's widths": (article(256, 512, 1024), "Linear layer 1 goes from 784 to 256"),
        "convolutions": (models.ConvDiscriminator, "the exercise asks for 784-1024-512-256-1"),
        "convolutions only": (
            lambda: nn.Sequential(nn.Conv2d(1, 4, 28), nn.LeakyReLU(0.2), nn.Conv2d(4, 1, 1), nn.Flatten()),
            "no nn.Linear layer is in use",
        ),
        "the leak of LeakyReLU()": (article(slope=0.01), "the leak is 0.01"),
        "plain ReLU": (article(slope=0.0), "a plain ReLU"),
        "one activation missing": (without(5), "no activation between Linear layers 2 and 3"),
        "no dropout": (article(drop=0.0), "nn.Dropout(0.3) is missing"),
        "one dropout missing": (without(9), "no value between Linear layers 3 and 4 is dropped"),
        "dropout of a half": (article(drop=0.5), "nn.Dropout(0.3) drops 30% of them"),
        "dropout the wrong way": (article(drop=0.7), "the number is the share to drop"),
        "dropout of pixels": (article(start=[lambda: nn.Dropout(0.3)]), "sees pictures with holes"),
        "dropout of logits": (article(end=[lambda: nn.Dropout(0.3)]), "Dropout after the last Linear layer"),
        "dropout that goes on": (AlwaysDrops, "training=self.training"),
        "layers that don't fit": (judge(lambda: nn.Linear(256, 1)), "expects 256 values got 64"),
        "the class, not the network": (lambda: WrittenJudge, "returned type"),
        "forgets return": (lambda: None, "NoneType"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_discriminator_is_named(answer, phrase):
    assert phrase in fails(checks.check_discriminator, answer)


@pytest.mark.parametrize(
    "answer",
    [
        torch.sigmoid,
        lambda logits: logits.sigmoid(),
        lambda logits: 1 / (1 + torch.exp(-logits)),
        lambda logits: (torch.tanh(logits / 2) + 1) / 2,
        lambda logits: torch.softmax(torch.cat([logits, torch.zeros_like(logits)], dim=1), dim=1)[:, :1],
        lambda logits: torch.tensor([[1 / (1 + math.exp(-logit))] for logit in logits]),
        nn.Sigmoid(),
        lambda t: torch.sigmoid(t.double()),
        lambda t: torch.sigmoid(t.clone().requires_grad_()),
        lambda t: torch.special.expit(t),
        lambda t: torch.reciprocal(torch.exp(-t) + 1),
        lambda t: torch.where(t > 0, 1 / (1 + torch.exp(-t.abs())), 1 - 1 / (1 + torch.exp(-t.abs()))),
        lambda t: torch.stack([torch.sigmoid(one) for one in t]),
        lambda t: torch.from_numpy(1 / (1 + np.exp(-t.clamp(-50, 50).numpy()))),
    ],
)
def test_right_scores_pass(capsys, answer):
    passes(capsys, checks.check_to_scores, answer)


@table(
    {
        "nothing done": (lambda t: t, "as they were"),
        "softmax over the batch": (lambda t: torch.softmax(t, dim=0), "a softmax over the batch"),
        "softmax over one": (lambda t: torch.softmax(t, dim=1), "every score is 1"),
        "twice": (lambda t: t.sigmoid().sigmoid(), "no score falls below 0.5"),
        "sign": (lambda t: 1 / (1 + torch.exp(t)), "the probability of fake"),
        "exp alone": (torch.exp, "goes beyond 1"),
        "brackets": (lambda t: 1 / 1 + torch.exp(-t), "1 divided by it is the score"),
        "exp over exp": (lambda t: torch.exp(t) / (1 + torch.exp(t)), "exp(200) is more than 32 bits hold"),
        "tanh": (torch.tanh, "a probability is never negative"),
        "tanh squeezed": (lambda t: (torch.tanh(t) + 1) / 2, "twice as steep"),
        "clamped": (lambda t: t.clamp(0, 1), "cut off at 0 and 1"),
        "stretched": (lambda t: (t - t.min()) / (t.max() - t.min()), "stretched onto 0 to 1"),
        "rounded": (lambda t: t.sigmoid().round(), "verdict"),
        "a yes or no": (lambda t: t > 0, "a yes or no"),
        "logarithm": (F.logsigmoid, "the logarithm of the score"),
        "squeezed": (lambda t: t.sigmoid().squeeze(1), "the shape is (N,)"),
        "mean": (lambda t: t.sigmoid().mean(), "one number for six pictures"),
        "mean as a number": (lambda t: t.sigmoid().mean().item(), "one number for six pictures"),
        "math.exp": (lambda t: 1 / (1 + math.exp(-t)), "torch.exp takes a whole tensor"),
        "written into": (lambda t: t.sigmoid_(), "writes into t, which it was given"),
        "rounded to three places": (lambda t: t.sigmoid().round(decimals=3), "0.6225, yours becomes 0.6220"),
        "for six by heart": (lambda t: torch.sigmoid(t.expand(6, 1)), "stopped with RuntimeError"),
        "for six, looked up": (
            lambda t: torch.tensor([[0.006693], [0.268941], [0.5], [0.622459], [0.880797], [0.982014]]),
            "of two logits the scores",
        ),
        "through the batch": (lambda t: (t - t.mean() + 0.0833333).sigmoid(), "should become a score of"),
        "cut off at 5": (lambda t: (t.clamp(-5, 5)).sigmoid(), "where it should be 0 and 1"),
        "halves": (lambda t: t.half().sigmoid(), "should become a score of"),
        "a class": (nn.Sigmoid, "first line of that function"),
        "sigmoid without brackets": (lambda t: t.sigmoid, "are brackets missing after it"),
        "a percentage": (lambda t: 100 * t.sigmoid(), "a logit of 4 should become a score of 0.982"),
        "no return": (lambda t: None, "is there a return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_scores_is_named(answer, phrase):
    assert phrase in fails(checks.check_to_scores, answer)


def bce(logits, labels):
    return F.binary_cross_entropy_with_logits(logits, labels)


def column(is_real):
    return is_real.float().unsqueeze(1)


def teaching(loss):
    """A step that is right but, perhaps, for its loss of logits (N, 1) and is_real (N,)."""

    def teach(discriminator, optimizer, images, is_real):
        optimizer.zero_grad()
        loss(discriminator(images), is_real).backward()
        optimizer.step()

    return teach


def in_another_order(discriminator, optimizer, images, is_real):
    loss = bce(discriminator(images).squeeze(1), is_real.float())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def by_hand(logits, is_real):
    return F.softplus(torch.where(is_real[:, None], -logits, logits)).mean()


def as_a_module(logits, is_real):
    return nn.BCEWithLogitsLoss()(logits, is_real.view(-1, 1).to(logits.dtype))


def half_and_half(logits, is_real):
    ones, zeros = torch.ones_like(logits[is_real]), torch.zeros_like(logits[~is_real])
    return (bce(logits[is_real], ones) + bce(logits[~is_real], zeros)) / 2


def in_doubles(logits, is_real):
    return bce(logits, is_real.double()[:, None])


def with_names(discriminator, optimizer, images, is_real):
    discriminator.train()
    labels = torch.where(is_real, 1.0, 0.0).reshape(-1, 1)
    discriminator.zero_grad(set_to_none=False)
    loss = nn.functional.binary_cross_entropy_with_logits(input=discriminator(input=images), target=labels)
    torch.autograd.backward(loss)
    optimizer.step()
    print(f"loss {loss:.3f}")


def with_a_closure(discriminator, optimizer, images, is_real):
    def closure():
        optimizer.zero_grad()
        loss = bce(discriminator(images), column(is_real))
        loss.backward()
        return loss

    return optimizer.step(closure)


@pytest.mark.parametrize(
    "answer",
    [
        teaching(lambda t, real: bce(t, column(real))),
        in_another_order,
        teaching(by_hand),
        teaching(as_a_module),
        teaching(half_and_half),
        teaching(in_doubles),
        with_names,
        with_a_closure,
    ],
)
def test_a_right_step_passes(capsys, answer):
    passes(capsys, checks.check_teach, answer)


def step_of(*lines, own=False):
    """A step whose lines come in another order, or not at all."""

    def teach(discriminator, optimizer, images, is_real):
        if own:
            optimizer = torch.optim.SGD(discriminator.parameters(), lr=0.1)
        loss = bce(discriminator(images), column(is_real))
        for line in lines:
            {"zero": optimizer.zero_grad, "back": loss.backward, "step": optimizer.step, "nothing": bool}[line]()

    return teach


def left_in_eval(discriminator, optimizer, images, is_real):
    discriminator.eval()
    teaching(lambda t, real: bce(t, column(real)))(discriminator, optimizer, images, is_real)


def two_steps(discriminator, optimizer, images, is_real):
    for _ in range(2):
        teaching(lambda t, real: bce(t, column(real)))(discriminator, optimizer, images, is_real)


def frozen_behind(discriminator, optimizer, images, is_real):
    teaching(lambda t, real: bce(t, column(real)))(discriminator, optimizer, images, is_real)
    discriminator.requires_grad_(False)


def slower_behind(discriminator, optimizer, images, is_real):
    teaching(lambda t, real: bce(t, column(real)))(discriminator, optimizer, images, is_real)
    optimizer.param_groups[0]["lr"] *= 0.9


def pictures_overwritten(discriminator, optimizer, images, is_real):
    teaching(lambda t, real: bce(t, column(real)))(discriminator, optimizer, images, is_real)
    images.clamp_(0, 1)


def labels_overwritten(discriminator, optimizer, images, is_real):
    teaching(lambda t, real: bce(t, column(real)))(discriminator, optimizer, images, is_real)
    is_real.fill_(True)


def until_it_is_small(discriminator, optimizer, images, is_real):
    while True:
        teaching(lambda t, real: bce(t, column(real)))(discriminator, optimizer, images, is_real)


def gradients_off(discriminator, optimizer, images, is_real):
    teaching(lambda t, real: bce(t, column(real)))(discriminator, optimizer, images, is_real)
    torch.set_grad_enabled(False)


@table(
    {
        "left frozen": (frozen_behind, "left frozen"),
        "another learning rate": (slower_behind, "the learning rate"),
        "pictures overwritten": (pictures_overwritten, "writes into images"),
        "labels overwritten": (labels_overwritten, "writes into is_real"),
        "on and on": (until_it_is_small, "more than 100 updates"),
        "gradients switched off": (gradients_off, "gradients switched off"),
        "zero_grad after step": (step_of("back", "step", "zero"), "in a loop of your own that works"),
        "the sum of two means": (teaching(lambda t, real: 2 * half_and_half(t, real)), "added, make 2 times the mean"),
        "half": (teaching(lambda t, real: bce(t, column(real)) / 2), "half as long"),
        "twelve by heart": (
            teaching(lambda t, real: F.binary_cross_entropy_with_logits(t, column(real), reduction="sum") / 12),
            "with eight it isn't",
        ),
        "labels of NaN": (teaching(lambda t, real: bce(t, column(real) / 0)), "NaN"),
        "left in eval": (left_in_eval, "evaluation mode"),
        "no zero_grad": (step_of("back", "step"), "call optimizer.zero_grad()"),
        "zero_grad without brackets": (step_of("nothing", "back", "step"), "old gradients were still there"),
        "no step": (step_of("zero", "back"), "no weight moved"),
        "no backward": (step_of("zero", "step"), "no new gradients"),
        "step before backward": (step_of("zero", "step", "back"), "the step came before"),
        "zero_grad after backward": (step_of("back", "zero", "step"), "before backward()"),
        "an optimizer of its own": (step_of("zero", "back", "step", own=True), "not by the optimizer"),
        "two steps": (two_steps, "two steps"),
        "labels (N,)": (teaching(lambda t, real: bce(t, real.float())), ".unsqueeze(1)"),
        "labels (N,), by hand": (
            teaching(lambda t, real: (F.softplus(t) - t * real.float()).mean()),
            "each logit met all twelve labels",
        ),
        "bools": (teaching(lambda t, real: bce(t, real.unsqueeze(1))), "with .float()"),
        "labels swapped": (teaching(lambda t, real: bce(t, 1 - column(real))), "the labels are swapped"),
        "uphill": (teaching(lambda t, real: -bce(t, column(real))), "uphill"),
        "sigmoid twice": (teaching(lambda t, real: bce(t.sigmoid(), column(real))), "the sigmoid is taken twice"),
        "sigmoid and BCELoss": (
            teaching(lambda t, real: F.binary_cross_entropy(t.sigmoid(), column(real))),
            "the score is rounded to 1 there",
        ),
        "logarithm by hand": (
            teaching(lambda t, real: -torch.where(real[:, None], t.sigmoid(), 1 - t.sigmoid()).log().mean()),
            "the score is rounded to 1 there",
        ),
        "the loss as a class": (
            teaching(lambda t, real: nn.BCEWithLogitsLoss(t, column(real))),
            "nn.BCEWithLogitsLoss()(logits, labels)",
        ),
        "asked of all at once": (
            teaching(lambda t, real: bce(t, torch.ones_like(t) if real else torch.zeros_like(t))),
            "A tensor of many values is neither true nor false",
        ),
        "BCELoss of logits": (
            teaching(lambda t, real: F.binary_cross_entropy(t, column(real))),
            "nn.BCELoss wants scores",
        ),
        "all real": (teaching(lambda t, real: bce(t, torch.ones_like(t))), "every picture was called real"),
        "all fake": (teaching(lambda t, real: bce(t, torch.zeros_like(t))), "every picture was called fake"),
        "reals alone": (teaching(lambda t, real: bce(t[real], column(real)[real])), "only from the reals"),
        "fakes alone": (teaching(lambda t, real: bce(t[~real], column(real)[~real])), "only from the fakes"),
        "the sum": (
            teaching(lambda t, real: F.binary_cross_entropy_with_logits(t, column(real), reduction="sum")),
            "not the sum",
        ),
        "backward on the logits": (teaching(lambda t, real: t), "call it on the loss, not on the logits"),
        "backward on their mean": (teaching(lambda t, real: t.mean()), "Call it on the loss"),
        "squared": (teaching(lambda t, real: F.mse_loss(t.sigmoid(), column(real))), "flat where"),
        "squared logits": (teaching(lambda t, real: F.mse_loss(t, column(real))), "as if a logit should become"),
        "detached": (teaching(lambda t, real: bce(t.detach(), column(real))), "don't detach"),
        "half the batch": (teaching(lambda t, real: bce(t[:6], column(real)[:6])), "all the pictures that your"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_step_is_named(answer, phrase):
    assert phrase in fails(checks.check_teach, answer)


def share(p, q):
    total = p + q
    return torch.where(total > 0, p / total, 0.5)


def place_by_place(p, q):
    shares = [a / (a + b) if a + b else 0.5 for a, b in zip(p.flatten().tolist(), q.flatten().tolist(), strict=True)]
    return torch.tensor(shares).view(p.shape)


def with_a_mask(p, q):
    result = torch.full(p.shape, 0.5)
    somewhere = p + q > 0
    result[somewhere] = (p[somewhere] / (p + q)[somewhere]).float()
    return result


@pytest.mark.parametrize(
    "answer",
    [
        share,
        place_by_place,
        with_a_mask,
        lambda p, q: (p / (p + q)).nan_to_num(0.5),
        lambda p, q: torch.sigmoid(torch.log(p / q)).nan_to_num(nan=0.5),
        lambda p, q: torch.sigmoid(p.log() - q.log()).nan_to_num(0.5),
        lambda p, q: torch.nan_to_num(1 / (1 + q / p), nan=0.5),
        lambda p, q: torch.nan_to_num(1 - q.double() / (p + q), nan=0.5),
        lambda p, q: torch.where((p == 0) & (q == 0), torch.tensor(0.5), p / (p + q)),
        lambda p, q: share(p.double(), q.double()).requires_grad_(),
        lambda p, q: torch.from_numpy(np.asarray(share(p, q))),
    ],
)
def test_a_right_best_score_passes(capsys, answer):
    passes(capsys, checks.check_best_score, answer)


def in_place(p, q):
    p += q
    return torch.where(p > 0, (p - q) / p, 0.5)


def asked_of_all(p, q):
    return torch.full_like(p, 0.5) if p + q == 0 else p / (p + q)


@table(
    {
        "no thought of 0 / 0": (lambda p, q: p / (p + q), "gives nan, since 0 / 0 is no number"),
        "0 where nothing lands": (lambda p, q: (p / (p + q)).nan_to_num(0), "says 0: nobody can tell anything there"),
        "1 where nothing lands": (lambda p, q: (p / (p + q)).nan_to_num(1), "says 1: nobody can tell anything there"),
        "swapped": (lambda p, q: share(q, p), "reals and fakes are swapped"),
        "odds": (lambda p, q: p / q, "the odds, which go beyond 1"),
        "logit": (lambda p, q: torch.log(p / q), "its sigmoid is the score"),
        "logit of the share": (lambda p, q: torch.logit(share(p, q)), "its sigmoid is the score"),
        "sigmoid of the difference": (lambda p, q: torch.sigmoid(p - q), "the sigmoid of the difference"),
        "softmax": (
            lambda p, q: torch.softmax(torch.stack([p, q]), dim=0)[0],
            "the sigmoid of the difference",
        ),
        "sigmoid of the odds": (lambda p, q: torch.sigmoid(p / q), "it wants their logarithm"),
        "difference": (lambda p, q: (p - q) / (p + q), "from -1 to 1"),
        "over all places": (lambda p, q: p / (p + q).sum(), "the sum over all places"),
        "reals over all places": (lambda p, q: p / p.sum(), "how the reals are spread"),
        "reals alone": (lambda p, q: p, "the density of the reals came back"),
        "total": (lambda p, q: p + q, "it belongs below the line"),
        "brackets": (lambda p, q: p / p + q, "the brackets are missing"),
        "mean of both": (lambda p, q: p / ((p + q) / 2), "divided by the mean of both"),
        "the larger one": (lambda p, q: p / torch.maximum(p, q), "the larger of the two"),
        "verdict": (lambda p, q: (p > q).float(), "a verdict"),
        "rounded": (lambda p, q: share(p, q).round(), "Don't round it"),
        "whole division": (lambda p, q: p // (p + q), "// rounds down"),
        "one share": (lambda p, q: p.sum() / (p + q).sum(), "one number for five places"),
        "one share as a number": (lambda p, q: (p.sum() / (p + q).sum()).item(), "one number for five places"),
        "a list": (lambda p, q: share(p, q).tolist(), "not a tensor"),
        "a little below the line": (lambda p, q: torch.where(p + q > 0, p / (p + q + 1e-8), 0.5), "make 0.250"),
        "a little on both": (lambda p, q: (p + 1e-9) / (p + q + 2e-9), "a small number added"),
        "clamped": (lambda p, q: torch.where(p + q > 0, p / (p + q).clamp(min=1e-8), 0.5), "make 0.250"),
        "one half where either is 0": (
            lambda p, q: torch.where((p > 0) & (q > 0), p / (p + q), 0.5),
            "where reals have 0 and fakes 3, the best score is 0.000, yours is 0.500",
        ),
        "by the fakes": (lambda p, q: (p / q) / (1 + p / q), "one of the two densities is 0"),
        "for five by heart": (lambda p, q: share(p, q).view(5), "stopped with RuntimeError"),
        "flattened": (lambda p, q: share(p, q).flatten(), "the scores should have shape (3, 4)"),
        "in the type of the counts": (lambda p, q: share(p, q).to(p.dtype), "are whole numbers"),
        "asked of all at once": (asked_of_all, "A tensor of many values is neither true nor false"),
        "written into": (in_place, "writes into p, which it was given"),
        "a percentage": (lambda p, q: 100 * share(p, q), "the best score is 0.8"),
        "no return": (lambda p, q: None, "is there a return"),
        "one argument": (lambda p: p, "keep the first line as it was given"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_best_score_is_named(answer, phrase):
    assert phrase in fails(checks.check_best_score, answer)
