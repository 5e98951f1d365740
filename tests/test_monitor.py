"""The monitor trains exactly as far as asked, gives way to the stop button, and disturbs nothing that it watches."""

import re
import signal
from types import SimpleNamespace

import IPython.display
import pytest
import torch
from torch import nn

from gan_lesson import monitor as module
from gan_lesson import toy, training
from gan_lesson.history import History
from gan_lesson.monitor import monitor
from gan_lesson.threads import Threads


@pytest.fixture
def make_loop():
    """A loop on the points of the ring, with dropout and batch normalisation, the same one each time."""

    def make(**options) -> training.AdversarialLoop:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            generator = toy.PointGenerator(hidden=8)
            discriminator = nn.Sequential(
                nn.Linear(2, 8), nn.BatchNorm1d(8), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(8, 1)
            )
        return training.AdversarialLoop(generator, discriminator, toy.Points("ring", 16, seed=0), **options)

    return make


@pytest.fixture
def notebook(monkeypatch):
    """A notebook's display: a list of displays, each a list of what it held one after the other."""
    displays = []

    class Handle:
        def __init__(self, content):
            self.contents = [shown(content)]
            displays.append(self.contents)

        def update(self, content, *, raw):
            assert raw
            self.contents.append(shown(content))

    def shown(content):
        """Its HTML; the same picture comes as a PNG, and the same words without markup."""
        page, png = content["text/html"], content["image/png"]
        assert page.endswith(f'src="data:image/png;base64,{png}">')
        assert content["text/plain"].strip() == re.sub("<[^>]*>", "", page).strip()
        return page

    def display(content, *, raw, display_id):
        assert raw and display_id is True
        return Handle(content)

    monkeypatch.setattr(module, "_in_notebook", lambda: True)
    monkeypatch.setattr(IPython.display, "display", display)
    return displays


def presses_at(*numbers: int):
    """An update of the generator during which someone presses Ctrl-C, in the given steps."""
    calls = 0

    def update(*arguments):
        nonlocal calls
        calls += 1
        for _ in range(numbers.count(calls)):
            signal.raise_signal(signal.SIGINT)
        return training.update_generator(*arguments)

    return update


def test_it_runs_as_many_steps_as_asked_and_returns_them(make_loop):
    loop = make_loop()
    assert [step.number for step in monitor(loop, steps=5)] == [1, 2, 3, 4, 5]
    assert loop.number == 5


def test_training_that_is_watched_keeps_the_memory_that_tensors_free_until_its_end(make_loop, monkeypatch):
    loop, called = make_loop(), []
    monkeypatch.setattr(module.devices, "keep_freed_memory", lambda: called.append(loop.number))
    monkeypatch.setattr(module.devices, "give_back_freed_memory", lambda: called.append(loop.number))
    monitor(loop, steps=2)
    assert called == [0, 2]


def test_a_second_call_extends_the_history_and_the_loop_goes_on(make_loop):
    loop = make_loop()
    history = monitor(loop, steps=2)
    assert monitor(loop, steps=3, history=history) is history
    assert [step.number for step in history] == [1, 2, 3, 4, 5]


def clock(monkeypatch, tick: float) -> None:
    """Time that passes by ``tick`` seconds whenever someone looks at it."""
    now = 0.0

    def perf_counter():
        nonlocal now
        now += tick
        return now

    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=perf_counter))


def test_threads_follow_the_machine_while_it_trains(make_loop, monkeypatch):
    before, seen = torch.get_num_threads(), []
    monkeypatch.setattr(module, "Threads", lambda: Threads(before + 1, follow=False))
    loop = make_loop()
    loop.schedule = lambda done: seen.append(torch.get_num_threads()) or 1.0
    monitor(loop, steps=2)
    assert set(seen) == {before + 1} and torch.get_num_threads() == before


def test_it_ends_when_the_seconds_are_over(make_loop, monkeypatch):
    clock(monkeypatch, 0.25)
    taken = len(monitor(make_loop(), seconds=3))
    assert 1 < taken <= 12


@pytest.mark.parametrize(
    ("limits", "expected"), [({"steps": 3, "seconds": 1e9}, 3), ({"steps": 50, "seconds": 1e-9}, 1)]
)
def test_of_two_limits_the_first_one_counts(make_loop, limits, expected):
    assert len(monitor(make_loop(), **limits)) == expected


def test_it_wants_to_know_how_far_to_go(make_loop):
    with pytest.raises(ValueError, match=r"steps=1000.*seconds=30"):
        monitor(make_loop())


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"steps": -5}, {"seconds": 0}, {"steps": 5, "every": 0}])
def test_a_limit_that_would_never_be_reached_is_refused(make_loop, wrong):
    loop = make_loop()
    with pytest.raises(
        ValueError, match=f"{list(wrong)[-1]} must be (above 0|at least 1), got {list(wrong.values())[-1]}"
    ):
        monitor(loop, **wrong)
    assert loop.number == 0


def test_watched_and_unwatched_trainings_are_equal_to_the_bit(make_loop, notebook, same):
    watched, unwatched = make_loop(average=0.9), make_loop(average=0.9)
    stream = torch.get_rng_state()
    steps = monitor(watched, steps=6, every=1)
    assert torch.equal(torch.get_rng_state(), stream)
    assert [next(unwatched) for _ in range(6)] == list(steps)
    assert same(watched.state_dict(), unwatched.state_dict())
    assert len(notebook[0]) == 6


def test_the_stop_button_ends_it_between_two_steps_and_nothing_is_lost(make_loop, capsys, same):
    before = signal.getsignal(signal.SIGINT)
    loop = make_loop(update_generator=presses_at(3))
    history = monitor(loop, steps=10)
    assert [step.number for step in history] == [1, 2, 3]
    assert "stopped. Nothing is lost" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before

    monitor(loop, steps=2, history=history)
    other = make_loop()
    assert [next(other) for _ in range(5)] == list(history)
    assert same(loop.state_dict(), other.state_dict())


def test_a_press_in_the_last_step_is_no_stop(make_loop, capsys):
    assert len(monitor(make_loop(update_generator=presses_at(4)), steps=4)) == 4
    assert "stopped" not in capsys.readouterr().err


def test_a_second_press_interrupts_at_once(make_loop):
    before = signal.getsignal(signal.SIGINT)
    loop = make_loop(update_generator=presses_at(2, 2))
    history = History()
    with pytest.raises(KeyboardInterrupt):
        monitor(loop, steps=10, history=history)
    assert [step.number for step in history] == [1]
    assert signal.getsignal(signal.SIGINT) is before


def test_an_error_in_a_step_leaves_the_signal_handler_as_it_was(make_loop):
    def broken(*_):
        raise ZeroDivisionError

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError):
        monitor(make_loop(update_generator=broken), steps=2)
    assert signal.getsignal(signal.SIGINT) is before


def test_in_a_notebook_one_display_is_updated_in_place(make_loop, notebook):
    monitor(make_loop(), steps=5, every=2)
    (contents,) = notebook
    assert [content[: content.index(" ·")].rsplit("step ")[-1] for content in contents] == ["2", "4", "5"]
    assert '<progress value="0.400"' in contents[0] and "to go" in contents[0]
    assert '<progress value="1.000"' in contents[-1] and "to go" not in contents[-1]
    for content, done in zip(contents, (2, 4, 5), strict=True):
        assert f'<img alt="Training after {done} steps' in content


def test_without_every_it_redraws_about_once_a_second(make_loop, notebook, monkeypatch):
    monkeypatch.setattr(module._Watch, "picture", lambda self: module.plots.Picture("nothing", 1, 1))
    clock(monkeypatch, 0.01)
    monitor(make_loop(), steps=1000)
    seconds = 1000 * 0.01
    assert 0.5 * seconds <= len(notebook[0]) <= 1.5 * seconds


def test_a_stopped_training_says_so_in_the_notebook(make_loop, notebook):
    monitor(make_loop(update_generator=presses_at(1)), steps=4)
    assert "stopped. Nothing is lost" in notebook[0][-1]
    assert '<progress value="0.250"' in notebook[0][-1]


@pytest.mark.parametrize("batches", [0, 3])
def test_batches_that_end_are_told_with_what_to_do(make_loop, notebook, batches):
    whole = make_loop()
    loop = training.AdversarialLoop(whole.generator, whole.discriminator, iter(torch.zeros(batches, 16, 2)))
    assert len(monitor(loop, steps=10)) == batches
    shown = notebook[0][-1]
    assert "the batches have ended" in shown and "to go" not in shown and "<img" in shown


def test_batches_that_end_are_told_outside_a_notebook_too(make_loop, capsys):
    whole = make_loop()
    assert len(monitor(training.AdversarialLoop(whole.generator, whole.discriminator, iter([])), steps=10)) == 0
    assert "step 0 · 0 steps a second" in (told := capsys.readouterr().err) and "the batches have ended" in told


def test_points_are_shown_with_reals_and_the_score_in_the_plane(make_loop):
    loop = make_loop()
    samples = module._Watch(loop, monitor(loop, steps=1), 1, None, True).picture().axes[0]
    assert [len(cloud.get_offsets()) for cloud in samples.collections] == [16, 256]
    assert len(samples.images) == 1


def test_images_are_shown_as_a_grid():
    generator = nn.Sequential(nn.Linear(3, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28)))
    discriminator = nn.Sequential(nn.Flatten(), nn.Linear(784, 1))
    loop = training.AdversarialLoop(generator, discriminator, [torch.zeros(2, 1, 28, 28)], latent_dim=3)
    samples = module._Watch(loop, monitor(loop, steps=1), 1, None, True).picture().axes[0]
    assert samples.images[0].get_array().shape == (6 * 30 - 2, 6 * 30 - 2)


@pytest.mark.parametrize("given", [None, History()])
def test_an_error_in_a_step_loses_nothing_of_what_was_seen(make_loop, notebook, given):
    def failing(*arguments):
        if loop.number == 3:
            raise ValueError("no fourth step")
        return training.update_generator(*arguments)

    loop = make_loop(update_generator=failing)
    assert len(module.history_of(loop)) == 0
    with pytest.raises(ValueError, match="no fourth step"):
        monitor(loop, steps=9, history=given)
    assert [step.number for step in module.history_of(loop)] == [1, 2, 3]
    assert given is None or module.history_of(loop) is given
    assert "an error ended the training" in notebook[0][-1] and "history_of(loop)" in notebook[0][-1]


def loop_of_images(*shape: int, latent_dim=3) -> training.AdversarialLoop:
    values = torch.Size(shape).numel()
    generator = nn.Sequential(nn.Flatten(), nn.Linear(3, values), nn.Tanh(), nn.Unflatten(1, shape))
    discriminator = nn.Sequential(nn.Flatten(), nn.Linear(values, 1))
    return training.AdversarialLoop(generator, discriminator, [torch.zeros(2, *shape)], latent_dim=latent_dim)


def test_images_in_colour_of_any_size_are_shown_and_so_is_noise_of_four_axes(notebook):
    assert len(monitor(loop_of_images(3, 9, 5, latent_dim=(3, 1, 1)), steps=2)) == 2
    assert "<img" in notebook[0][-1]


def test_what_no_picture_can_show_is_told_before_the_first_step(notebook):
    loop = loop_of_images(2, 9, 5)
    with pytest.raises(ValueError, match=r"the monitor shows images.*makes \(N, 2, 9, 5\)"):
        monitor(loop, steps=2)
    assert loop.number == 0 and notebook == []


def test_where_nothing_is_drawn_anything_may_be_watched(capsys):
    assert len(monitor(loop_of_images(2, 9, 5), steps=2)) == 2


def test_outside_a_notebook_it_writes_plain_lines_to_standard_error(make_loop, capsys):
    monitor(make_loop(), steps=4, every=2)
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(" · ")[0].strip() for line in err.splitlines()] == ["step 2", "step 4"]
    assert "<" not in err


def test_only_a_shell_with_a_kernel_is_a_notebook(monkeypatch):
    class Terminal:
        pass

    class Notebook:
        kernel = object()

    for shell, expected in ((None, False), (Terminal(), False), (Notebook(), True)):
        monkeypatch.setattr(IPython, "get_ipython", lambda shell=shell: shell)
        assert module._in_notebook() is expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": 2.5},
        {"steps": "10"},
        {"seconds": float("nan")},
        {"steps": 2, "every": "1"},
        {"steps": 2, "history": "x"},
    ],
)
def test_what_would_never_end_or_fail_in_the_middle_is_refused(make_loop, wrong):
    loop = make_loop()
    with pytest.raises((TypeError, ValueError), match=f"{list(wrong)[-1]} must be"):
        monitor(loop, **wrong)
    assert loop.number == 0


def test_only_a_loop_is_watched(make_loop):
    with pytest.raises(TypeError, match="monitor watches an AdversarialLoop"):
        monitor(make_loop().generator, steps=2)


def test_without_curves_it_shows_the_samples_only(make_loop, notebook):
    monitor(make_loop(), steps=2, curves=False)
    assert 'alt="Samples of the generator after 2 steps."' in notebook[0][-1]
    loop = make_loop()
    images = module.picture(loop, History(), torch.zeros(36, 1, 28, 28), curves=False)
    assert len(images.axes) == 1 and images.alt == "Samples of the generator after 0 steps."
