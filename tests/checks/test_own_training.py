"""A training run from an empty cell: each likely mistake is named."""

import itertools

import torch

from gan_lesson import checks
from tests.checks.answering import fails, not_written, table
from tests.checks.own_gans import at_rate, d_turn, g_turn, networks, own_step, own_training, training_with


def all_weights(generator, discriminator):
    return torch.optim.Adam([*generator.parameters(), *discriminator.parameters()], lr=2e-4)


def one_optimizer(generator, discriminator, batches):
    both = all_weights(generator, discriminator)
    for real in batches:
        own_step(generator, discriminator, both, both, real)
    return generator


def only(who):
    """Both optimizers hold the weights of one player."""

    def run(generator, discriminator, batches):
        network = {"g": generator, "d": discriminator}[who]
        opt_g, opt_d = (torch.optim.Adam(network.parameters(), lr=2e-4) for _ in range(2))
        for real in batches:
            own_step(generator, discriminator, opt_g, opt_d, real)
        return generator

    return run


def anew_each_time(generator, discriminator, batches):
    for real in batches:
        own_training(generator, discriminator, [real])
    return generator


def other_networks(generator, discriminator, batches):
    return own_training(*networks(), batches)


def returns_within(generator, discriminator, batches):
    for real in batches:
        own_training(generator, discriminator, [real])
        return generator


def first_batch_only(generator, discriminator, batches):
    batches = list(batches)
    return own_training(generator, discriminator, [batches[0]] * len(batches))


def once(generator, discriminator, batches):
    own_training(generator, discriminator, [next(batches)])


def while_true(generator, discriminator, batches):
    opt_g, opt_d = (torch.optim.Adam(network.parameters()) for network in (generator, discriminator))
    while True:
        own_step(generator, discriminator, opt_g, opt_d, next(batches))


def for_ever(generator, discriminator, batches):
    real = next(batches)
    return own_training(generator, discriminator, itertools.repeat(real))


def counts_them(generator, discriminator, batches):
    return len(batches)


def learns_in_evaluation(generator, discriminator, batches):
    discriminator.eval()
    return own_training(generator, discriminator, batches)


def seeded_in_the_loop(g, d, opt_g, opt_d, real):
    torch.manual_seed(0)
    own_step(g, d, opt_g, opt_d, real)


def in_the_other_order(generator, discriminator, batches):
    opt_g, opt_d = (torch.optim.Adam(network.parameters()) for network in (generator, discriminator))
    for real in batches:
        own_step(generator, discriminator, opt_d, opt_g, real)
    return generator


def d_only_at_first(generator, discriminator, batches):
    opt_g, opt_d = (torch.optim.Adam(network.parameters()) for network in (generator, discriminator))
    for number, real in enumerate(batches):
        d_turn(discriminator, opt_d, real, generator(torch.randn(len(real), 100)).detach())
        if number:
            g_turn(discriminator, opt_g, generator(torch.randn(len(real), 100)))
    return generator


@table(
    {
        "not written": (not_written, "isn't written yet"),
        "nothing": (lambda *_: None, "no weight moves"),
        "returns nothing": (training_with(returned=lambda *_: None), "returned nothing: end it with return generator"),
        "returns both": (training_with(returned=lambda *both: both), "return the generator, and nothing else"),
        "returns the discriminator": (training_with(returned=lambda g, d: d), "it's the generator that draws"),
        "returns within the loop": (returns_within, "the return stands inside the loop"),
        "one optimizer for both": (one_optimizer, "one optimizer holds the weights of both"),
        "both of the discriminator": (only("d"), "the generator never moves"),
        "both of the generator": (only("g"), "the discriminator never moves"),
        "handed over in the other order": (in_the_other_order, "are they handed over in this order?"),
        "anew for each batch": (anew_each_time, "makes new optimizers for each batch"),
        "other networks": (other_networks, "trains other networks than the two that it is given"),
        "the first batch only": (first_batch_only, "nobody learned from it"),
        "one batch": (once, "of 3 batches once took 1"),
        "while True": (while_true, "Have the batches come to their end?"),
        "for ever": (for_ever, "for real in batches ends when the batches do"),
        "counts them": (counts_them, "Batches come one by one"),
        "evaluation": (learns_in_evaluation, "in evaluation mode while it learns"),
        "a seed in the loop": (training_with(step=seeded_in_the_loop), "the same noise comes again"),
        "the generator misses one": (d_only_at_first, "the generator learned nothing while batch 1"),
        "a rate of 0": (
            at_rate(0.0),
            "is its learning rate 0?",
        ),
    }
)
def test_a_mistake_in_ones_own_training_is_named(answer, phrase):
    assert phrase in fails(checks.check_gan, networks, own_step, answer)
