"""The checks of “The latent space”: right answers pass, in more than one style, and each likely mistake is named."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from gan_lesson import checks, latent
from tests.checks.answering import fails, not_written, passes, table

# ---------------------------------------------------------------- slerp


def angle_between(start, end):
    return torch.acos((start / start.norm()) @ (end / end.norm()))


def arc(start, end, share):
    angle = angle_between(start, end)
    return (torch.sin((1 - share) * angle) * start + torch.sin(share * angle) * end) / torch.sin(angle)


def arc_by_numbers(start, end, share):
    angle = math.acos(F.cosine_similarity(start, end, dim=0).item())
    return math.sin((1 - share) * angle) / math.sin(angle) * start + math.sin(share * angle) / math.sin(angle) * end


def arc_of_the_library(start, end, share):
    return latent.slerp(start, end, 101)[round(100 * share)]


def arc_with_angle(change):
    def answer(start, end, share):
        angle = change(start, end)
        return (torch.sin((1 - share) * angle) * start + torch.sin(share * angle) * end) / torch.sin(angle)

    return answer


def arc_in_double(start, end, share):
    return arc(start.double(), end.double(), share)


def arc_by_normalising(start, end, share):
    angle = torch.arccos(F.normalize(start, dim=0).dot(F.normalize(end, dim=0)).clamp(-1, 1))
    first, second = torch.tensor([1 - share, share]).mul(angle).sin() / angle.sin()
    return first * start + second * end


@pytest.mark.parametrize("answer", [arc, arc_by_numbers, arc_of_the_library, arc_in_double, arc_by_normalising])
def test_a_right_slerp_passes(capsys, answer):
    passes(capsys, checks.check_slerp, answer)


def by_the_sine(start, end):
    cosine = F.cosine_similarity(start, end, dim=0)
    return torch.asin((1 - cosine**2).sqrt())


def arc_in_place(start, end, share):
    angle = angle_between(start, end)
    start *= torch.sin((1 - share) * angle) / torch.sin(angle)
    end *= torch.sin(share * angle) / torch.sin(angle)
    return start + end


def no_tensor_at_the_ends(start, end, share):
    return arc(start, end, share) if 0 < share < 1 else None


@table(
    {
        "norm 10 by heart": (
            arc_with_angle(lambda a, b: torch.acos(a @ b / 100)),
            "the dot product was divided by 100",
        ),
        "the norm of start for both": (
            arc_with_angle(lambda a, b: torch.acos((a @ b / a.norm() ** 2).clamp(-1, 1))),
            "one of the norms was used for both",
        ),
        "the norm of end for both": (
            arc_with_angle(lambda a, b: torch.acos((a @ b / b.norm() ** 2).clamp(-1, 1))),
            "one of the norms was used for both",
        ),
        "its norm made 10": (lambda a, b, share: 10 * F.normalize(arc(a, b, share), dim=0), "it is right, but not"),
        "never beyond a right angle": (arc_with_angle(by_the_sine), "what is missing to 180 degrees"),
        "a hundred by heart": (
            arc_with_angle(lambda a, b: torch.acos((a * b).mean() * 100 / (a.norm() * b.norm()))),
            "of 3 numbers",
        ),
        "in place": (arc_in_place, "start and end are others afterwards"),
        "hardly off": (lambda a, b, share: arc(a, b, share) + 0.01, "From the right one it is 0.1 away"),
        "complex": (lambda a, b, share: arc(a, b, share) + 0j, "complex numbers"),
        "nothing at the ends": (no_tensor_at_the_ends, "slerp returned nothing"),
        "a number at the end": (lambda a, b, share: arc(a, b, share) if share < 1 else 10.0, "returned float"),
        "a row": (lambda a, b, share: arc(a, b, share)[None], "one point of shape (100,)"),
        "lerp": (torch.lerp, "that is lerp"),
        "stretched lerp": (lambda a, b, share: 10 * F.normalize(torch.lerp(a, b, share), dim=0), "stretched"),
        "swapped weights": (lambda a, b, share: arc(b, a, share), "swapped"),
        "an angle for each number": (
            arc_with_angle(lambda a, b: torch.acos(a / a.norm() * (b / b.norm()))),
            "a @ b adds these products up",
        ),
        "asin": (arc_with_angle(lambda a, b: torch.asin(angle_between(a, b).cos())), "torch.asin belongs to the sine"),
        "share beside the sine": (
            lambda a, b, share: (1 - share) * a + share * b / torch.sin(angle_between(a, b)),
            "degrees from start",
        ),
        "degrees": (arc_with_angle(lambda a, b: torch.rad2deg(angle_between(a, b))), "radians"),
        "cosine as angle": (arc_with_angle(lambda a, b: angle_between(a, b).cos()), "torch.acos"),
        "not normalised": (arc_with_angle(lambda a, b: torch.acos(a @ b)), "by their norms"),
        "math, not normalised": (arc_with_angle(lambda a, b: torch.tensor(math.acos(a @ b))), "by their norms"),
        "a number in torch.sin": (
            arc_with_angle(lambda a, b: angle_between(a, b).item()),
            "math.sin and math.acos take numbers",
        ),
        "no division": (
            lambda a, b, share: arc(a, b, share) * torch.sin(angle_between(a, b)),
            "division by sin(angle)",
        ),
        "norm lost": (lambda a, b, share: arc(F.normalize(a, dim=0), F.normalize(b, dim=0), share), "norm is 1"),
        "one norm missing": (arc_with_angle(lambda a, b: torch.acos(a @ b / a.norm() ** 3)), "degrees from start"),
        "always a quarter": (lambda a, b, share: arc(a, b, 0.25), "use share"),
        "a walk": (lambda a, b, share: latent.slerp(a, b, 5), "one point"),
        "no return": (lambda a, b, share: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_slerp_is_named(answer, phrase):
    assert phrase in fails(checks.check_slerp, answer)


# ---------------------------------------------------------------- arithmetic


def moved(z, source, target):
    return z + target.mean(dim=0) - source.mean(dim=0)


def moved_row_by_row(z, source, target):
    direction = sum(target) / len(target) - sum(source) / len(source)
    return torch.stack([row + direction for row in z])


def moved_by_kept_dimensions(z, source, target):
    return z.add(torch.mean(target, 0, keepdim=True)).sub(torch.mean(source, axis=0))


def moved_by_one(z, source, target):
    return z + F.normalize(target.mean(dim=0) - source.mean(dim=0), dim=0)


def moved_in_place(z, source, target):
    z += target.mean(dim=0) - source.mean(dim=0)
    return z


def moved_in_a_copy(z, source, target):
    z = z.clone()
    z += target.mean(0)
    z -= source.mean(0)
    return z


@pytest.mark.parametrize(
    "answer",
    [
        moved,
        moved_row_by_row,
        moved_by_kept_dimensions,
        moved_in_a_copy,
        latent.turn_into,
        lambda z, a, b: moved(z.double(), a.double(), b.double()),
        lambda z, a, b: torch.lerp(z, z + b.mean(0) - a.mean(0), 1.0),
    ],
)
def test_a_right_direction_passes(capsys, answer):
    passes(capsys, checks.check_turn_into, answer)


@table(
    {
        "unchanged": (lambda z, a, b: z, "as it was"),
        "backwards": (lambda z, a, b: moved(z, b, a), "backwards"),
        "both away": (lambda z, a, b: z - b.mean(dim=0) - a.mean(dim=0), "both means are taken away"),
        "both added": (lambda z, a, b: z + b.mean(dim=0) + a.mean(dim=0), "both means are added"),
        "source stays": (lambda z, a, b: z + b.mean(dim=0), "the mean of source is still in it"),
        "no target": (lambda z, a, b: z - a.mean(dim=0), "add the mean of target"),
        "no dim": (lambda z, a, b: z + b.mean() - a.mean(), ".mean(dim=0)"),
        "other dim": (lambda z, a, b: z + b.mean(dim=1) - a.mean(dim=1), ".mean(dim=0)"),
        "groups, not means": (lambda z, a, b: z + b - a, ".mean(dim=0)"),
        "mean of the differences": (lambda z, a, b: z + (b - a).mean(dim=0), ".mean(dim=0)"),
        "norm 1": (moved_by_one, "all the way from mean to mean"),
        "sums": (lambda z, a, b: z + b.sum(dim=0) - a.sum(dim=0), "Take the mean"),
        "direction alone": (lambda z, a, b: b.mean(dim=0) - a.mean(dim=0), "add it to z"),
        "direction in every row": (lambda z, a, b: moved(torch.zeros_like(z), a, b), "z itself is missing"),
        "first alone": (lambda z, a, b: z + b[0] - a[0], "only the first"),
        "half": (lambda z, a, b: (z + moved(z, a, b)) / 2, "over rows (dim=0)"),
        "in place": (moved_in_place, "changed too"),
        "source in place": (
            lambda z, a, b: z + b.mean(dim=0) - a.div_(len(a)).sum(dim=0),
            "a group that was passed in",
        ),
        "medians": (lambda z, a, b: z + b.median(dim=0).values - a.median(dim=0).values, "these are the medians"),
        "squeezed": (lambda z, a, b: moved(z, a, b).squeeze(), "with five z it is right, but with z (1, 100)"),
        "four and three by heart": (
            lambda z, a, b: z + b.sum(dim=0) / 3 - a.sum(dim=0) / 4,
            "with five z it is right, but with z (1, 100), source (1, 100)",
        ),
        "nan": (lambda z, a, b: moved(z, a, b) + torch.nan, "NaN"),
        "no return": (lambda z, a, b: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_direction_is_named(answer, phrase):
    assert phrase in fails(checks.check_turn_into, answer)


# ---------------------------------------------------------------- truncation


def one_by_one(noise, limit):
    noise = noise.clone()
    for row, column in (noise.abs() > limit).nonzero().tolist():
        while abs(noise[row, column]) > limit:
            noise[row, column] = torch.randn(())
    return noise


def cell_by_cell(noise, limit):
    noise = noise.clone()
    for row in range(noise.shape[0]):
        for column in range(noise.shape[1]):
            while noise[row, column].abs() > limit:
                noise[row, column] = torch.randn(1)
    return noise


def everywhere_but_used_where_needed(noise, limit):
    while (noise.abs() > limit).any():
        noise = torch.where(noise.abs() > limit, torch.randn_like(noise), noise)
    return noise


def redrawn(noise, limit, where=torch.abs, copy=True, fresh=torch.randn, rounds=100):
    noise = noise.clone() if copy else noise
    for _ in range(rounds):
        beyond = where(noise) > limit
        noise[beyond] = fresh(int(beyond.sum()))
    return noise


def by_the_inverse(noise, limit):
    return torch.where(noise.abs() > limit, torch.nn.init.trunc_normal_(noise.clone(), a=-limit, b=limit), noise)


def by_numpy(noise, limit):
    return redrawn(
        noise, limit, fresh=lambda count: torch.from_numpy(np.random.default_rng().normal(size=count)).float()
    )


def replaced(new):
    """Where a value is beyond the limit comes what ``new`` makes of all of them."""
    return lambda noise, limit: noise.masked_scatter(noise.abs() > limit, new(noise[noise.abs() > limit], limit))


def shuffled(noise, limit):
    beyond = noise.abs() > limit
    within = noise[~beyond]
    return noise.masked_scatter(beyond, within[torch.randint(len(within), (int(beyond.sum()),))])


def seeded(noise, limit):
    torch.manual_seed(0)
    return redrawn(noise, limit)


def forgets_to_look_again(noise, limit):
    noise = noise.clone()
    beyond = noise.abs() > limit
    while beyond.any():
        noise[beyond] = torch.randn(int(beyond.sum()))
    return noise


def drawn_for_all_and_kept_where_needed(noise, limit):
    noise, beyond = noise.clone(), noise.abs() > limit
    while beyond.any():
        noise[beyond] = torch.randn(noise.shape)[beyond]
        beyond = (noise > limit) | (noise < -limit)
    return noise


def asks_a_tensor(noise, limit):
    noise = noise.clone()
    while noise.abs() > limit:
        noise[noise.abs() > limit] = torch.randn(())
    return noise


def both_sides_by_or(noise, limit):
    noise = noise.clone()
    beyond = noise > limit or noise < -limit
    noise[beyond] = torch.randn(int(beyond.sum()))
    return noise


def whole_rows_again(noise, limit):
    while (noise.abs() > limit).any():
        noise = torch.randn_like(noise)
    return noise


@pytest.mark.parametrize(
    "answer",
    [
        latent.truncate,
        one_by_one,
        cell_by_cell,
        everywhere_but_used_where_needed,
        redrawn,
        drawn_for_all_and_kept_where_needed,
        by_the_inverse,
        by_numpy,
        lambda noise, limit: latent.truncate(noise, limit).double(),
    ],
)
def test_a_right_truncation_passes(capsys, answer):
    passes(capsys, checks.check_truncate, answer)


@table(
    {
        "unchanged": (lambda noise, limit: noise, "nothing changed"),
        "clamp": (lambda noise, limit: noise.clamp(-limit, limit), "clamp"),
        "scaled": (lambda noise, limit: limit * noise, "scaled"),
        "zeros": (lambda noise, limit: noise.masked_fill(noise.abs() > limit, 0), "became 0"),
        "one side": (lambda noise, limit: redrawn(noise, limit, where=lambda it: it), "both sides"),
        "once": (lambda noise, limit: redrawn(noise, limit, rounds=1), "Repeat with while"),
        "all drawn again": (lambda noise, limit: latent.truncate(torch.randn_like(noise), limit), "within the limit"),
        "one draw for all": (
            lambda noise, limit: redrawn(noise, limit, fresh=lambda count: torch.randn(())),
            "one for each place",
        ),
        "clamped draws": (
            lambda noise, limit: redrawn(noise, limit, fresh=lambda count: torch.randn(count).clamp(-limit, limit)),
            "clamp moved them there",
        ),
        "uniform": (lambda noise, limit: redrawn(noise, limit, fresh=torch.rand), "no new value is negative"),
        "while a tensor": (asks_a_tensor, "beyond.any() asks"),
        "one side or the other": (both_sides_by_or, "beyond.any() asks"),
        "shape of all": (
            lambda noise, limit: redrawn(noise, limit, fresh=lambda count: torch.randn(noise.shape)),
            "As many new values",
        ),
        "in place": (lambda noise, limit: redrawn(noise, limit, copy=False), "noise.clone()"),
        "limit ignored": (lambda noise, limit: redrawn(noise, 0.5), "use limit"),
        "fmod": (lambda noise, limit: noise.fmod(limit), "what is left over after a division"),
        "fmod where beyond": (replaced(torch.fmod), "what is left over after a division"),
        "%": (replaced(torch.remainder), "what is left over after a division"),
        "divided by ten": (replaced(lambda old, limit: old / 10), "were divided by 10"),
        "tanh": (replaced(lambda old, limit: limit * old.tanh()), "computed, not drawn"),
        "a seed inside": (seeded, "Or is a seed set inside?"),
        "uniform on both sides": (
            replaced(lambda old, limit: limit * (2 * torch.rand(len(old)) - 1)),
            "spread evenly",
        ),
        "fmod of new draws": (
            replaced(lambda old, limit: torch.randn(len(old)).fmod(limit)),
            "of a bell that is cut off",
        ),
        "new draws made smaller": (
            replaced(lambda old, limit: torch.randn(len(old)) * limit / 6),
            "of a bell that is cut off",
        ),
        "tanh of new draws": (
            replaced(lambda old, limit: limit * torch.randn(len(old)).tanh()),
            "of a bell that is cut off",
        ),
        "a narrower bell": (
            lambda noise, limit: redrawn(noise, limit, fresh=lambda count: torch.randn(count) / 2),
            "of a bell that is cut off",
        ),
        "mostly above": (
            lambda noise, limit: redrawn(noise, limit, fresh=lambda count: torch.randn(count) + 0.2),
            "of a bell that is cut off",
        ),
        "others of the noise": (shuffled, "copies of others in the noise"),
        "complex": (lambda noise, limit: latent.truncate(noise, limit) + 0j, "complex numbers"),
        "nan": (replaced(lambda old, limit: old * torch.nan), "NaN"),
        "nothing to do": (
            lambda noise, limit: redrawn(noise, limit) if (noise.abs() > limit).any() else torch.randn(1, 30),
            "nothing to draw again",
        ),
        "never looks again": (forgets_to_look_again, "in each round"),
        "waits for luck": (whole_rows_again, "in each round"),
        "fewer rows": (lambda noise, limit: noise[(noise.abs() <= limit).all(dim=1)], "(20, 100)"),
        "no return": (lambda noise, limit: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_truncation_is_named(answer, phrase):
    assert phrase in fails(checks.check_truncate, answer)
