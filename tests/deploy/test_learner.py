"""What the benchmark's learners do at their end of the connection."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import websocket
from tornado import httpserver, netutil, web
from tornado import websocket as served

from benchmarks import classroom
from benchmarks.learner import Kernel

ANSWERS, EVERY = 2, 0.5  # to so many pings, that come after so many seconds


@pytest.fixture
def kernel():
    """A server that hangs up on who doesn't answer a ping within a fraction of a second; `answered` is set in time."""
    answered, ready, running = threading.Event(), threading.Event(), {}

    class Handler(served.WebSocketHandler):
        pongs = 0

        def on_pong(self, _):
            self.pongs += 1
            if self.pongs == ANSWERS:
                answered.set()

        def on_message(self, _):
            self.close()

    async def serve() -> None:
        (listening,) = netutil.bind_sockets(0, "127.0.0.1")
        application = web.Application([("/", Handler)], websocket_ping_interval=EVERY, websocket_ping_timeout=EVERY)
        server = httpserver.HTTPServer(application)
        server.add_socket(listening)
        running.update(port=listening.getsockname()[1], loop=asyncio.get_running_loop(), end=asyncio.Event())
        ready.set()
        await running["end"].wait()
        server.stop()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(60)
    connection = websocket.create_connection(f"ws://127.0.0.1:{running['port']}/", http_no_proxy=["127.0.0.1"])
    try:
        kernel = Kernel(connection)
        kernel.answered = answered
        yield kernel
    finally:
        connection.shutdown()
        running["loop"].call_soon_threadsafe(running["end"].set)
        thread.join()


def test_who_waits_for_the_class_answers_the_servers_pings(kernel):
    together = threading.Barrier(2)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(classroom.meet, together, kernel)
        answered = kernel.answered.wait(60)
        together.wait(60)
        waiting.result()
    assert answered


def test_a_server_that_hangs_up_is_an_error_that_names_the_cell(kernel):
    with pytest.raises(ConnectionError, match="the server has hung up, in the cell\nprint"):
        kernel.run("print(1)")


def test_a_class_whose_connection_is_gone_is_not_waited_for(kernel):
    kernel._connection.close()
    together = threading.Barrier(2)
    with pytest.raises(websocket.WebSocketConnectionClosedException):
        classroom.meet(together, kernel)
    assert together.broken
