"""The exercises of the lesson "The adversarial loop"."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ... import training
from ...checks.answer import expect_tensor, run
from ...checks.comparison import compare
from ...checks.elsewhere import right_so_far
from ...checks.exercise import exercise, fail, passed
from ...checks.likeness import expect_likeness
from ...checks.networks import flat, made_pair
from ...checks.own_networks import expect_networks
from ...checks.own_step import expect_step
from ...checks.own_training import expect_training
from ...checks.players import Players, is_cleared
from ...checks.stage import NOT_CLEARED
from ...losses import LEAST_SQUARES, MINIMAX, NON_SATURATING, GanLoss


@exercise(
    "The cell of step 4 in “The six steps, one by one” has all you need, with other names: images are real here, "
    "optimizer_d is optimizer, and the fakes are still to be made.",
    "First gap: fake = generator(noise).detach(), then discriminator(...) of real and of fake. Second gap: three "
    "calls, optimizer.zero_grad(), backward() and optimizer.step().",
    "In the second gap backward() belongs to the sum: (real_loss + fake_loss).backward(). It stands between "
    "zero_grad() and step().",
)
def check_update_discriminator(update_discriminator: Callable) -> None:
    """The adversarial loop: ``update_discriminator(generator, discriminator, optimizer, real, noise, loss)``."""
    players = Players()
    seen = run(update_discriminator, *players.given("discriminator"), advice=_UPDATE_ADVICE)
    if players.generator.moved:
        fail("the generator's weights moved: in this update only the discriminator's optimizer takes a step.")
    if not players.discriminator.reached:
        fail("the discriminator has no new gradients: call .backward() on its loss.")
    players.discriminator.expect_step()

    loss, after = NON_SATURATING, _discriminator_after
    not_cleared = _CLEARED_TOO_LATE if is_cleared(players.discriminator) else NOT_CLEARED
    compare(
        flat(players.discriminator.network),
        right=after(loss.discriminator),
        mistakes=[
            (after(loss.discriminator, clear=False), not_cleared),
            (
                after(lambda real, fake: loss.real(fake) + loss.fake(real)),
                "the labels are swapped: reals should be called real (loss.real), fakes fake (loss.fake).",
            ),
            (
                after(lambda real, fake: loss.real(real)),
                "the discriminator learned from the reals alone: add loss.fake(fake_logits).",
            ),
            (
                after(lambda real, fake: loss.fake(fake)),
                "the discriminator learned from the fakes alone: add loss.real(real_logits).",
            ),
            (
                after(lambda real, fake: loss.real(real) + loss.generator(fake)),
                "the discriminator was taught the generator's wish: its loss on fakes is loss.fake.",
            ),
            (
                after(lambda real, fake: loss.discriminator(real, fake) / 2),
                "the step is half as long as it should be: the loss is the sum of both parts, not their mean.",
            ),
            (
                after(lambda real, fake: -loss.discriminator(real, fake)),
                "the discriminator went the wrong way, up its loss: leave the minus out.",
            ),
            (
                after(lambda real, fake: 12 * loss.discriminator(real, fake)),
                "the step is twelve times as long as it should be, as long as the batch: loss.real and loss.fake take "
                "the mean, so don't multiply.",
            ),
        ],
        otherwise="the discriminator's weights moved, but not to where one step leads on the sum of both losses. Are "
        "the fakes made of the noise, and the reals those, that your function is given? Are both logits without a "
        "sigmoid?",
    )
    if players.generator.reached:
        fail(
            "the right weights moved, but gradients were also computed for the generator, for nothing: they cost time, "
            "and would be added to its next ones if it forgot zero_grad. Cut the graph with generator(noise).detach()."
        )
    players.expect_left_alone("discriminator")
    _expect_given_loss(update_discriminator, "discriminator", LEAST_SQUARES)
    _expect_report(seen, "discriminator", Players())
    _expect_other_inputs(update_discriminator, "discriminator")
    passed("one step of the discriminator: it learned from reals and fakes, and the generator was left alone.")


@exercise(
    "Look at the cell of steps 5 and 6 in “The six steps, one by one”. There the price is bce with ones; here "
    "loss.generator is that price.",
    "Noise goes into the generator, its fakes go into the discriminator, the logits go into loss.generator. Nothing is "
    "detached. Call the result generator_loss.",
    "generator_loss = loss.generator(discriminator(generator(noise))), then optimizer.zero_grad(), "
    "generator_loss.backward() and optimizer.step().",
)
def check_update_generator(update_generator: Callable) -> None:
    """The adversarial loop: ``update_generator(generator, discriminator, optimizer, noise, loss)``."""
    players = Players()
    seen = run(update_generator, *players.given("generator"), advice=_UPDATE_ADVICE)
    if players.generator.moved and is_cleared(players.generator):
        # cleared for the next step is as good: nothing else fills the generator's gradients
        players = Players(old_gradients=False)
        seen = run(update_generator, *players.given("generator"), advice=_UPDATE_ADVICE)
    if players.discriminator.moved:
        fail("the discriminator's weights moved: in this update only the generator's optimizer takes a step.")
    if not players.generator.reached:
        fail(
            "no gradient reached the generator: make its fakes here, from the noise, don't detach them (its gradient "
            "comes through the discriminator), and call .backward() on its loss."
        )
    players.generator.expect_step()

    loss, after = NON_SATURATING, _generator_after
    compare(
        flat(players.generator.network),
        right=after(loss.generator),
        mistakes=[
            (after(loss.generator, clear=False), NOT_CLEARED),
            (
                after(loss.fake),
                "the generator went the wrong way: loss.fake (labels of zeros) asks to be caught. Use loss.generator.",
            ),
            (
                after(lambda logits: -loss.fake(logits)),
                "that is the minimax loss, which is flat where fakes are obvious. Use loss.generator.",
            ),
            (
                after(lambda logits: loss.discriminator(logits, logits)),
                "loss.discriminator is the other player's loss. The generator's is loss.generator.",
            ),
            (
                after(lambda logits: -loss.generator(logits)),
                "the generator went the wrong way, up its loss: leave the minus out.",
            ),
        ],
        otherwise="the generator's weights moved, but not to where one step leads on loss.generator. Are the fakes "
        "made of the noise that your function is given?",
    )
    players.expect_left_alone("generator")
    _expect_given_loss(update_generator, "generator", MINIMAX)
    _expect_report(seen, "generator", Players())
    _expect_other_inputs(update_generator, "generator")
    passed("one step of the generator: it learned through the discriminator, whose weights stayed as they were.")


@exercise(
    "Begin with two rows of layers, say 100-256-784 and 784-256-1. Then write a step on paper, line by line, as in "
    "“The six steps, one by one”, before you write it in Python.",
    "my_step: fakes from fresh noise, detached; the discriminator's loss on reals (ones) and fakes (zeros); zero_grad, "
    "backward, step. Then fresh fakes, not detached; the generator's loss with ones; the same three calls.",
    "my_training: an Adam for the generator's weights and one for the discriminator's, both made before the loop; "
    "for real in batches: my_step(...); and after the loop, return generator.",
)
def check_gan(networks: Callable, step: Callable, training: Callable) -> None:
    """The adversarial loop: ``networks()`` gives a generator and a discriminator, ``step(generator, discriminator,
    optimizer_g, optimizer_d, real)`` teaches both once, and ``training(generator, discriminator, batches)`` goes on
    until the batches end and returns the trained generator."""
    pair = made_pair(networks)
    expect_networks(pair)
    expect_step(step, pair)
    expect_training(training, pair)
    steps, nearer = expect_likeness(training, pair)
    passed(f"a GAN of your own: after {steps} steps on zeros and ones its fakes are {nearer:.0%} nearer to the reals.")


_UPDATE_ADVICE = [
    (
        "second time",
        "The first backward() used up the graph: make fresh fakes from the noise, and call backward() once, on the "
        "whole loss.",
    )
]


def _expect_given_loss(update: Callable, player: str, loss: GanLoss) -> None:
    """The update is right with another loss, too. (Parts of the non-saturating one equal each other.)"""
    players = Players(old_gradients=False)
    seen = run(update, *players.given(player, loss), advice=_UPDATE_ADVICE)
    part = "loss.generator" if player == "generator" else "loss.real and loss.fake"
    compare(
        flat(getattr(players, player).network),
        right=_updated(player, Players(), loss)[0],
        otherwise=f"with the non-saturating loss the step is right, but with {loss.name} it isn't: take what your "
        f"function is given, {part}, and no other part or formula",
    )
    _expect_report(seen, player, Players(), loss)


def _expect_other_inputs(update: Callable, player: str) -> None:
    """The update is right with other numbers and shapes of images, too."""
    for setting, what in [
        ({"count": 5, "latent_dim": 3, "shape": (1, 2, 3)}, "5 images of shape (1, 2, 3), of noise (5, 3),"),
        ({"count": 1}, "one image"),
    ]:
        with right_so_far(f"with twelve images (12, 6) the step is right, but with {what} it isn't: "):
            players = Players(**setting, old_gradients=False)
            seen = run(update, *players.given(player), advice=_UPDATE_ADVICE)
            compare(
                flat(getattr(players, player).network),
                right=_updated(player, Players(**setting), NON_SATURATING)[0],
                otherwise="take the sizes from what your function is given, len(real) or len(noise).",
            )
            _expect_report(seen, player, Players(**setting))


def _updated(player: str, players: Players, loss: GanLoss) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The weights of ``player`` after the library's update, and what that returns, by its names."""
    if player == "discriminator":
        report = training.update_discriminator(*players.given(player, loss))._asdict()
    else:
        report = {"the generator's loss": training.update_generator(*players.given(player, loss))}
    return flat(getattr(players, player).network), report


def _discriminator_after(loss: Callable, clear: bool = True) -> torch.Tensor:
    players = Players()
    generator, discriminator = players.networks
    fake = generator(players.noise).detach()
    return players.discriminator.after_step(lambda: loss(discriminator(players.real), discriminator(fake)), clear)


def _generator_after(loss: Callable, clear: bool = True) -> torch.Tensor:
    players = Players()
    generator, discriminator = players.networks
    return players.generator.after_step(lambda: loss(discriminator(generator(players.noise))), clear)


def _expect_report(value, player: str, players: Players, loss: GanLoss = NON_SATURATING) -> None:
    """The learner's update returned the scalar tensors that the library's returns."""
    right = _updated(player, players, loss)[1]
    wanted = f"({', '.join(right)})" if len(right) > 1 else next(iter(right))
    if value is None:
        fail(f"all weights moved as they should, but nothing came back: return {wanted}.")
    values = (value,) if len(right) == 1 else value
    if not isinstance(values, tuple) or len(values) != len(right):
        fail(f"all weights moved as they should; now return {wanted}, in this order.")
    for (name, expected), seen in zip(right.items(), values, strict=True):
        if not isinstance(seen, torch.Tensor):
            fail(f"all weights moved as they should; now return {wanted} as tensors: {name} is {type(seen).__name__}.")
        expect_tensor(seen, name)
        if seen.shape != expected.shape:
            fail(
                f"all weights moved as they should; now return {wanted} as one number each: {name} has shape "
                f"{tuple(seen.shape)}."
            )
        if seen.is_complex() or not torch.allclose(seen.detach().double(), expected.double(), atol=1e-5):
            fail(
                f"all weights moved as they should, but what came back isn't {wanted} before the step: look at {name}."
            )


_CLEARED_TOO_LATE = (
    "zero_grad() comes after step(), and old gradients were still there before: on its way to the generator each "
    "backward() of the other update fills the discriminator's, too. Call zero_grad() before backward()."
)
