"""What a session notes of each step of its loop, and how often it looks."""

import math
import signal
import time
from itertools import count
from types import SimpleNamespace

import pytest
import torch

from gan_lesson.interruption import Stopped
from gan_lesson.threads import Threads
from gan_lesson.training import update_generator
from gan_lesson.widgets.training_studio import session as module
from gan_lesson.widgets.training_studio.session import Look, Session
from tests.widgets.training_studio.small_loop import make_loop


@pytest.fixture
def session():
    return Session(make_loop())


def test_gradients_are_those_that_the_optimizers_used(session):
    loop = session.loop
    grads = {}

    def note(player, network):
        def hook(*_):
            grads[player] = torch.cat([weight.grad.flatten().clone() for weight in network.parameters()]).norm().item()

        return hook

    loop.optimizer_d.register_step_pre_hook(note("d", loop.discriminator))
    loop.optimizer_g.register_step_pre_hook(note("g", loop.generator))
    session.step()
    assert session.history.last("norm_d") == pytest.approx(grads["d"], rel=1e-5)
    assert session.history.last("norm_g") == pytest.approx(grads["g"], rel=1e-5)


def test_threads_follow_the_machine_while_it_trains(monkeypatch):
    before, seen = torch.get_num_threads(), []
    monkeypatch.setattr(module, "Threads", lambda: Threads(before + 1, follow=False))
    loop = make_loop()
    loop.schedule = lambda done: seen.append(torch.get_num_threads()) or 1.0
    Session(loop).step()
    assert set(seen) == {before + 1} and torch.get_num_threads() == before


def test_a_player_that_rests_has_no_gradient_norm(session):
    session.step()
    session.loop.updates_g = 0
    session.step()
    assert math.isnan(session.history.last("norm_g")) and session.history.last("norm_d") > 0


def test_no_hook_stays_in_the_optimizers(session):
    session.train(time.perf_counter() + 0.05, at_least=1)
    session.step()
    for optimizer in (session.loop.optimizer_d, session.loop.optimizer_g):
        assert not optimizer._optimizer_step_pre_hooks


def test_it_trains_at_least_so_many_steps_and_more_while_they_fit(session, monkeypatch):
    session.train(until=0, at_least=3)
    assert session.loop.number == len(session.history) == 3
    session.train(until=0, at_least=0)
    assert session.loop.number == 3
    ticks = count()
    # a step takes a hundredth of a second
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: 0.01 * next(ticks)))
    session.train(until=0.2, at_least=0)
    assert session.loop.number > 3


def test_a_look_is_due_after_its_time_and_later_where_it_is_dear(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    look = Look(every=0.5)
    assert look.is_due()
    for took, next_due in ((0.01, 0.5), (0.1, 2.0)):  # a twentieth of the time at most
        with look.being_made():
            now[0] += took
        now[0] += next_due - 0.01
        assert not look.is_due()
        now[0] += 0.02
        assert look.is_due()


def test_one_history_a_loop(session):
    assert Session(session.loop).history is session.history
    assert Session(make_loop()).history is not session.history


def test_the_stop_button_ends_a_slice_after_a_whole_step(same):
    def press(*arguments):
        signal.raise_signal(signal.SIGINT)
        return update_generator(*arguments)

    session, undisturbed = Session(make_loop(update_generator=press)), make_loop()
    with pytest.raises(Stopped, match="after step 1, which is whole"):
        session.train(math.inf, at_least=1)
    next(undisturbed)
    assert same(session.loop.state_dict(), undisturbed.state_dict())
    assert session.history.number == 1
