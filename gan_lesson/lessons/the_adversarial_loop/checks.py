"""The exercises of the lesson "The adversarial loop"."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import torch

from ... import training
from ...checks.answer import expect_tensor, run
from ...checks.chance import expect_bell
from ...checks.comparison import compare
from ...checks.elsewhere import right_so_far
from ...checks.exercise import exercise, fail, passed
from ...checks.networks import flat
from ...checks.patience import Patience
from ...checks.players import Batches, Players, Update, is_cleared
from ...checks.stage import NOT_CLEARED, Player
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
    "Print the shape of next(batches) and the signatures of the two updates: which of their arguments do you have "
    "already, and which must be made anew in each step?",
    "Begin with for _ in range(steps). Inside, take one batch with next(batches), draw noise with "
    "torch.randn(len(real), latent_dim), and call update_discriminator; then draw again, and call update_generator.",
    "The two calls are update_discriminator(generator, discriminator, optimizer_d, real, noise, loss) and "
    "update_generator(generator, discriminator, optimizer_g, noise, loss), with a new noise between them.",
)
def check_train(train: Callable) -> None:
    """The adversarial loop: ``train`` gets both networks, both optimizers, batches, latent_dim, loss and steps."""
    some = _play(train, _STEPS, [12], 4, LEAST_SQUARES)
    with right_so_far(f"with {_STEPS} steps, batches of 12 and a latent_dim of 4 it is right, but not with others: "):
        more = _play(train, 3, [7, 5], 50, NON_SATURATING)
    expect_bell(torch.cat([some, more]), "the noise")
    passed(f"{_STEPS} steps: a new batch in each, the players in turn, and fresh noise for both.")


def _play(train: Callable, steps: int, counts: list[int], latent_dim: int, loss: GanLoss) -> torch.Tensor:
    """The learner's ``train`` makes the steps that it is asked for, with batches of these sizes; gives its noise."""
    setting = {"latent_dim": latent_dim}
    players, patience = Players(**setting), Patience(50_000, batches=10 * steps)
    batches = Batches(patience, counts)
    optimizers = players.discriminator.optimizer, players.generator.optimizer
    arguments = *players.networks, *optimizers, batches, latent_dim, loss, steps
    run(train, *arguments, advice=_TRAIN_ADVICE, patience=patience)
    updates = players.updates(batches.taken)
    _expect_turns(updates, steps)
    taught = [update for update in updates if update.real is not None]
    _expect_each_batch([update.real for update in taught], batches.taken, steps)
    _expect_fresh_noise([update.noise for update in updates], [len(batches.taken[it.real]) for it in taught])

    other = NON_SATURATING if loss is LEAST_SQUARES else LEAST_SQUARES
    compare(
        players.weights(),
        right=_trained(updates, batches.taken, loss, loss, **setting),
        mistakes=[
            (
                _trained(updates, batches.taken, *others, **setting),
                f"{who} another loss than the one that is given: pass loss on.",
            )
            for who, others in [
                ("both updates use", (other, other)),
                ("the discriminator's update uses", (other, loss)),
                ("the generator's update uses", (loss, other)),
            ]
        ],
        otherwise="the order, the batches and the noise are right, but the weights aren't where these steps lead. Does "
        "your train call both updates as they are, with the loss that it is given?",
    )
    players.expect_left_alone()
    return torch.cat([update.noise.flatten() for update in updates])


#: How many steps the learner's ``train`` is asked for.
_STEPS = 4


def _expect_turns(updates: list[Update], steps: int) -> None:
    """The discriminator's update and the generator's took turns, as often as they should, each with its optimizer."""
    for update in updates:
        if update.real is not None and update.player == "generator":
            fail(
                "optimizer_g made a step where the discriminator had seen reals: the discriminator's update takes "
                "optimizer_d, which holds its weights."
            )
        if update.real is None and update.player == "discriminator":
            fail(
                "optimizer_d made a step in which the discriminator had seen no reals of batches. The generator's "
                "update takes optimizer_g; the discriminator's takes a batch of reals."
            )
    turns = "".join(update.player[0] for update in updates)
    if turns == "dg" * steps:
        return
    known = {
        "": "no optimizer made a step: call update_discriminator and update_generator in a loop.",
        "gd" * steps: "the generator goes first: the discriminator's update comes before it, so that it judges as it "
        "is then.",
        "d" * steps + "g" * steps: "the discriminator made all its updates, and then the generator all of its own: "
        "that is no game. Put both calls into one loop.",
        "dg": f"one step was done instead of {steps}: repeat both updates, for _ in range(steps).",
    }
    if turns in known:
        fail(known[turns])
    if "g" not in turns:
        fail("the generator never learned: call update_generator after update_discriminator, in each step.")
    if "d" not in turns:
        fail("the discriminator never learned: call update_discriminator before update_generator, in each step.")
    if turns == "dg" * (len(turns) // 2):
        fail(f"{len(turns) // 2} steps were done instead of {steps}: look at what your loop counts.")
    fail(
        f"asked for {steps} steps, your train made these updates (d for the discriminator, g for the generator): "
        f"{' '.join(turns[:16])}. A step is d, then g."
    )


def _expect_each_batch(used: list[int], taken: list[torch.Tensor], steps: int) -> None:
    if used == list(range(steps)):
        return
    if len(set(used)) == 1:
        fail(
            "every step used the same batch: next(batches) belongs inside the loop, so that each step takes a new one."
        )
    fail(
        f"{len(taken)} batches were taken for {steps} steps, and some of them were never shown: call next(batches) "
        "once in each step, and nowhere else."
    )


def _expect_fresh_noise(noises: list[torch.Tensor | None], counts: list[int]) -> None:
    """``noises`` are those of all updates, the discriminator's and the generator's in turn; a count for each step."""
    if any(noise is None for noise in noises):
        fail("in some update the generator made no fakes: give both updates noise, and let them make the fakes of it.")
    for noise, count in zip(noises, (count for count in counts for _ in "dg"), strict=True):
        if len(noise) != count:
            fail(f"noise has {len(noise)} vectors for a batch of {count} reals: draw one for each, len(real).")
    for_d, for_g = noises[0::2], noises[1::2]
    for whose, same in [("both players", noises), ("the discriminator", for_d), ("the generator", for_g)]:
        if all(torch.equal(same[0], noise) for noise in same):
            fail(
                f"{whose} got the same noise in all steps: it was drawn once. Draw it inside the loop, and set no seed "
                "there."
            )
    if any(torch.equal(one, other) for one, other in zip(for_d, for_g, strict=True)):
        fail(
            "both updates of a step got the same noise: in the article's step 5 the generator draws afresh. Draw once "
            "more before update_generator."
        )
    if any(torch.equal(one, other) for one, other in combinations(noises, 2)):
        fail("some noise was used in two steps: draw it anew before each of the two updates.")
    if torch.cat(noises).min() >= 0:
        fail("no number of the noise is negative: it comes from torch.randn, not from torch.rand.")


def _trained(
    updates: list[Update], batches: list[torch.Tensor], loss_d: GanLoss, loss_g: GanLoss, **setting: int
) -> torch.Tensor:
    """All weights after the same updates, with the same batches and noise, made by the library."""
    players = Players(**setting)
    for player, real, noise in updates:
        optimizer = getattr(players, player).optimizer
        if player == "discriminator":
            training.update_discriminator(*players.networks, optimizer, batches[real], noise, loss_d)
        else:
            training.update_generator(*players.networks, optimizer, noise, loss_g)
    return players.weights()


_TRAIN_ADVICE = [
    (
        "more than.*batches",
        "A loop over batches alone goes on for ever: loop over range(steps), and take one with next(batches).",
    ),
    ("come to an end", "Count the steps: for _ in range(steps)."),
    (
        r"has no len\(\)|not subscriptable",
        "batches are handed out one at a time and never end: next(batches) gives the next one.",
    ),
    ("Batches", "An update takes one batch of reals: real = next(batches)."),
    (
        "positional argument|attribute 'generator'",
        "update_discriminator takes real and noise, update_generator only noise: compare with their first lines.",
    ),
    (
        "shapes cannot be multiplied",
        "Something of the wrong shape went into a network: noise is (len(real), latent_dim), and the arguments begin "
        "with generator, discriminator.",
    ),
]

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
        mistakes=[],
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
                mistakes=[],
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
    return _stepped(players.discriminator, lambda: loss(discriminator(players.real), discriminator(fake)), clear)


def _generator_after(loss: Callable, clear: bool = True) -> torch.Tensor:
    players = Players()
    generator, discriminator = players.networks
    return _stepped(players.generator, lambda: loss(discriminator(generator(players.noise))), clear)


def _stepped(player: Player, value: Callable[[], torch.Tensor], clear: bool) -> torch.Tensor:
    """The weights of ``player`` after a step on ``value()``."""
    if clear:
        player.optimizer.zero_grad()
    value().backward()
    player.optimizer.step()
    return flat(player.network)


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
