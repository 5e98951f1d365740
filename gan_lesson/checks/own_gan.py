"""A GAN that a learner wrote from an empty cell: its networks, a step, the training run, and what comes of it.

Nothing is known of its layers, losses and optimizers, so each part is judged by what it does: which way the gradients
push the discriminator's answers, whose weights move, and whether the fakes come nearer to reals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import torch
from torch import nn

from ..data import image_tensor, label_tensor, to_range
from ..randomness import random_numbers, seeded
from ..training import generate
from .answer import described, expect_tensor, name_of, run
from .chance import expect_bell
from .exercise import CheckFailed, fail
from .networks import copied, expect_gradient_everywhere, flat, forward
from .patience import Patience
from .witness import Move, Passage, Taken, Wish, Witness, among

Networks = tuple[nn.Module, nn.Module]

LATENT_DIM = 100
#: Pictures in the batches of a first try; who writes one of these numbers by heart stumbles over the other.
COUNTS = (16, 7)
#: Batches that a training run is given at most, and how many go by before the fakes are looked at once more.
MOST, LOOK = 1500, 25
#: The fakes are near when their distance from the reals is this share of what it was before training. Right answers of
#: twelve kinds got there within 25 to 725 steps; rates a hundredth of the usual ones stayed at 0.87 and above.
NEAR = 0.6


# ---- the networks


def expect_networks(networks: Networks) -> None:
    """A generator of pictures in [-1, 1] that listens to its noise, and a discriminator with a number for each."""
    generator, discriminator = networks
    noise, images = torch.randn(5, LATENT_DIM), _digits()[:5]
    try:
        fakes = forward(generator, noise, f"noise of shape {tuple(noise.shape)}")
    except CheckFailed:
        if _takes(discriminator, noise) and _takes(generator, images):
            fail("the two came in the other order: return generator, discriminator.")
        raise
    if fakes.shape != images.shape:
        fail(
            f"of noise (5, {LATENT_DIM}) the generator makes {tuple(fakes.shape)}, and five pictures are "
            f"{tuple(images.shape)}: nn.Unflatten(1, (1, 28, 28)) behind its last layer brings 784 numbers into shape."
        )
    _expect_range(forward(generator, 1000 * noise, "noise"))
    if torch.allclose(fakes[0], fakes[1]):
        fail("the generator makes the same picture of two different noise vectors: it doesn't listen to its noise.")
    logits = forward(discriminator, images, f"pictures of shape {tuple(images.shape)}")
    if logits.shape not in ((5, 1), (5,)):
        fail(
            f"of five pictures the discriminator makes {tuple(logits.shape)}: it should be (5, 1), one number for each."
        )
    expect_gradient_everywhere(generator, noise, "fakes")
    expect_gradient_everywhere(discriminator, images, "discriminator's answers")


def _takes(network: nn.Module, inputs: torch.Tensor) -> bool:
    try:
        forward(network, inputs, "")
    except CheckFailed:
        return False
    return True


def _expect_range(fakes: torch.Tensor) -> None:
    if fakes.abs().max() > 1:
        fail("the generator's pixels leave [-1, 1], the range of the reals: end it with nn.Tanh().")
    if fakes.min() >= 0:
        fail("the generator's pixels lie in [0, 1], and those of the reals in [-1, 1]: end it with nn.Tanh().")


# ---- a step


def expect_step(step: Callable, networks: Networks) -> None:
    """One step teaches both players, each the right thing, with fresh noise and with no gradient of before."""
    name = name_of(step)
    witness, optimizers = _steps(step, networks)
    if any(move.optimizer not in optimizers.values() for move in witness.all(Move)):
        fail(
            f"{name} makes an optimizer of its own: take the two that it is given. Adam keeps averages from one step "
            "to the next, and a new one has none."
        )
    turns = {player: _first_turn(witness, optimizers[player]) for player in optimizers}
    for player, turn in turns.items():
        if turn is None:
            fail(f"the {player} never moves: its optimizer, optimizer_{player[0]}, makes no step in {name}.")
    real = witness.all(Taken)[0].real
    fakes = torch.cat([passage.made for passage in witness.all(Passage) if passage.player == "generator"] or [real[:0]])
    _expect_discriminators_turn(witness, turns, real, fakes, networks[1])
    _expect_generators_turn(turns, fakes)
    for player, network in zip(("generator", "discriminator"), networks, strict=True):
        if torch.equal(_first_move(witness, optimizers[player]).weights[player], flat(network)):
            fail(
                f"optimizer_{player[0]} makes a step, but the {player} doesn't move: its gradients were wiped out "
                "between backward() and step(). The order is zero_grad(), backward(), step()."
            )
    _expect_left_as_they_were(witness.networks)
    _expect_no_old_gradients(witness, _steps(step, networks, spent=True)[0], networks)
    _expect_fresh_noise(witness)


def _steps(step: Callable, networks: Networks, spent: bool = False) -> tuple[Witness, dict]:
    """Two calls of the learner's step, with slow and plain optimizers: what happened, and these optimizers."""
    generator, discriminator = (copied(network) for network in networks)
    optimizers = {
        "generator": torch.optim.SGD(generator.parameters(), lr=0.01),
        "discriminator": torch.optim.SGD(discriminator.parameters(), lr=0.01),
    }
    patience = Patience(200_000, updates=100)
    with seeded(1), Witness(generator, discriminator, spent) as witness:
        for real in witness.handed_out(_digits()[: sum(COUNTS)].split(COUNTS)):
            if spent:
                witness.wipe()
            run(step, generator, discriminator, *optimizers.values(), real, advice=_STEP_ADVICE, patience=patience)
    return witness, optimizers


def _first_turn(witness: Witness, optimizer: torch.optim.Optimizer) -> list | None:
    """What happened before the first step of ``optimizer``, since the step before it."""
    return next((since for move, since in witness.before_each_move() if move.optimizer is optimizer), None)


def _first_move(witness: Witness, optimizer: torch.optim.Optimizer) -> Move:
    return next(move for move in witness.all(Move) if move.optimizer is optimizer)


def _pull(turn: list, which: Callable[[torch.Tensor], torch.Tensor]) -> float:
    """How a step will change the discriminator's answers to some of its pictures: up if above 0, by the gradient."""
    pull = 0.0
    for wish in turn:
        if isinstance(wish, Wish) and wish.player == "discriminator" and len(wish.gradient) == len(wish.seen):
            pull -= wish.gradient.reshape(len(wish.seen), -1)[which(wish.seen)].sum().item()
    return pull


def _expect_discriminators_turn(
    witness: Witness, turns: dict[str, list], real: torch.Tensor, fakes: torch.Tensor, discriminator: nn.Module
) -> None:
    turn, other_turn = turns["discriminator"], turns["generator"]
    passages = [passage for passage in witness.all(Passage) if passage.player == "discriminator"]
    if not any(among(passage.seen, real).any() for passage in passages):
        fail(
            "the discriminator never sees the reals that your step is given. Its loss needs a part for them, with "
            "labels of ones, and takes them as they are: they lie in [-1, 1] already, like the fakes."
        )
    if not any(isinstance(event, Wish) and event.player == "discriminator" for event in turn):
        fail(
            "optimizer_d makes a step before any gradient has come to the discriminator: call backward() on its loss, "
            "between zero_grad() and step()."
        )
    to_reals = _pull(turn, lambda seen: among(seen, real))
    if not to_reals and _pull(other_turn, lambda seen: among(seen, real)):
        fail(
            "optimizer_g makes its step on the discriminator's loss: hold against each other which optimizer is whose."
        )
    to_fakes = _pull(turn, lambda seen: among(seen, fakes))
    if not to_reals:
        fail("the discriminator learns from the fakes alone: its loss needs a part for the reals, with labels of ones.")
    if not to_fakes:
        fail(
            "the discriminator learns from the reals alone: its loss needs a part for the fakes, with labels of zeros."
        )
    if to_reals < 0 < to_fakes:
        fail("the labels are swapped: the discriminator learns to call reals fake. Reals have ones, fakes zeros.")
    if to_reals < 0:
        fail("the discriminator learns to call reals fake: in its loss the labels of the reals are ones.")
    if to_fakes > 0:
        fail("the discriminator learns to call fakes real: in its loss the labels of the fakes are zeros.")
    if any(isinstance(event, Wish) and _is_bce_of_a_score(event, real) for event in turn) and _ends_in_sigmoid(
        discriminator
    ):
        fail(
            "the sigmoid is taken twice: your discriminator ends with one, and binary_cross_entropy_with_logits has "
            "one in it. Take nn.Sigmoid() out of the discriminator."
        )


def _is_bce_of_a_score(wish: Wish, real: torch.Tensor) -> bool:
    """Whether the gradient at the answers to reals is that of the cross-entropy with logits and labels of ones."""
    reals = among(wish.seen, real)
    if wish.player != "discriminator" or not reals.any():
        return False
    shown = (wish.made.flatten().sigmoid() - 1)[reals] / reals.sum()
    gradient = wish.gradient.flatten()[reals]
    return any(torch.allclose(gradient, share * shown, rtol=1e-3) for share in (1, 0.5))


def _ends_in_sigmoid(discriminator: nn.Module) -> bool:
    answers = forward(discriminator, 100 * torch.randn(64, 1, 28, 28), "pictures")
    return bool(((answers >= 0) & (answers <= 1)).all())


def _expect_generators_turn(turns: dict[str, list], fakes: torch.Tensor) -> None:
    turn = turns["generator"]
    wishes = [event for event in turn if isinstance(event, Wish)]
    if not wishes:
        if any(isinstance(event, Wish) and event.player == "generator" for event in turns["discriminator"]):
            fail(
                "both calls of backward() come before the first step(), so the generator's wish is among the "
                "discriminator's gradients. Let the discriminator make its step first, and then begin with the "
                "generator's fakes."
            )
        fail("optimizer_g makes a step before any gradient has come: call backward() on the generator's loss.")
    if not any(wish.player == "generator" for wish in wishes):
        fail(
            "the generator never moves, for no gradient comes back to it: in its own turn its fakes are not detached, "
            "and not made under no_grad."
        )
    if _pull(turn, lambda seen: among(seen, fakes)) < 0:
        fail(
            "the generator learns to be caught: its loss has labels of zeros for its fakes. It wants them to be called "
            "real: ones."
        )


def _expect_left_as_they_were(networks: dict[str, nn.Module]) -> None:
    for player, network in networks.items():
        if not all(weight.requires_grad for weight in network.parameters()):
            fail(f"weights of the {player} are left frozen, requires_grad=False: they would never learn again.")
        if not all(layer.training for layer in network.modules()):
            fail(f"the {player} is left in evaluation mode: leave eval() out while the two learn.")


def _expect_no_old_gradients(witness: Witness, clean: Witness, networks: Networks) -> None:
    """The same steps, with each gradient wiped out as soon as it was used, lead to the same weights."""
    start = dict(zip(("generator", "discriminator"), map(flat, networks), strict=True))
    first_call = len(witness.all(Move)) // len(COUNTS)
    for number, (move, other) in enumerate(zip(witness.all(Move), clean.all(Move), strict=False)):
        for player in ("discriminator", "generator"):
            one, two = move.weights[player], other.weights[player]
            if (one - two).norm() <= 1e-3 * (two - start[player]).norm():
                continue
            if player == "generator" and number < first_call:
                fail(
                    "the generator's step follows the discriminator's loss, too: that came through fakes that aren't "
                    "detached, and was added to its gradients. Detach the fakes in the discriminator's turn, and call "
                    "optimizer_g.zero_grad() right before the generator's backward()."
                )
            fail(
                f"the {player}'s step follows gradients of before as well: backward() adds to what is there. Call "
                f"optimizer_{player[0]}.zero_grad() before the backward() of each of its turns."
            )


def _expect_fresh_noise(witness: Witness) -> None:
    noises: list[list[torch.Tensor]] = []
    for event in witness.events:
        if isinstance(event, Taken):
            noises.append([])
        elif isinstance(event, Passage) and event.player == "generator":
            noises[-1].append(event.seen)
    drawn = [torch.cat(noise) for noise in noises if noise]
    for one, other in pairwise(drawn):
        if among(other, one).any():
            fail(
                "the same noise comes again in the next step, and the generator would learn these few vectors by "
                "heart: draw it with torch.randn inside the step, and set no seed there."
            )
    every = torch.cat(drawn)
    if every.min() >= 0:
        fail("no number of the noise is negative: it comes from torch.randn, not from torch.rand.")
    expect_bell(every, "the noise")


_STEP_ADVICE = [
    (
        "second time",
        "The first backward() used up the graph. Make fresh fakes for the generator's turn, or cut those of the "
        "discriminator's turn off with .detach().",
    ),
    (
        "does not require grad",
        "The loss has no way back to the weights that should move. Are they frozen since an earlier step, by "
        "requires_grad_(False), or is something detached or made under no_grad that shouldn't be?",
    ),
    (
        r"shapes cannot be multiplied",
        f"Noise has the shape (len(real), {LATENT_DIM}), and the discriminator is given pictures.",
    ),
    ("[Tt]arget size|must match the size", "Batches differ in length: labels are torch.ones(len(real), 1), say."),
    ("come to an end", "A step needs no loop: it teaches each player once."),
]


# ---- the training run


def expect_training(training: Callable, networks: Networks) -> None:
    """Each batch teaches both players of the two networks, by one optimizer each, and the generator comes back."""
    name, batches = name_of(training), _digits()[:60].split(20)
    generator, discriminator = (copied(network) for network in networks)
    patience = Patience(300_000, updates=100)
    with Witness(generator, discriminator) as witness:
        given = generator, discriminator, witness.handed_out(batches)
        value = run(training, *given, advice=_TRAINING_ADVICE, patience=patience)
    _expect_two_optimizers(witness, name)
    _expect_all_batches(witness, len(batches), name, ended_early=value is not None)
    if any(not passage.learning for passage in witness.all(Passage) if passage.player == "discriminator"):
        fail(
            "the discriminator is in evaluation mode while it learns: leave eval() out until the training run is over."
        )
    _expect_fresh_noise(witness)
    for player, network in zip(("generator", "discriminator"), networks, strict=True):
        if torch.equal(flat(network), flat(witness.networks[player])):
            fail(f"after {len(batches)} batches the {player} is where it was: is its learning rate 0?")
    _expect_generator(value, discriminator, name)


def _expect_two_optimizers(witness: Witness, name: str) -> None:
    moves = witness.all(Move)
    if not moves:
        fail(f"no weight moves in {name}: let it call my_step for each batch.")
    if not any(move.holds for move in moves):
        fail(f"{name} trains other networks than the two that it is given: make none in it.")
    if any(len(move.holds) > 1 for move in moves):
        fail(
            "one optimizer holds the weights of both players, so each of its steps moves both, also the one whose turn "
            "it isn't. Make two: one of generator.parameters(), one of discriminator.parameters()."
        )
    for player in witness.networks:
        if not any(player in move.holds for move in moves):
            fail(
                f"the {player} never moves: no optimizer that makes a step holds {player}.parameters(). Look at how "
                "both are made, and at the order in which my_step takes them."
            )
    if len({id(move.optimizer) for move in moves}) > 2:
        fail(
            f"{name} makes its optimizers anew for each batch, and with them Adam's averages are lost: make both once, "
            "before the loop."
        )


def _expect_all_batches(witness: Witness, count: int, name: str, ended_early: bool) -> None:
    taken: list[tuple[torch.Tensor, list]] = []
    for event in witness.events:
        if isinstance(event, Taken):
            taken.append((event.real, []))
        elif taken:
            taken[-1][1].append(event)
    if len(taken) == 1 and ended_early:
        fail(f"{name} ends after its first batch: the return stands inside the loop. Move it to the left.")
    if len(taken) < count:
        fail(f"of {count} batches {name} took {len(taken)}: go through all of them, for real in batches.")
    for number, (real, events) in enumerate(taken, start=1):
        movers = {player for event in events if isinstance(event, Move) for player in event.holds}
        shown = [event.seen for event in events if isinstance(event, Passage) and event.player == "discriminator"]
        if not movers or not any(among(seen, real).any() for seen in shown):
            fail(f"batch {number} of {count} was taken, but nobody learned from it: call my_step with each new batch.")
        for player in witness.networks:
            if player not in movers:
                fail(f"the {player} learned nothing while batch {number} of {count} was there: each step teaches both.")


def _expect_generator(value, discriminator: nn.Module, name: str) -> None:
    if value is None:
        fail(f"the two learn, but {name} returned nothing: end it with return generator, behind the loop.")
    if value is discriminator:
        fail(f"{name} returned the discriminator: it's the generator that draws.")
    if not isinstance(value, nn.Module):
        fail(f"{name} returned {described(value)}: return the generator, and nothing else.")


_TRAINING_ADVICE = [
    ("^$", "If the batches have come to their end: go through them with for real in batches, which then stops."),
    (r"has no len\(\)|not subscriptable", "Batches come one by one: for real in batches."),
    ("come to an end", "for real in batches ends when the batches do."),
    *_STEP_ADVICE,
]


# ---- what comes of it


class _Practice(Iterator[torch.Tensor]):
    """Batches of reals that end as soon as the generator's fakes are near to them, or after `MOST`."""

    def __init__(self, reals: torch.Tensor, generator: nn.Module):
        self.steps = 0
        self._reals, self._generator, self._random = reals, generator, random_numbers(0)
        self._noise = torch.randn(250, LATENT_DIM, generator=self._random)
        self.start = self.now = self.distance(generator)

    def __next__(self) -> torch.Tensor:
        if self.steps and self.steps % LOOK == 0:
            self.now = self.distance(self._generator)
            if self.is_near or not self.now < torch.inf:
                raise StopIteration
        if self.steps == MOST:
            raise StopIteration
        self.steps += 1
        return self._reals[torch.randint(len(self._reals), (32,), generator=self._random)]

    @property
    def is_near(self) -> bool:
        return self.now < NEAR * self.start

    def distance(self, generator: nn.Module) -> float:
        """The energy distance between fakes and reals, which is 0 where they are spread alike (Szekely, 2003)."""
        return _energy_distance(self.fakes(generator), self._reals[:250])

    def fakes(self, generator: nn.Module) -> torch.Tensor:
        return generate(generator, self._noise)


def expect_likeness(training: Callable, networks: Networks) -> tuple[int, float]:
    """The fakes come nearer to reals, zeros and ones: after how many steps, and by which share of the distance."""
    name = name_of(training)
    generator, discriminator = (copied(network) for network in networks)
    practice = _Practice(_digits(), generator)
    value = run(training, generator, discriminator, practice, advice=_TRAINING_ADVICE)
    _expect_generator(value, discriminator, name)
    made = forward(value, torch.randn(2, LATENT_DIM), "noise")
    expect_tensor(made, "the generator's picture")
    if not made.isfinite().all():
        fail("the generator's pixels became NaN: a learning rate is far too high. The article's is 0.0002.")
    if not practice.is_near:
        fail(
            f"your GAN runs, but in {practice.steps} steps on zeros and ones its fakes came no nearer to the reals: "
            f"their distance was {practice.start:.0f} and is {practice.now:.0f}. Look at the learning rates first (the "
            "article's are 0.0002), then at the widths of the layers."
        )
    if practice.distance(value) > (1 + NEAR) / 2 * practice.start:
        fail(f"{name} trains a generator, but it isn't the one that came back: return the one that learned.")
    if practice.fakes(value).std(dim=0).mean() < 1e-3:
        fail("the trained generator draws the same picture of every noise vector: it has collapsed, or lost its noise.")
    return practice.steps, 1 - practice.now / practice.start


def _energy_distance(one: torch.Tensor, other: torch.Tensor) -> float:
    one, other = one.flatten(1), other.flatten(1)
    within = sum(torch.cdist(part, part).sum() / (len(part) * (len(part) - 1)) for part in (one, other))
    return (2 * torch.cdist(one, other).mean() - within).item()


def _digits() -> torch.Tensor:
    """A thousand zeros and ones of MNIST, (1000, 1, 28, 28) in [-1, 1]."""
    labels = label_tensor()
    return to_range(image_tensor()[(labels == 0) | (labels == 1)][:1000])
