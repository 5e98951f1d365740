"""GANs from an empty cell, as a learner might write them: right ones in many styles, with parts open to mistakes."""

import torch
import torch.nn.functional as F
from torch import nn

bce = F.binary_cross_entropy_with_logits


def networks(last=nn.Tanh, answer=nn.Identity, width=128, shape=(1, 28, 28)):
    """The two networks with their ends open to mistakes."""
    generator = nn.Sequential(
        nn.Linear(100, width), nn.LeakyReLU(0.2), nn.Linear(width, 784), last(), nn.Unflatten(1, shape)
    )
    discriminator = nn.Sequential(nn.Flatten(), nn.Linear(784, width), nn.LeakyReLU(0.2), nn.Linear(width, 1), answer())
    return generator, discriminator


def networks_with(**parts):
    return lambda: networks(**parts)


class OwnGenerator(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(100, 128), nn.BatchNorm1d(128), nn.Linear(128, 784)

    def forward(self, z):
        return torch.tanh(self.last(F.relu(self.norm(self.first(z))))).view(-1, 1, 28, 28)


class OwnDiscriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(784, 128), nn.Linear(128, 1)

    def forward(self, images):
        hidden = F.dropout(F.leaky_relu(self.first(images.flatten(1)), 0.2), 0.3, self.training)
        return self.last(hidden).squeeze(1)


def classes():
    return OwnGenerator(), OwnDiscriminator()


def convolutions():
    generator = nn.Sequential(
        *(nn.Linear(100, 16 * 49), nn.Unflatten(1, (16, 7, 7)), nn.BatchNorm2d(16), nn.ReLU()),
        *(nn.ConvTranspose2d(16, 8, 4, 2, 1), nn.BatchNorm2d(8), nn.ReLU(), nn.ConvTranspose2d(8, 1, 4, 2, 1)),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        *(nn.Conv2d(1, 8, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(8, 16, 4, 2, 1), nn.LeakyReLU(0.2)),
        *(nn.Flatten(), nn.Linear(16 * 49, 1)),
    )
    return generator, discriminator


def own_bce(logits, label):
    return bce(logits, torch.full_like(logits, label))


def bce_of_scores(scores, label):
    return F.binary_cross_entropy(scores, torch.full_like(scores, label))


def hinge(logits, label):
    return F.relu(1 - logits).mean() if label else F.relu(1 + logits).mean()


def least_squares(logits, label):
    return ((logits - label) ** 2).mean()


def d_turn(discriminator, optimizer, real, fake, pay=own_bce, labels=(1.0, 0.0), parts="rf", order="zbs"):
    losses_of = {"r": lambda: pay(discriminator(real), labels[0]), "f": lambda: pay(discriminator(fake), labels[1])}
    loss = sum(losses_of[part]() for part in parts)
    for action in order:
        {"z": optimizer.zero_grad, "b": loss.backward, "s": optimizer.step}[action]()


def g_turn(discriminator, optimizer, fake, pay=own_bce, label=1.0, order="zbs", wish=None):
    loss = wish(discriminator(fake)) if wish else pay(discriminator(fake), label)
    for action in order:
        {"z": optimizer.zero_grad, "b": loss.backward, "s": optimizer.step}[action]()


def own_step(
    g,
    d,
    opt_g,
    opt_d,
    real,
    *,
    noise=torch.randn,
    cut=torch.Tensor.detach,
    cut_for_g=lambda fake: fake,
    of_d=None,
    **of_g,
):
    """A step with its parts open to mistakes."""
    pay = {"pay": of_g["pay"]} if "pay" in of_g else {}
    d_turn(d, opt_d, real, cut(g(noise(len(real), 100))), **pay, **(of_d or {}))
    g_turn(d, opt_g, cut_for_g(g(noise(len(real), 100))), **of_g)


def step_with(**parts):
    return lambda *arguments: own_step(*arguments, **parts)


def attached(fake):
    return fake


def same_fakes_for_both(g, d, opt_g, opt_d, real):
    fake = g(torch.randn(len(real), 100))
    d_turn(d, opt_d, real, fake.detach())
    g_turn(d, opt_g, fake)


def in_one_pass(g, d, opt_g, opt_d, real):
    with torch.no_grad():
        fake = g(torch.randn(len(real), 100))
    labels = torch.cat([torch.full((len(real), 1), 0.9), torch.zeros(len(real), 1)])
    logits = d(torch.cat([real, fake]))
    loss = bce(logits, labels.view_as(logits))
    d.zero_grad()
    loss.backward()
    opt_d.step()
    g.zero_grad()
    (-F.logsigmoid(d(g(torch.randn(len(real), 100)))).mean()).backward()
    opt_g.step()


def noisy(images):
    return images + 0.3 * torch.randn_like(images)


def with_instance_noise(g, d, opt_g, opt_d, real):
    d_turn(d, opt_d, noisy(real), noisy(g(torch.randn(len(real), 100)).detach()))
    g_turn(d, opt_g, noisy(g(torch.randn(len(real), 100))))


def at_the_same_time(g, d, opt_g, opt_d, real, labels=(1.0, 0.0), label=1.0):
    """Both gradients are taken of the networks as they are, and then both move."""
    fake = d(g(torch.randn(len(real), 100)))
    losses_of = own_bce(d(real), labels[0]) + own_bce(fake, labels[1]), own_bce(fake, label)
    gradients = [
        torch.autograd.grad(loss, list(network.parameters()), retain_graph=True)
        for loss, network in zip(losses_of, (d, g), strict=True)
    ]
    for network, found in zip((d, g), gradients, strict=True):
        for weight, gradient in zip(network.parameters(), found, strict=True):
            weight.grad = gradient
    opt_d.step(), opt_g.step()


def the_other_frozen(g, d, opt_g, opt_d, real):
    """Both backward passes before both steps, and neither reaches the other player."""
    opt_g.zero_grad(), opt_d.zero_grad()
    d_turn(d, opt_d, real, g(torch.randn(len(real), 100)).detach(), order="b")
    d.requires_grad_(False)
    g_turn(d, opt_g, g(torch.randn(len(real), 100)), order="b")
    d.requires_grad_(True)
    opt_d.step(), opt_g.step()


def generator_first(g, d, opt_g, opt_d, real):
    g_turn(d, opt_g, g(torch.randn(len(real), 100)))
    d_turn(d, opt_d, real, g(torch.randn(len(real), 100)).detach())


def wasserstein(g, d, opt_g, opt_d, real):
    """With a penalty on the gradient at mixtures of reals and fakes."""
    fake = g(torch.randn(len(real), 100)).detach()
    share = torch.rand(len(real), 1, 1, 1)
    mixed = (share * real + (1 - share) * fake).requires_grad_()
    (slope,) = torch.autograd.grad(d(mixed).sum(), mixed, create_graph=True)
    loss = d(fake).mean() - d(real).mean() + 10 * ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()
    opt_d.zero_grad()
    loss.backward()
    opt_d.step()
    g_turn(d, opt_g, g(torch.randn(len(real), 100)), wish=lambda answers: -answers.mean())


def penalised_on_reals(g, d, opt_g, opt_d, real):
    """R1: a penalty on the gradient at the reals themselves."""
    real.requires_grad_()
    answers = d(real)
    (slope,) = torch.autograd.grad(answers.sum(), real, create_graph=True)
    fake = g(torch.randn(len(real), 100)).detach()
    loss = own_bce(answers, 1.0) + own_bce(d(fake), 0.0) + slope.square().flatten(1).sum(dim=1).mean()
    opt_d.zero_grad()
    loss.backward()
    opt_d.step()
    g_turn(d, opt_g, g(torch.randn(len(real), 100)))


def own_training(
    generator,
    discriminator,
    batches,
    *,
    step=own_step,
    make=lambda network: torch.optim.Adam(network.parameters(), lr=5e-4),
    returned=lambda generator, discriminator: generator,
):
    """The training run with its parts open to mistakes."""
    opt_g, opt_d = make(generator), make(discriminator)
    for real in batches:
        step(generator, discriminator, opt_g, opt_d, real)
    return returned(generator, discriminator)


def training_with(**parts):
    return lambda *arguments: own_training(*arguments, **parts)


def at_rate(value):
    return training_with(make=lambda network: torch.optim.SGD(network.parameters(), lr=value))


def by_hand(generator, discriminator, batches):
    opt_g = torch.optim.RMSprop(generator.parameters(), lr=5e-4)
    opt_d = torch.optim.RMSprop(discriminator.parameters(), lr=5e-4)
    while True:
        try:
            real = next(batches)
        except StopIteration:
            return generator
        own_step(generator, discriminator, opt_g, opt_d, real)
