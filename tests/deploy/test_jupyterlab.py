"""What the course sets in Jupyter's server."""

from pathlib import Path

import pytest
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

SETTINGS = Path(__file__).parents[2] / "deploy" / "jupyterlab"


@pytest.fixture
def server(monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(SETTINGS))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    server = ServerApp()
    server.load_config_file()
    return server


def test_no_answer_of_a_kernel_is_held_back_on_its_way_to_the_browser(server, monkeypatch):
    done = []
    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda _: done.append("connected"))
    browser = KernelWebsocketHandler.__new__(KernelWebsocketHandler)
    browser.set_nodelay = done.append
    connection = server.kernel_websocket_connection_class(websocket_handler=browser)
    connection.connect()
    assert done == [True, "connected"]
