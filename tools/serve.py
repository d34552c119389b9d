"""Serves the built site on a free port of this machine only, and opens it in the browser."""

import webbrowser
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SITE = Path(__file__).parents[1] / "_build" / "html"


class Handler(SimpleHTTPRequestHandler):
    prefix = "/"

    def translate_path(self, path):
        """Nothing is there but what stands under the prefix."""
        inside = path.startswith(self.prefix)
        return super().translate_path("/" + path.removeprefix(self.prefix) if inside else "/.none")

    def send_error(self, code, message=None, explain=None):
        """A page that is not there gets the site's own 404 page, as on the published site."""
        page = SITE / "404.html"
        if code != 404 or not page.exists():
            return super().send_error(code, message, explain)
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.read_bytes())

    def log_message(self, *_):
        pass


def make_server(site=SITE, prefix="/"):
    """A server for the site, which it shows under a path: /softmax-attention/, for instance."""
    handler = type("Handler", (Handler,), {"prefix": prefix})
    return ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(site)))


if __name__ == "__main__":
    with make_server() as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        print(f"The book: {address}  (Ctrl+C stops)")
        webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
