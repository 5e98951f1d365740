"""What the course sets in Jupyter's server: an answer of the kernel goes to the browser as soon as it is there.

TCP holds a small message back until the one before it is acknowledged (Nagle's algorithm), and a browser that has
nothing to say acknowledges 40 ms later (Linux). Whatever a kernel answers follows a small message, which says that the
kernel is busy: without this a slider waits 40 ms for an answer that took 10.
"""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class AtOnce(ZMQChannelsWebsocketConnection):
    """The connection of a browser to a kernel, without Nagle's algorithm."""

    def connect(self):
        self.websocket_handler.set_nodelay(True)
        return super().connect()


c = get_config()  # noqa: F821

c.ServerApp.kernel_websocket_connection_class = AtOnce
