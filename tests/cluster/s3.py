"""A local server that answers reads as S3 does: a folder's files are the objects of one bucket. It checks no keys."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

_DATE = "Fri, 02 Jan 2026 00:00:00 GMT"


@contextmanager
def serving(bucket: str, folder: Path) -> Iterator[str]:
    """Serve the files of `folder` as the objects of `bucket`; give host:port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self, with_body: bool) -> None:
            address = urlsplit(self.path)
            key = unquote(address.path).removeprefix(f"/{bucket}").strip("/")
            path = folder / key
            if not key and not with_body:
                return self._send(200, b"", with_body)
            if not key:
                return self._send(200, _listing(folder, parse_qs(address.query)), with_body)
            if not path.is_file():
                return self._send(404, b"<Error><Code>NoSuchKey</Code></Error>", with_body)
            data = path.read_bytes()
            if found := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
                first, last = int(found[1]), min(int(found[2] or len(data)), len(data) - 1)
                part = {"Content-Range": f"bytes {first}-{last}/{len(data)}"}
                return self._send(206, data[first : last + 1], with_body, part)
            return self._send(200, data, with_body)

        def _send(self, status: int, body: bytes, with_body: bool, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), "Last-Modified": _DATE, **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            if with_body:
                self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _listing(folder: Path, query: dict[str, list[str]]) -> bytes:
    prefix = query.get("prefix", [""])[0]
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    keys = {path.relative_to(folder).as_posix(): path for path in paths}
    found = [
        f"<Contents><Key>{escape(key)}</Key><Size>{path.stat().st_size}</Size>"
        "<LastModified>2026-01-02T00:00:00.000Z</LastModified></Contents>"
        for key, path in keys.items()
        if key.startswith(prefix)
    ]
    counted = f"<KeyCount>{len(found)}</KeyCount><IsTruncated>false</IsTruncated>"
    return f"<ListBucketResult>{counted}{''.join(found)}</ListBucketResult>".encode()
