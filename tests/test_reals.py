from itertools import islice

import pytest
import torch

from gan_lesson import reals

CPU = torch.device("cpu")


def test_what_can_be_gone_through_again_has_no_end_and_an_iterator_its_own():
    assert list(islice(reals.endless([1, 2]), 5)) == [1, 2, 1, 2, 1]
    assert list(reals.endless(iter([1, 2]))) == [1, 2]


def test_nothing_to_go_through_is_an_error_and_no_endless_wait():
    with pytest.raises(ValueError, match="the data set is empty"):
        next(reals.endless([]))


def test_a_pass_that_was_interrupted_goes_on():
    class Interrupted:
        def __init__(self):
            self.left = [KeyboardInterrupt(), 1, 2]

        def __iter__(self):
            return self

        def __next__(self):
            if not self.left:
                raise StopIteration
            value = self.left.pop(0)
            if isinstance(value, BaseException):
                raise value
            return value

    class Loader:
        def __iter__(self):
            return Interrupted()

    stream = reals.endless(Loader())
    with pytest.raises(KeyboardInterrupt):
        next(stream)
    assert list(islice(stream, 2)) == [1, 2]


@pytest.mark.parametrize("kind", [tuple, list])
def test_a_batch_is_reals_alone_or_reals_and_their_labels(kind):
    images, labels = torch.zeros(3, 1, 28, 28), torch.arange(3)
    assert reals.unpack(images, CPU) == (images, None)
    real, said = reals.unpack(kind([images, labels]), CPU)
    assert real is images
    assert said is labels
    assert reals.unpack(kind([images]), CPU) == (images, None)
    assert reals.unpack((images, ["a", "b", "c"]), CPU)[1] == ["a", "b", "c"]
