"""A history is a sequence of steps that never grows beyond its bounds, lies evenly over the run, and can be saved."""

import json
import math
import tracemalloc

import numpy as np
import pytest

from gan_lesson.errors import BadInput
from gan_lesson.history import COLUMNS, History, Series, StepsFile
from gan_lesson.training import Step


def step(number: int) -> Step:
    return Step(number, 3 * number / 7, number / 7, 2 * number / 7, 2.0, 0.5, 1 / 3, 8 * number)


def filled(count: int, most: int = 10_000) -> History:
    history = History(most=most)
    for number in range(1, count + 1):
        history.append(step(number))
    return history


def timed(count: int, most: int = 10_000) -> History:
    """Steps of which each took 0.01 seconds."""
    history = History(extra=("seconds", "norm"), most=most)
    for number in range(1, count + 1):
        history.append(step(number), seconds=number / 100, norm=number % 2)
    return history


def numbers(history: History) -> list[int]:
    return [one.number for one in history]


# ---- a sequence of steps


def test_it_gives_back_the_very_steps_that_it_was_given():
    history, steps = filled(20), [step(number) for number in range(1, 21)]
    assert list(history) == steps and len(history) == 20
    assert history[0] == steps[0] and history[-1] == steps[-1]
    assert history[-5:] == steps[-5:] and history[3:15:4] == steps[3:15:4]
    assert type(history[2].number) is int and type(history[2].images_seen) is int
    assert step(7) in history and step(21) not in history
    for index in (20, -21):
        with pytest.raises(IndexError):
            history[index]


def test_an_empty_one_is_no_step_and_no_rate():
    history = History(extra=("seconds",))
    assert not history and history.number == 0 and history.last("seconds") == 0 and history.rates() == (0, 0)
    assert [len(values) for values in history.curves().values()] == [0] * (len(COLUMNS) + 1)
    assert repr(history) == "History(0 of 0 steps)"


def test_it_says_in_a_line_what_it_holds():
    assert repr(filled(25, most=10)).startswith("History(7 of 25 steps, the last Step(number=25, ")


def test_extra_numbers_go_by_their_names_and_none_may_be_missing():
    history = timed(3)
    assert history.column("norm").tolist() == [1, 0, 1] and history.last("seconds") == 0.03
    assert history.column("fake_score").tolist() == [1 / 3] * 3
    for wrong in ({}, {"seconds": 1}, {"seconds": 1, "norm": 1, "kl": 2}):
        with pytest.raises(ValueError, match="noted with seconds, norm"):
            history.append(step(4), **wrong)
    assert len(history) == 3


# ---- thinning


@pytest.mark.parametrize("most", [2, 3, 10, 11])
@pytest.mark.parametrize("count", [1, 2, 9, 10, 11, 12, 40, 41, 1000, 1023])
def test_of_too_many_an_even_choice_stays_with_the_first_and_the_newest(most, count):
    kept = numbers(filled(count, most))
    assert len(kept) <= most and kept[0] == 1 and kept[-1] == count
    assert len(kept) > min(count, most) // 2
    (*apart, last), every = np.diff(kept) if len(kept) > 1 else [1], filled(count, most)._series.every
    assert set(apart) <= {every} and last <= every


def test_a_very_long_run_takes_no_more_memory_than_a_short_one():
    tracemalloc.start()
    history = filled(300_000)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 1.5e6 and 5_000 <= len(history) <= 10_000


def test_each_row_knows_which_of_all_that_came_it_is():
    series = Series(["number"], most=10)
    for number in range(1, 100):
        series.append(number)
        assert [series.place(index) for index in range(len(series))] == series.column("number").tolist()
    series.cut(4)
    assert series.place(-1) == series.column("number")[-1] == series.count


def test_a_series_wants_a_number_for_each_column():
    series = Series(["number", "kl", "js"], most=4)
    with pytest.raises(ValueError, match="expected number, kl, js; got 2 numbers"):
        series.append(1, 0.5)
    series.append(1, 0.5, 0.25)
    assert series.row(-1).tolist() == [1, 0.5, 0.25]


# ---- going back


def test_going_back_forgets_what_came_later():
    history = filled(20)
    for number in (0, 4, 12, 20):
        history.add_samples(number, np.zeros(1))
    history.cut(12)
    assert numbers(history) == list(range(1, 13)) and [number for number, _ in history.samples] == [0, 4, 12]
    history.append(step(13))
    assert numbers(history) == list(range(1, 14)) and history.number == 13
    history.cut(0)
    assert not history and history.number == 0


@pytest.mark.parametrize("back", [1, 2, 17, 50, 98, 99, 100])
def test_going_back_in_a_thinned_history_goes_on_evenly(back):
    history = filled(100, most=10)
    history.cut(back)
    kept = numbers(history)
    assert kept[-1] <= back < kept[-1] + 16
    for number in range(back + 1, 200):
        history.append(step(number))
    assert len(history) <= 10 and history[0].number == 1 and history[-1].number == 199
    assert max(np.diff(numbers(history))) <= 48


def test_a_history_that_was_emptied_begins_with_every_step_again():
    history = filled(100, most=10)
    history.cut(0)
    for number in range(1, 6):
        history.append(step(number))
    assert numbers(history) == [1, 2, 3, 4, 5]


# ---- what is read off


def test_curves_are_means_over_windows_and_at_most_as_many_as_asked():
    curves = timed(1000).curves(150)
    assert {len(values) for values in curves.values()} == {142}  # windows of 7
    assert curves["number"][:2].tolist() == [7, 14]
    assert curves["discriminator_loss"][0] == pytest.approx(4 * 3 / 7)
    assert curves["norm"][:2] == pytest.approx([4 / 7, 3 / 7])
    assert all(values.flags.c_contiguous for values in curves.values())


@pytest.mark.parametrize(("count", "most"), [(1, 10), (2, 10), (31, 1000), (1000, 1000), (1000, 100), (1003, 10)])
def test_rates_are_those_of_the_steps_however_many_were_kept(count, most):
    assert timed(count, most).rates() == pytest.approx((100, 800))


def test_rates_are_of_the_last_steps():
    history, seconds = History(extra=("seconds",)), 0.0
    for number in range(1, 201):
        seconds += 1.0 if number <= 170 else 0.1
        history.append(step(number), seconds=seconds)
    assert history.rates()[0] == pytest.approx(10)


def test_samples_are_thinned_evenly_and_keep_the_first_and_the_last(monkeypatch):
    monkeypatch.setattr(History, "MOST_SAMPLES", 20)
    history = History()
    for number in range(500):
        history.add_samples(number, np.zeros(1))
    kept = [number for number, _ in history.samples]
    assert len(kept) == 20 and kept[0] == 0 and kept[-1] == 499
    assert max(np.diff(kept)) <= 4 * np.median(np.diff(kept))


def test_samples_of_the_same_step_replace_each_other():
    history = History()
    for value in (1, 2):
        history.add_samples(7, np.full(1, value))
    assert history.samples == [(7, np.full(1, 2))] and history.number == 7


# ---- saving


def test_a_saved_one_goes_on_as_if_it_had_never_been_away():
    history, again = timed(1000, most=100), History(extra=("seconds", "norm"), most=100)
    history.append(step(1001), seconds=10.01, norm=math.nan)
    again.load_state_dict(json.loads(json.dumps(history.state_dict())))
    for number in range(1002, 1300):
        for one in (history, again):
            one.append(step(number), seconds=number / 100, norm=0)
    assert list(again) == list(history)
    np.testing.assert_array_equal(again.column("norm"), history.column("norm"))
    assert again.rates() == history.rates()


def test_samples_are_saved_with_it():
    history, again = History(), History()
    history.add_samples(3, np.arange(4, dtype=np.uint8))
    again.load_state_dict(history.state_dict())
    ((number, samples),) = again.samples
    assert number == 3 and samples.tolist() == [0, 1, 2, 3]


def test_what_noted_other_numbers_is_refused():
    with pytest.raises(ValueError, match=r"expected the columns number, .*images_seen; got number, .*seconds, norm"):
        History().load_state_dict(timed(3).state_dict())


# ---- on disk


def test_the_file_holds_every_step_to_the_last_digit(tmp_path):
    file, steps = StepsFile(tmp_path / "steps.csv"), [step(number) for number in range(1, 30)]
    file.begin()
    assert [len(values) for values in file.read().values()] == [0] * len(COLUMNS)
    file.append(steps[:20])
    file.append(steps[20:])
    for name, values in file.read().items():
        assert values.tolist() == [getattr(one, name) for one in steps]
    assert file.path.read_text().splitlines()[1].startswith("1,")  # whole numbers look whole


def test_the_file_is_cut_back_with_half_a_line_at_its_end(tmp_path):
    file = StepsFile(tmp_path / "steps.csv")
    file.begin()
    file.append([step(number) for number in range(1, 6)])
    before = file.path.read_bytes()
    file.append([step(6)])
    with file.path.open("a") as end:
        end.write("7,0.")
    file.cut(5)
    assert file.path.read_bytes() == before


def test_a_file_of_steps_is_read_without_half_a_line_at_its_end(tmp_path):
    file = StepsFile(tmp_path / "steps.csv")
    file.begin()
    file.append([step(1), step(2)])
    with file.path.open("a") as end:
        end.write("3,0.")
    assert file.read()["number"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "should begin with the names of its columns"),
        ("number,loss\n1,2\n", "should begin with the names of its columns"),
        (",".join(COLUMNS) + "\n1,2\n", "line 2 of steps.csv should hold 8 numbers"),
        (",".join(COLUMNS) + "\n1,0,0,0,0,0,inf,0\n", "should hold numbers"),
        (",".join(COLUMNS) + "\n1,0,0,0,0,0,0,0\n3,0,0,0,0,0,0,0\n", "a line for each step from the first on"),
    ],
)
def test_a_file_of_steps_that_is_damaged_says_where(tmp_path, content, message):
    (tmp_path / "steps.csv").write_text(content)
    with pytest.raises(BadInput, match=message):
        StepsFile(tmp_path / "steps.csv").read()
