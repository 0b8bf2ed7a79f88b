# ruff: noqa: INP001 - a program of its own, in no package
"""A web server to try rollouts with: /hello answers 200, /nothello answers 500, both name the version.

VERSION and PORT come from the environment. SIGTERM ends it after the requests that are under way.
"""

import os
import signal
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VERSION = os.environ.get("VERSION", "v1")
PORT = int(os.environ.get("PORT", "8088"))

ANSWERS = {
    "/hello": (HTTPStatus.OK, "Hello!"),
    "/nothello": (HTTPStatus.INTERNAL_SERVER_ERROR, "NotHello!"),
}


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    # An idle connection must not hold up the end.
    timeout = 10

    def do_GET(self) -> None:
        """Answers by the path alone."""
        status, greeting = ANSWERS.get(self.path.partition("?")[0], (HTTPStatus.NOT_FOUND, "No such page!"))
        body = f"{greeting} {VERSION}".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        # One request a connection: a proxy never picks one that this server is about to close.
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """A thread for each request; closing waits for them."""

    daemon_threads = False
    request_queue_size = 128


def main() -> None:
    """Serves until SIGTERM or SIGINT."""
    server = Server(("", PORT), Handler)
    for number in (signal.SIGTERM, signal.SIGINT):
        # From a thread: shutdown waits for serve_forever, which the handler interrupts.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"Serving {VERSION} at port {server.server_port}", flush=True)  # noqa: T201 - its log
    server.serve_forever(poll_interval=0.1)
    server.server_close()


if __name__ == "__main__":
    main()
