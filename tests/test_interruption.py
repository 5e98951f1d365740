import signal
import threading

import pytest

from gan_lesson.interruption import StopButton


def test_outside_the_main_thread_the_stop_button_listens_to_nothing():
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def work():
        with StopButton() as stop:
            seen.append((stop.pressed, signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(False, before)]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_polite_end_of_the_process_presses_the_button_where_it_is_asked_to():
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    with StopButton(terminate=True) as stop:
        assert not stop.pressed
        signal.raise_signal(signal.SIGTERM)
        assert stop.pressed
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt:
            pytest.fail("a second one is as polite as the first, and must not interrupt")
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert {one: signal.getsignal(one) for one in before} == before
    with StopButton():
        assert signal.getsignal(signal.SIGTERM) is before[signal.SIGTERM]
