"""The step that a learner wrote from an empty cell: what each player learns from, which way, and who moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

import torch
from torch import nn

from ..randomness import seeded
from .answer import name_of, run
from .chance import expect_bell
from .exercise import fail
from .networks import copied, flat, forward
from .own_networks import LATENT_DIM, Networks, digits
from .patience import Patience
from .witness import FAKE, PLAYERS, Move, Passage, Taken, Wish, Witness

#: Pictures in the batches of a first try; who writes one of these numbers by heart stumbles over the other.
COUNTS = (16, 7)


def expect_step(step: Callable, networks: Networks) -> None:
    """One step teaches both players, each the right thing, with fresh noise and with no gradient of before."""
    name = name_of(step)
    witness, optimizers = _steps(step, networks)
    if any(move.optimizer not in optimizers.values() for move in witness.all(Move)):
        fail(
            f"{name} makes an optimizer of its own: take the two that it is given. Adam keeps averages from one step "
            "to the next, and a new one has none."
        )
    moves = {}
    for player, optimizer in optimizers.items():
        own = [move for move in witness.all(Move) if move.optimizer is optimizer]
        if not own:
            fail(f"the {player} never moves: its optimizer, optimizer_{player[0]}, takes no step in {name}.")
        moves[player] = own[0]
    _expect_wishes_kept_apart(witness, moves)
    _expect_discriminators_turn(witness, moves, networks[1])
    _expect_generators_turn(witness, moves["generator"])
    for player, network in zip(PLAYERS, networks, strict=True):
        if torch.equal(moves[player].weights[player], flat(network)):
            fail(
                f"optimizer_{player[0]} takes a step, but the {player} doesn't move: its gradients were wiped out "
                "between backward() and step(). The order is zero_grad(), backward(), step()."
            )
    _expect_left_as_they_were(witness.networks)
    _expect_no_old_gradients(witness, _steps(step, networks, spent=True)[0], networks)
    expect_fresh_noise(witness)


def _steps(step: Callable, networks: Networks, spent: bool = False) -> tuple[Witness, dict]:
    """Two calls of the learner's step, with slow and plain optimizers: what happened, and these optimizers."""
    generator, discriminator = (copied(network) for network in networks)
    optimizers = {
        "generator": torch.optim.SGD(generator.parameters(), lr=0.01),
        "discriminator": torch.optim.SGD(discriminator.parameters(), lr=0.01),
    }
    patience = Patience(200_000, updates=100)
    with seeded(1), Witness(generator, discriminator, spent) as witness:
        for real in witness.handed_out(digits()[: sum(COUNTS)].split(COUNTS)):
            if spent:
                witness.wipe(*PLAYERS)
            run(step, generator, discriminator, *optimizers.values(), real, advice=STEP_ADVICE, patience=patience)
    return witness, optimizers


def _pull(witness: Witness, wishes: Iterable[Wish]) -> tuple[float, float]:
    """How a step will change the discriminator's answers to reals and to fakes: up if above 0, by the gradients."""
    to_reals = to_fakes = 0.0
    for wish in wishes:
        if wish.player == "discriminator" and len(wish.gradient) == len(wish.seen):
            shown, up = witness.shown_in(wish.seen), -wish.gradient.reshape(len(wish.seen), -1).sum(dim=1)
            to_reals += up[shown >= 0].sum().item()
            to_fakes += up[shown == FAKE].sum().item()
    return to_reals, to_fakes


def _expect_wishes_kept_apart(witness: Witness, moves: dict[str, Move]) -> None:
    """The gradients of the generator's loss aren't used up by the discriminator's step."""
    of_d, of_g = moves["discriminator"], moves["generator"]
    if witness.behind(of_g) or witness.since_the_last(of_g):
        return
    followed = witness.behind(of_d)
    fakes_up = any(_pull(witness, [wish])[1] > 0 for wish in followed)  # which D's own loss, its fakes attached, isn't
    if fakes_up and any(wish.player == "generator" for wish in followed):
        fail(
            "both calls of backward() come before the first step(), so the generator's wish is among the "
            "discriminator's gradients. Let the discriminator take its step first, and then begin with the generator's "
            "fakes."
        )


def _expect_discriminators_turn(witness: Witness, moves: dict[str, Move], discriminator: nn.Module) -> None:
    turn = witness.behind(moves["discriminator"])
    passages = [passage for passage in witness.all(Passage) if passage.player == "discriminator"]
    if not any((witness.shown_in(passage.seen) >= 0).any() for passage in passages):
        fail(
            "the discriminator never sees the reals that your step is given. Its loss needs a part for them, with "
            "labels of ones, and takes them as they are: they lie in [-1, 1] already, like the fakes."
        )
    if not any(wish.player == "discriminator" for wish in turn):
        fail(
            "optimizer_d takes a step before any gradient has come to the discriminator: call backward() on its loss, "
            "between zero_grad() and step()."
        )
    to_reals, to_fakes = _pull(witness, turn)
    if not to_reals and _pull(witness, witness.since_the_last(moves["generator"]))[0]:
        fail("optimizer_g takes its step on the discriminator's loss: look again at which optimizer is whose.")
    if not to_reals:
        fail("the discriminator learns from the fakes alone: its loss needs a part for the reals, with labels of ones.")
    made = [event for event in witness.before(moves["discriminator"]) if isinstance(event, Passage)]
    if not to_fakes or not any(passage.player == "generator" for passage in made):
        fail(
            "the discriminator learns from the reals alone: its loss needs a part for the fakes, with labels of zeros."
        )
    if to_reals < 0 < to_fakes:
        fail("the labels are swapped: the discriminator learns to call reals fake. Reals have ones, fakes zeros.")
    if to_reals < 0:
        fail("the discriminator learns to call reals fake: in its loss the labels of the reals are ones.")
    if to_fakes > 0:
        fail("the discriminator learns to call fakes real: in its loss the labels of the fakes are zeros.")
    if any(_is_bce_of_a_score(wish, witness.shown_in(wish.seen) >= 0) for wish in turn) and _ends_in_sigmoid(
        discriminator
    ):
        fail(
            "the sigmoid is taken twice: your discriminator ends with one, and binary_cross_entropy_with_logits has "
            "one in it. Take nn.Sigmoid() out of the discriminator."
        )


def _is_bce_of_a_score(wish: Wish, reals: torch.Tensor) -> bool:
    """Whether the gradient at the answers to ``reals`` is that of the cross-entropy with logits and labels of ones."""
    if wish.player != "discriminator" or not reals.any():
        return False
    shown = (wish.made.flatten().sigmoid() - 1)[reals] / reals.sum()
    gradient = wish.gradient.flatten()[reals]
    return any(torch.allclose(gradient, share * shown, rtol=1e-3) for share in (1, 0.5))


def _ends_in_sigmoid(discriminator: nn.Module) -> bool:
    answers = forward(discriminator, 100 * torch.randn(64, 1, 28, 28), "pictures")
    return bool(((answers >= 0) & (answers <= 1)).all())


def _expect_generators_turn(witness: Witness, move: Move) -> None:
    turn = witness.behind(move)
    if not any(wish.player == "generator" for wish in turn):
        if not witness.since_the_last(move):
            fail("optimizer_g takes a step before any gradient has come: call backward() on the generator's loss.")
        fail(
            "the generator never moves, because no gradient comes back to it: in its own turn don't detach its fakes, "
            "and don't make them under no_grad."
        )
    if _pull(witness, turn)[1] < 0:
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
    start = dict(zip(PLAYERS, map(flat, networks), strict=True))
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
                f"the {player}'s step follows earlier gradients as well: backward() adds to what is there. Call "
                f"optimizer_{player[0]}.zero_grad() before the backward() of each of its turns."
            )


def expect_fresh_noise(witness: Witness) -> None:
    """Each batch brings noise that wasn't there before, of the normal distribution."""
    noises: list[list[torch.Tensor]] = []
    for event in witness.events:
        if isinstance(event, Taken):
            noises.append([])
        elif isinstance(event, Passage) and event.player == "generator":
            noises[-1].append(event.seen)
    drawn = [torch.cat(noise) for noise in noises if noise]
    for one, other in pairwise(drawn):
        if _among(other, one):
            fail(
                "the same noise comes again in the next step, and the generator would learn these few vectors by "
                "heart: draw it with torch.randn inside the step, and set no seed there."
            )
    every = torch.cat(drawn)
    if every.min() >= 0:
        fail("the noise has no negative numbers: draw it with torch.randn, not with torch.rand.")
    expect_bell(every, "the noise")


def _among(rows: torch.Tensor, others: torch.Tensor) -> bool:
    """Whether any of ``rows`` is one of ``others`` as well."""
    return rows.shape[1:] == others.shape[1:] and bool((rows[:, None] == others).all(dim=-1).any())


STEP_ADVICE = [
    (
        "second time",
        "The first backward() used up the graph. Make fresh fakes for the generator's turn, or cut off those of the "
        "discriminator's turn with .detach().",
    ),
    (
        "does not require grad",
        "The loss has no way back to the weights that should move. Have they been frozen since an earlier step, by "
        "requires_grad_(False), or is something detached or made under no_grad that shouldn't be?",
    ),
    (
        r"shapes cannot be multiplied",
        f"Noise has the shape (len(real), {LATENT_DIM}), and the discriminator is given pictures.",
    ),
    (
        "[Tt]arget size|must match the size",
        "Labels have the shape of the discriminator's answers, in batches of every length: say, "
        "torch.ones_like(answers).",
    ),
    ("come to an end", "A step needs no loop: it teaches each player once."),
]
