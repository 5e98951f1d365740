"""What the tests of the checks share: an answer goes in, and what the learner reads comes out."""

import pytest
import torch

from gan_lesson import checks


def not_written(*_):
    raise NotImplementedError("your turn")


def fails(check, *answers) -> str:
    with pytest.raises(checks.CheckFailed) as caught:
        check(*answers)
    return str(caught.value)


def passes(capsys, check, *answers) -> None:
    """The answers pass, whatever random stream is outside, and it goes on as if there had been no check."""

    def greedy(answer):
        return lambda *arguments: (torch.rand(3), answer(*arguments))[1]

    for seed in range(2):
        with torch.random.fork_rng():
            before = torch.manual_seed(seed).get_state()
            check(*map(greedy, answers))
            assert torch.equal(before, torch.get_rng_state())
        assert capsys.readouterr().out.count("✓") == 1


def table(rows: dict):
    """Rows of name: (answer, phrase), as parameters."""
    return pytest.mark.parametrize(("answer", "phrase"), [pytest.param(*row, id=name) for name, row in rows.items()])
