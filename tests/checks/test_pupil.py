"""The pupil: always the same, half of its pictures real, and wrong about all of them where that is asked for."""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from gan_lesson.checks.networks import flat
from gan_lesson.checks.pupil import Pupil


def test_two_pupils_are_the_same_and_what_they_are_taught_leads_to_the_same_place():
    one, other = Pupil(), Pupil()
    assert all(torch.equal(a, b) for a, b in zip(one.given[2:], other.given[2:], strict=True))
    assert torch.equal(flat(one.network), flat(other.network))
    taught = one.taught(binary_cross_entropy_with_logits)
    assert torch.equal(taught, flat(one.network)) and not torch.equal(taught, flat(other.network))
    assert torch.equal(taught, other.taught(binary_cross_entropy_with_logits))


def test_half_of_the_pictures_are_real_and_half_are_taken_for_real():
    for count in (8, 12):
        network, _, images, is_real = Pupil(count).given
        assert is_real.sum() == (network(images) > 0).sum() == count / 2
        assert 0 < (network(images).squeeze(1)[is_real] > 0).sum() < count / 2  # but not the same half


def test_who_is_surely_wrong_is_wrong_about_every_picture_by_far():
    network, _, images, is_real = Pupil(surely_wrong=True).given
    logits = network(images).squeeze(1)
    assert (logits.abs() > 99.9).all() and torch.equal(logits > 0, ~is_real)
