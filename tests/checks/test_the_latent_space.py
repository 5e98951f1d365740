"""The checks of “The latent space”: right answers pass, in more than one style, and each likely mistake is named."""

import math

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


@pytest.mark.parametrize("answer", [arc, arc_by_numbers, arc_of_the_library])
def test_a_right_slerp_passes(capsys, answer):
    passes(capsys, checks.check_slerp, answer)


@table(
    {
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


@pytest.mark.parametrize("answer", [moved, moved_row_by_row, moved_by_kept_dimensions])
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
    [latent.truncate, one_by_one, everywhere_but_used_where_needed, redrawn, drawn_for_all_and_kept_where_needed],
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
        "never looks again": (forgets_to_look_again, "in each round"),
        "waits for luck": (whole_rows_again, "in each round"),
        "fewer rows": (lambda noise, limit: noise[(noise.abs() <= limit).all(dim=1)], "(20, 100)"),
        "no return": (lambda noise, limit: None, "return"),
        "not written": (not_written, "isn't written yet"),
    }
)
def test_a_mistake_in_the_truncation_is_named(answer, phrase):
    assert phrase in fails(checks.check_truncate, answer)
