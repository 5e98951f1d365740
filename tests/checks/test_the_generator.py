"""The checks of “The generator”: right answers pass, in more than one style, and each likely mistake is named."""

import copy
import random
import warnings

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gan_lesson import checks, models
from tests.checks.answering import fails, not_written, passes, table


def stack(*layers):
    return lambda latent_dim: nn.Sequential(nn.Linear(latent_dim, 64), nn.LeakyReLU(0.2), *(make() for make in layers))


def picture():
    return nn.Unflatten(1, (1, 28, 28))


class Written(nn.Module):
    """A small generator as a class, with activations as functions and without nn.Tanh."""

    def __init__(self, latent_dim):
        super().__init__()
        self.first, self.last = nn.Linear(latent_dim, 64), nn.Linear(64, 784)

    def forward(self, z):
        return torch.tanh(self.last(F.leaky_relu(self.first(z), 0.2))).view(-1, 1, 28, 28)


class Linear(Written):
    def forward(self, z):
        return torch.tanh(self.last(self.first(z))).view(-1, 1, 28, 28)


class Deaf(Written):
    def forward(self, z):
        return super().forward(torch.ones_like(z))


class OwnNoise(Written):
    def forward(self, z):
        return super().forward(torch.randn_like(z))


class Silent(Written):
    def forward(self, z):
        super().forward(z)


def forgets_to_return(latent_dim):
    nn.Sequential(nn.Linear(latent_dim, 784), nn.Tanh())


def with_batch_norm(latent_dim):
    return nn.Sequential(
        nn.Linear(latent_dim, 64),
        nn.BatchNorm1d(64),
        nn.ReLU(),
        nn.Dropout(0.1),
        nn.Linear(64, 784),
        nn.Tanh(),
        picture(),
    )


def article(*widths, slope=0.2, bend=None, between=()):
    """The article's generator with other widths, another leak, or something more between its layers."""

    def make(latent_dim):
        layers, inputs = [], latent_dim
        for outputs in widths or (256, 512, 1024):
            layers += [nn.Linear(inputs, outputs), bend or nn.LeakyReLU(slope), *(one(outputs) for one in between)]
            inputs = outputs
        return nn.Sequential(*layers, nn.Linear(inputs, 784), nn.Tanh(), picture())

    return make


class WrittenOut(nn.Module):
    """The article's generator as a class whose layers are made in another order than they are used."""

    def __init__(self, latent_dim):
        super().__init__()
        self.d, self.c, self.b = nn.Linear(1024, 784), nn.Linear(512, 1024), nn.Linear(256, 512)
        self.a = nn.Linear(latent_dim, 256)

    def forward(self, z):
        for layer in (self.a, self.b, self.c):
            z = F.leaky_relu_(layer(z), 0.2)
        return torch.tanh(self.d(z)).reshape(len(z), 1, 28, 28)


def one_left_out(latent_dim):
    return nn.Sequential(*(layer for number, layer in enumerate(article()(latent_dim)) if number != 3))


def before_the_picture(*end):
    return lambda latent_dim: nn.Sequential(*article()(latent_dim)[:-2], *copy.deepcopy(end), picture())


def by_hand(latent_dim):
    network = article()(latent_dim)
    network[7] = HyperbolicTangent()
    return network


class HyperbolicTangent(nn.Module):
    def forward(self, x):
        return (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())


class Keeping(WrittenOut):
    """It keeps what it made, as some do to look at it."""

    def forward(self, z):
        self.kept = super().forward(z)
        return self.kept


@pytest.mark.parametrize("answer", [models.Generator, WrittenOut, article(), by_hand, Keeping])
def test_a_right_generator_passes(capsys, answer):
    passes(capsys, checks.check_generator, answer)


class WithNoise(WrittenOut):
    def forward(self, z):
        return super().forward(z + 0.1 * torch.randn_like(z))


class Cut(WrittenOut):
    def forward(self, z):
        return super().forward(z).detach()


class WithoutGradients(WrittenOut):
    @torch.no_grad()
    def forward(self, z):
        return super().forward(z)


class WithDataOnly(WrittenOut):
    def forward(self, z):
        return torch.tanh(self.d(F.leaky_relu(self.c(F.leaky_relu(self.b(self.first(z).data), 0.2)), 0.2))).view(
            -1, 1, 28, 28
        )

    def first(self, z):
        return F.leaky_relu(self.a(z), 0.2)


class Overwriting(WrittenOut):
    def forward(self, z):
        return super().forward(z.mul_(2).div_(2).add_(1e-3))


class OneTooMany(WrittenOut):
    def __init__(self, latent_dim):
        super().__init__(latent_dim)
        self.e = nn.Linear(8, 8)


class Sixteen(WrittenOut):
    def forward(self, z):
        return super().forward(z).view(16, 1, 28, 28)


class InDoubles(WrittenOut):
    def forward(self, z):
        return super().forward(z).double()


def changed(change):
    """The article's generator, changed after it was made."""

    def make(latent_dim):
        network = article()(latent_dim)
        return change(network) or network

    return make


def nullified(layer):
    if isinstance(layer, nn.Linear):
        nn.init.constant_(layer.weight, float("nan"))


def with_a_seed(latent_dim):
    torch.manual_seed(0)
    return article()(latent_dim)


ONCE = article()(100)


@table(
    {
        "a network, no function": (ONCE, "the function that makes it"),
        "the same network each time": (lambda latent_dim: ONCE, "make the layers inside the function"),
        "a seed inside": (with_a_seed, "begin with the same weights: set no seed"),
        "the class": (lambda latent_dim: models.Generator, "returned type Generator, the class"),
        "noise added": (WithNoise, "something changes them first"),
        "the noise overwritten": (Overwriting, "changes its input in place"),
        "detached": (Cut, "no gradient comes back from the images"),
        "no_grad": (WithoutGradients, "no gradient comes back from the images"),
        ".data": (WithDataOnly, "no gradient reaches a.weight"),
        "a layer too many": (OneTooMany, "the layer isn't used"),
        "frozen": (changed(lambda network: network.requires_grad_(False)), "are frozen"),
        "in evaluation mode": (changed(nn.Module.eval), "Leave eval() out"),
        "in doubles": (changed(nn.Module.double), "float32, with .float()"),
        "images in doubles": (InDoubles, "the images have type float64"),
        "always sixteen": (Sixteen, "noise of shape (2, 7)"),
        "NaN in the weights": (changed(lambda network: network.apply(nullified)), "NaN"),
        "a lazy layer": (changed(lambda n: nn.Sequential(nn.LazyLinear(256), *n[1:])), "a lazy layer"),
        "Softsign": (before_the_picture(nn.Softsign()), "something other than one Tanh"),
        "no Unflatten": (stack(lambda: nn.Linear(64, 784), nn.Tanh), "nn.Unflatten"),
        "LeakyReLU before Tanh": (before_the_picture(nn.LeakyReLU(0.2), nn.Tanh()), "hard to reach"),
        "Tanh twice": (before_the_picture(nn.Tanh(), nn.Tanh()), "twice"),
        "LayerNorm before Tanh": (before_the_picture(nn.LayerNorm(784), nn.Tanh()), "something other than one Tanh"),
        "sigmoid end": (stack(lambda: nn.Linear(64, 784), nn.Sigmoid, picture), "no pixel is below 0"),
        "no tanh": (stack(lambda: nn.Linear(64, 784), picture), "nothing keeps them in [-1, 1]"),
        "relu end": (stack(lambda: nn.Linear(64, 784), nn.ReLU, picture), "End with nn.Tanh()"),
        "no activations": (
            lambda n: nn.Sequential(nn.Linear(n, 64), nn.Linear(64, 784), nn.Tanh(), picture()),
            "no activation between",
        ),
        "no activations, as a class": (Linear, "no activation between"),
        "ignores z": (Deaf, "doesn't depend on z"),
        "draws its own z": (OwnNoise, "doesn't depend on z"),
        "a list": (lambda n: [nn.Linear(n, 784), nn.Tanh()], "returned list"),
        "an empty network": (lambda n: nn.Sequential(nn.Tanh()), "no weights"),
        "narrow": (stack(lambda: nn.Linear(64, 784), nn.Tanh, picture), "you have 2 Linear layers"),
        "one layer missing": (article(256, 512), "the widths are 100-256-512-784, and the exercise asks for 100-256"),
        "one width wrong": (article(256, 512, 512), "Linear layer 3 goes from 512 to 512, not from 512 to 1024"),
        "widths doubled from 128": (article(128, 256, 512), "Linear layer 1 goes from 100 to 128"),
        "convolutions": (models.ConvGenerator, "the exercise asks for"),
        "the leak of LeakyReLU()": (article(slope=0.01), "the leak is 0.01"),
        "plain ReLU": (article(slope=0.0), "a plain ReLU"),
        "leak the wrong way": (article(slope=0.8), "the leak is 0.8"),
        "tanh between": (article(bend=nn.Tanh()), "between Linear layers 1 and 2 stands a Tanh"),
        "sigmoid between": (article(bend=nn.Sigmoid()), "between Linear layers 1 and 2 stands a Sigmoid"),
        "one activation missing": (one_left_out, "no activation between Linear layers 2 and 3"),
        "dropout": (article(between=[lambda _: nn.Dropout(0.3)]), "take the Dropout out"),
        "batch norm": (article(between=[nn.BatchNorm1d]), "stands something other than"),
        "ten wide": (
            lambda n: nn.Sequential(nn.Linear(10, 784), nn.Tanh(), picture()),
            "expects 10 values got 100",
        ),
        "always 100 wide": (
            lambda n: nn.Sequential(nn.Linear(100, 64), nn.ReLU(), nn.Linear(64, 784), nn.Tanh(), picture()),
            "made with latent_dim=7",
        ),
        "layers that don't fit": (stack(lambda: nn.Linear(128, 784), nn.Tanh, picture), "expects 128 values got 64"),
        "wrong output size": (stack(lambda: nn.Linear(64, 756), nn.Tanh, picture), "756"),
        "wrong picture": (
            stack(lambda: nn.Linear(64, 784), nn.Tanh, lambda: nn.Unflatten(1, (28, 28))),
            "(16, 1, 28, 28), not (16, 28, 28)",
        ),
        "forgets return": (forgets_to_return, "NoneType"),
        "forward forgets return": (Silent, "returned nothing"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_generator_is_named(answer, phrase):
    assert phrase in fails(checks.check_generator, answer)


@pytest.mark.parametrize(
    "answer",
    [
        torch.randn,
        lambda count, latent_dim: torch.randn((count, latent_dim)),
        lambda count, latent_dim: torch.normal(0.0, 1.0, size=(count, latent_dim)),
        lambda count, latent_dim: torch.empty(count, latent_dim).normal_(),
        lambda count, latent_dim: torch.stack([torch.randn(latent_dim) for _ in range(count)]),
        lambda n, d: torch.randn(n, d, dtype=torch.float64).float(),
        lambda n, d: torch.distributions.Normal(0, 1).sample((n, d)),
        lambda n, d: torch.tensor([[random.gauss(0, 1) for _ in range(d)] for _ in range(n)]),
        lambda n, d: torch.randn(n * d).view(n, d).requires_grad_(),
        lambda n, d: (-2 * torch.rand(n, d).clamp(1e-9).log()).sqrt() * (2 * torch.pi * torch.rand(n, d)).cos(),
    ],
)
def test_right_noise_passes(capsys, answer):
    passes(capsys, checks.check_noise, answer)


def seeded_inside(count, latent_dim):
    torch.manual_seed(0)
    return torch.randn(count, latent_dim)


@table(
    {
        "uniform, as wide as the bell": (lambda n, d: 12**0.5 * (torch.rand(n, d) - 0.5), "a box and not a bell"),
        "cut off at 2": (lambda n, d: 1.03 * torch.randn(n, d).clamp(-2, 2), "not its shape"),
        "of one length": (lambda n, d: F.normalize(torch.randn(n, d), dim=1) * d**0.5, "equally long"),
        "half of it twice": (lambda n, d: torch.randn(n // 2, d).repeat(2, 1), "more than once"),
        "doubles": (lambda n, d: torch.randn(n, d, dtype=torch.float64), "the numbers have type float64"),
        "NaN": (lambda n, d: torch.randn(n, d).log(), "NaN"),
        "a seed of its own": (
            lambda n, d: torch.randn(n, d, generator=torch.Generator().manual_seed(1)),
            "two calls gave the same noise",
        ),
        "four hundred by heart": (lambda n, d: torch.randn(400, 50), "for count=3 and latent_dim=7"),
        "rand": (torch.rand, "spread evenly from 0 to 1"),
        "uniform around 0": (lambda n, d: 2 * torch.rand(n, d) - 1, "spread evenly from -1 to 1"),
        "uniform from -3 to 3": (lambda n, d: 6 * torch.rand(n, d) - 3, "torch.randn"),
        "turned round": (lambda n, d: torch.randn(d, n), "count comes first"),
        "always a hundred": (lambda n, d: torch.randn(100, 100), "not 100"),
        "always a hundred long": (lambda n, d: torch.randn(n, 100), "not 100"),
        "one vector": (lambda n, d: torch.randn(d), "the noise of one picture"),
        "the square of it": (lambda n, d: torch.randn(n, d, d), "(400, 50), not (400, 50, 50)"),
        "a seed inside": (seeded_inside, "without a seed"),
        "zeros": (torch.zeros, "two calls gave the same noise"),
        "one row for all": (lambda n, d: torch.randn(1, d).expand(n, d), "all 400 rows are the same"),
        "one number for a row": (lambda n, d: torch.randn(n, 1).repeat(1, d), "within a row"),
        "whole numbers": (lambda n, d: torch.randint(-3, 4, (n, d)), "whole numbers"),
        "only one sign": (lambda n, d: torch.randn(n, d).abs(), "both signs"),
        "too wide": (lambda n, d: 3 * torch.randn(n, d), "It should be 1"),
        "of numpy": (lambda n, d: torch.randn(n, d).numpy(), "not a tensor"),
        "no return": (lambda n, d: None, "returned nothing"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_noise_is_named(answer, phrase):
    assert phrase in fails(checks.check_noise, answer)


def three_layers(latent_dim):
    return nn.Sequential(
        nn.Linear(latent_dim, 96),
        nn.ReLU(),
        nn.Linear(96, 128),
        nn.ReLU(),
        nn.Linear(128, 784),
        nn.Tanh(),
        picture(),
    )


def convolutions(latent_dim):
    return models.ConvGenerator(latent_dim, channels=12)


class TwiceSigmoid(Written):
    """[-1, 1] by way of a Sigmoid."""

    def forward(self, z):
        return (2 * torch.sigmoid(self.last(F.gelu(self.first(z)))) - 1).view(-1, 1, 28, 28)


class LastFirst(nn.Module):
    """Its layers are made in the order in which they aren't used, and one is normalised by weight."""

    def __init__(self, latent_dim):
        super().__init__()
        self.last = nn.Linear(64, 784)
        self.first = nn.utils.parametrizations.weight_norm(nn.Linear(latent_dim, 64))

    def forward(self, z):
        return torch.tanh(self.last(F.silu(self.first(z)))).unflatten(1, (1, 28, 28))


class Residual(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.inside = nn.Sequential(nn.Linear(latent_dim, 64), nn.Tanh(), nn.Linear(64, latent_dim))
        self.last = nn.Linear(latent_dim, 784)

    def forward(self, z):
        return F.hardtanh(self.last(z + self.inside(z))).view(-1, 1, 28, 28)


def normalised_in_the_old_way(latent_dim):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first = nn.utils.weight_norm(nn.Linear(latent_dim, 64))
    return nn.Sequential(first, nn.ELU(), nn.Linear(64, 784), nn.Tanh(), picture())


def with_dropout(latent_dim):
    return nn.Sequential(
        nn.Linear(latent_dim, 64), nn.Dropout(0.5), nn.Softplus(), nn.Linear(64, 784), nn.Tanh(), picture()
    )


@pytest.mark.parametrize(
    "answer",
    [
        Written,
        with_batch_norm,
        three_layers,
        convolutions,
        TwiceSigmoid,
        LastFirst,
        Residual,
        normalised_in_the_old_way,
        with_dropout,
    ],
)
def test_a_right_small_generator_passes(capsys, answer):
    passes(capsys, checks.check_small_generator, answer)


class Unused(Written):
    def __init__(self, latent_dim):
        super().__init__(latent_dim)
        self.middle = nn.Linear(64, 64)


class Dead(Unused):
    """What its middle layer gives is negative for every z, and a ReLU stands behind it."""

    def __init__(self, latent_dim):
        super().__init__(latent_dim)
        nn.init.constant_(self.middle.bias, -20.0)

    def forward(self, z):
        z = F.leaky_relu(self.first(z), 0.2)
        return torch.tanh(self.last(z + F.relu(self.middle(z)))).view(-1, 1, 28, 28)


class Detached(Written):
    def forward(self, z):
        return super().forward(z).detach()


class HalfDetached(Written):
    def forward(self, z):
        return torch.tanh(self.last(F.leaky_relu(self.first(z), 0.2).detach())).view(-1, 1, 28, 28)


class Frozen(Written):
    def __init__(self, latent_dim):
        super().__init__(latent_dim)
        self.first.requires_grad_(False)


class NoisyInside(Written):
    def forward(self, z):
        return super().forward(z + 0.1 * torch.randn_like(z))


class OverTheBatch(Written):
    def forward(self, z):
        return super().forward((z - z.mean(dim=0)) / z.std(dim=0))


class HalfOfZ(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.half = latent_dim // 2
        self.written = Written(self.half)

    def forward(self, z):
        return self.written(z[:, : self.half])


def zeros(latent_dim):
    network = Written(latent_dim)
    for weight in network.parameters():
        nn.init.zeros_(weight)
    return network


class Sine(nn.Module):
    def forward(self, x):
        return x.sin()


def small_one(*end):
    return lambda latent_dim: nn.Sequential(nn.Linear(latent_dim, 784), *end, picture())


def small(*layers):
    return lambda latent_dim: nn.Sequential(nn.Linear(latent_dim, 64), *copy.deepcopy(layers), picture())


class Halved(Written):
    def forward(self, z):
        return 0.5 * super().forward(z)


@table(
    {
        "one layer and Softsign": (small_one(nn.Softsign()), "one weighted sum"),
        "one layer, LeakyReLU and Tanh": (small_one(nn.LeakyReLU(0.2), nn.Tanh()), "one weighted sum"),
        "one layer and a sine": (small_one(Sine()), "one weighted sum"),
        "one layer and a cut": (small_one(nn.Hardtanh()), "one weighted sum"),
        "no bend but a BatchNorm": (
            small(nn.BatchNorm1d(64), nn.Linear(64, 784), nn.Tanh()),
            "one weighted sum",
        ),
        "half the range": (Halved, "pixels stay between -0.50 and 0.50"),
        "the same network each time": (lambda latent_dim: ONCE, "make the layers inside the function"),
        "in evaluation mode": (lambda latent_dim: Written(latent_dim).eval(), "Leave eval() out"),
        "doubles": (lambda latent_dim: Written(latent_dim).double(), "float32, with .float()"),
        "the article's": (models.Generator, "1,486,352 weights are over the budget of 150,000"),
        "too wide": (
            lambda n: nn.Sequential(nn.Linear(n, 256), nn.ReLU(), nn.Linear(256, 784), nn.Tanh(), picture()),
            "Most of them, 201,488, are in Linear(in_features=256, out_features=784",
        ),
        "a row": (lambda n: nn.Sequential(*small(nn.ReLU(), nn.Linear(64, 784), nn.Tanh())(n)[:-1]), "nn.Unflatten"),
        "wrong size": (
            lambda n: nn.Sequential(nn.Linear(n, 49), nn.Tanh(), nn.Unflatten(1, (1, 7, 7))),
            "(16, 1, 7, 7)",
        ),
        "always 100 long": (
            lambda n: nn.Sequential(nn.Linear(100, 64), nn.ReLU(), nn.Linear(64, 784), nn.Tanh(), picture()),
            "made with latent_dim=7",
        ),
        "one layer": (lambda n: nn.Sequential(nn.Linear(n, 784), nn.Tanh(), picture()), "one weighted sum"),
        "no bend": (small(nn.Linear(64, 784), nn.Tanh()), "one weighted sum"),
        "one layer, sigmoid": (
            lambda n: nn.Sequential(nn.Linear(n, 784), nn.Sigmoid(), picture()),
            "no pixel is below 0",
        ),
        "no tanh": (small(nn.LeakyReLU(0.2), nn.Linear(64, 784)), "nothing keeps the pixels"),
        "tanh in the middle only": (small(nn.Tanh(), nn.Linear(64, 784)), "a Tanh, but not at the end"),
        "a layer after the tanh": (
            small(nn.ReLU(), nn.Linear(64, 100), nn.Tanh(), nn.Linear(100, 784)),
            "a Tanh, but not at the end",
        ),
        "sigmoid end": (small(nn.ReLU(), nn.Linear(64, 784), nn.Sigmoid()), "no pixel is below 0"),
        "relu, then tanh": (small(nn.ReLU(), nn.Linear(64, 784), nn.ReLU(), nn.Tanh()), "a ReLU cuts off"),
        "relu end": (small(nn.LeakyReLU(0.2), nn.Linear(64, 784), nn.ReLU()), "no pixel is below 0, and some reach"),
        "ignores z": (Deaf, "doesn't depend on z"),
        "draws its own z": (OwnNoise, "doesn't depend on z"),
        "all weights zero": (zeros, "doesn't depend on z"),
        "adds noise": (NoisyInside, "all chance is in z"),
        "looks at the batch": (OverTheBatch, "what else is in its batch"),
        "softmax over the batch": (
            small(nn.Softmax(dim=0), nn.Linear(64, 784), nn.Tanh()),
            "what else is in its batch",
        ),
        "half of z": (HalfOfZ, "50 of the 100 numbers of z change nothing"),
        "a layer that isn't used": (Unused, "middle.weight, the weights of Linear"),
        "a dead layer": (Dead, "the layer is dead"),
        "detached": (Detached, "leave .detach()"),
        "detached half-way": (HalfDetached, "no gradient reaches first.weight"),
        "frozen": (Frozen, "are frozen"),
        "no weights": (lambda n: nn.Sequential(nn.Tanh()), "no weights"),
        "no return": (forgets_to_return, "NoneType"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_small_generator_is_named(answer, phrase):
    assert phrase in fails(checks.check_small_generator, answer)
