"""A local server that answers as S3 does: a folder's files are the objects of one bucket. It checks no keys."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

_DATE = "Fri, 02 Jan 2026 00:00:00 GMT"
_UPLOAD = b"<InitiateMultipartUploadResult><UploadId>upload</UploadId></InitiateMultipartUploadResult>"
_COMPLETED = b"<CompleteMultipartUploadResult><ETag>tag</ETag></CompleteMultipartUploadResult>"


@contextmanager
def serving(bucket: str, folder: Path) -> Iterator[str]:
    """Serve the files of `folder` as the objects of `bucket`; give host:port."""
    parts: dict[str, dict[int, bytes]] = {}  # of unfinished uploads, by key

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_PUT(self) -> None:
            key, query, data = self._asked()
            if "partNumber" in query:
                parts.setdefault(key, {})[int(query["partNumber"][0])] = data
            elif key:
                self._write(key, data)
            self._send(200, b"", True, {"ETag": '"tag"'})

        def do_POST(self) -> None:
            key, query, data = self._asked()
            if "uploads" in query:
                return self._send(200, _UPLOAD, True)
            if "uploadId" in query:
                self._write(key, b"".join(part for _, part in sorted(parts.pop(key).items())))
                return self._send(200, _COMPLETED, True)
            for name in re.findall(r"<Key>(.*?)</Key>", data.decode()):
                self._delete(unescape(name))
            return self._send(200, b"<DeleteResult/>", True)

        def do_DELETE(self) -> None:
            self._delete(self._asked()[0])
            self._send(204, b"", False)

        def log_message(self, *_: object) -> None:
            pass

        def _asked(self) -> tuple[str, dict[str, list[str]], bytes]:
            """The key, the query and the body of a request."""
            address = urlsplit(self.path)
            data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            key = unquote(address.path).removeprefix(f"/{bucket}").lstrip("/")
            return key, parse_qs(address.query, keep_blank_values=True), data

        @staticmethod
        def _write(key: str, data: bytes) -> None:
            path = folder / key
            if key.endswith("/"):
                path.mkdir(parents=True, exist_ok=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)

        @staticmethod
        def _delete(key: str) -> None:
            if not key.endswith("/"):
                (folder / key).unlink(missing_ok=True)

        def _answer(self, with_body: bool) -> None:
            key, query, _ = self._asked()
            path = folder / key
            if not key and not with_body:
                return self._send(200, b"", with_body)
            if not key:
                return self._send(200, _listing(folder, query), with_body)
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
    prefix, delimiter = (query.get(name, [""])[0] for name in ("prefix", "delimiter"))
    keys = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    keys = {key: path for key, path in keys.items() if key.startswith(prefix)}
    ends = {key: key.find(delimiter, len(prefix)) + 1 if delimiter else 0 for key in keys}
    folders = {key[:end] for key, end in ends.items() if end}
    found = [
        f"<Contents><Key>{escape(key)}</Key><Size>{path.stat().st_size}</Size>"
        "<LastModified>2026-01-02T00:00:00.000Z</LastModified></Contents>"
        for key, path in keys.items()
        if not ends[key]
    ]
    found += [f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>" for name in sorted(folders)]
    counted = f"<KeyCount>{len(found)}</KeyCount><IsTruncated>false</IsTruncated>"
    return f"<ListBucketResult>{counted}{''.join(found)}</ListBucketResult>".encode()
