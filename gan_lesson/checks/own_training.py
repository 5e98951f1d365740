"""The training run that a learner wrote from an empty cell: every batch teaches both, by an optimizer for each."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from .answer import described, name_of, run
from .exercise import fail
from .networks import copied, flat
from .own_networks import Networks, digits
from .own_step import STEP_ADVICE, expect_fresh_noise
from .patience import Patience
from .witness import PLAYERS, Move, Passage, Taken, Witness


def expect_training(training: Callable, networks: Networks) -> None:
    """Each batch teaches both players of the two networks, by one optimizer each, and the generator comes back."""
    name, batches = name_of(training), digits()[:60].split(20)
    generator, discriminator = (copied(network) for network in networks)
    patience = Patience(300_000, updates=100)
    with Witness(generator, discriminator) as witness:
        given = generator, discriminator, witness.handed_out(batches)
        value = run(training, *given, advice=TRAINING_ADVICE, patience=patience)
    _expect_two_optimizers(witness, name)
    _expect_all_batches(witness, len(batches), name, ended_early=value is not None)
    if any(not passage.learning for passage in witness.all(Passage) if passage.player == "discriminator"):
        fail(
            "the discriminator is in evaluation mode while it learns: leave eval() out until the training run is over."
        )
    expect_fresh_noise(witness)
    for player, network in zip(PLAYERS, networks, strict=True):
        if torch.equal(flat(network), flat(witness.networks[player])):
            own = [move for move in witness.all(Move) if player in move.holds]
            if not any(witness.behind(move) for move in own):
                fail(
                    f"the {player} never moves: when its optimizer takes a step, no gradient has come. my_step takes "
                    "optimizer_g first, then optimizer_d: are they handed over in this order?"
                )
            fail(f"after {len(batches)} batches the {player} is where it was: is its learning rate 0?")
    expect_generator(value, discriminator, name)


def _expect_two_optimizers(witness: Witness, name: str) -> None:
    moves = witness.all(Move)
    if not moves:
        fail(f"no weight moves in {name}: let it call my_step for each batch.")
    if not any(move.holds for move in moves):
        fail(f"{name} trains other networks than the two that it is given: make none in it.")
    if any(len(move.holds) > 1 for move in moves):
        fail(
            "one optimizer holds the weights of both players, so each of its steps moves both, even the one whose "
            "turn it isn't. Make two: one of generator.parameters(), one of discriminator.parameters()."
        )
    for player in witness.networks:
        if not any(player in move.holds for move in moves):
            fail(
                f"the {player} never moves: no optimizer that takes a step holds {player}.parameters(). Look at how "
                "both are made, and at the order in which my_step takes them."
            )
    if len({id(move.optimizer) for move in moves}) > 2:
        fail(
            f"{name} makes new optimizers for each batch, and with the old ones Adam's averages are lost: make both "
            "once, before the loop."
        )


def _expect_all_batches(witness: Witness, count: int, name: str, ended_early: bool) -> None:
    taken: list[tuple[int, list]] = []
    for event in witness.events:
        if isinstance(event, Taken):
            taken.append((len(event.real), []))
        elif taken:
            taken[-1][1].append(event)
    if len(taken) == 1 and ended_early:
        fail(f"{name} ends after its first batch: the return stands inside the loop. Move it to the left.")
    if len(taken) < count:
        fail(f"of {count} batches {name} took {len(taken)}: go through all of them, for real in batches.")
    begin = 0
    for number, (length, events) in enumerate(taken, start=1):
        movers = {player for event in events if isinstance(event, Move) for player in event.holds}
        passages = [event for event in events if isinstance(event, Passage) and event.player == "discriminator"]
        shown = torch.cat([witness.shown_in(passage.seen) for passage in passages] or [torch.empty(0)])
        if not movers or not ((shown >= begin) & (shown < begin + length)).any():
            fail(f"batch {number} of {count} was taken, but nobody learned from it: call my_step with each new batch.")
        for player in PLAYERS:
            if player not in movers:
                fail(f"the {player} learned nothing while batch {number} of {count} was there: each step teaches both.")
        begin += length


def expect_generator(value, discriminator: nn.Module, name: str) -> None:
    """What came back is a network, and not the other one."""
    if value is None:
        fail(f"the two learn, but {name} returned nothing: end it with return generator, after the loop.")
    if value is discriminator:
        fail(f"{name} returned the discriminator: it's the generator that draws.")
    if not isinstance(value, nn.Module):
        fail(f"{name} returned {described(value)}: return the generator, and nothing else.")


TRAINING_ADVICE = [
    ("^$", "Have the batches come to their end? Go through them with for real in batches, which stops there."),
    (r"has no len\(\)|not subscriptable", "Batches come one by one: for real in batches."),
    ("come to an end", "for real in batches ends when the batches do."),
    *STEP_ADVICE,
]
