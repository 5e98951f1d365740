"""How many learners fit into a machine's memory, with made-up figures."""

import pytest

from benchmarks import capacity

TERMS = {"private_mb": 500, "shared_mb": 300, "hub_mb": 200}


def test_what_is_shared_counts_once_and_what_is_private_for_each():
    assert capacity.needed_mb(30, **TERMS) == capacity.SYSTEM_MB + 200 + 300 + 30 * 500
    assert capacity.needed_mb(31, **TERMS) - capacity.needed_mb(30, **TERMS) == 500


@pytest.mark.parametrize("learners", [0, 1, 30])
def test_a_machine_bears_as_many_as_need_its_memory_and_no_more(learners):
    needed = capacity.needed_mb(learners, **TERMS)
    assert capacity.learners_in(needed, **TERMS) == learners
    assert capacity.learners_in(needed + 499, **TERMS) == learners
    assert capacity.learners_in(needed + 500, **TERMS) == learners + 1


def test_a_machine_that_the_system_and_the_hub_fill_bears_nobody():
    assert capacity.learners_in(1000, **TERMS) == 0
