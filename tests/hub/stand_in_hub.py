"""A Hugging Face hub on this machine, with the faults that the real one and the networks before it have.

Speaks what clients ask of the hub: revisions, listings in pages, resolve with redirects to a store of another host
name (127.0.0.1 is the hub, localhost with another port the store), signed addresses that expire, ranges, rate limits,
gated, private and missing repositories, renamed ones. Standard library alone. Every request is kept in `requests`.
"""

import hashlib
import http.server
import json
import random
import re
import socket
import struct
import threading
import time
import urllib.parse

PIECE = 16384


def git_sha1(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class File:
    """Content as the hub keeps it: large files by their SHA-256 in the store, small ones by git's SHA-1."""

    def __init__(self, data, large):
        self.data, self.large = data, large
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.etag = self.sha256 if large else git_sha1(data)
        self.xet = hashlib.sha256(b"xet" + data).hexdigest()

    def listed(self, path):
        entry = {"type": "file", "path": path, "size": len(self.data), "oid": git_sha1(self.data)}
        if self.large:
            pointer = (f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\n"
                       f"size {len(self.data)}\n").encode()
            entry.update(oid=git_sha1(pointer), xetHash=self.xet,
                         lfs={"oid": self.sha256, "size": len(self.data), "pointerSize": len(pointer)})
        return entry


class Repository:
    def __init__(self, files, revisions=("main",), gated=False, token=None):
        """`files`: path → bytes, or (bytes, True) for those in large storage; others are large by their names."""
        self.files = {}
        for path, data in files.items():
            data, large = data if isinstance(data, tuple) else (
                data, path.endswith((".safetensors", ".bin", ".gguf", ".th")))
            self.files[path] = File(data, large)
        self.commit = hashlib.sha1(repr(sorted((p, f.etag) for p, f in self.files.items())).encode()).hexdigest()
        self.revisions = set(revisions) | {self.commit}
        self.gated, self.token = gated, token


class Faults:
    """What goes wrong, and how often; a test sets what it wants."""

    def __init__(self):
        self.no_ranges = False        # 200 to a range
        self.expires_after = None     # requests that a signed address serves
        self.resets_after = None      # bytes of a body after which the connection is reset
        self.reset_count = 0          # how often
        self.too_many = 0             # 429s to come
        self.too_many_seconds = 1
        self.server_errors = 0        # 503s to come
        self.page = None              # "api", "files" or "all": a login page with status 200
        self.wrong_bytes = set()      # paths whose content is not what the listing says
        self.listed_bytes = {}        # path → the size that the listing says
        self.bytes_per_s = None       # of each body
        self.page_size = 1000         # of listings
        self.down = False             # connections are closed without an answer
        self.plain_redirect = None    # where resolve redirects to instead of the store
        self.odd_range = False        # 206 with another range than was asked for


class Hub:
    def __init__(self):
        self.repositories, self.renamed, self.faults = {}, {}, Faults()
        self.requests, self.lock, self.uses = [], threading.Lock(), {}
        self.servers = [Server(("127.0.0.1", 0), self, store=False), Server(("127.0.0.1", 0), self, store=True)]
        self.endpoint = f"http://127.0.0.1:{self.servers[0].server_port}"
        self.store = f"http://localhost:{self.servers[1].server_port}"
        for server in self.servers:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def add(self, name, files, **options):
        self.repositories[name] = Repository(files, **options)
        return self.repositories[name]

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def forget(self):
        with self.lock:
            self.requests.clear()

    def sent(self, part):
        """The requests whose address holds `part`: (method, address, headers)."""
        with self.lock:
            return [request for request in self.requests if part in request[1]]

    def take(self, name):
        """Counts a fault down; whether there was one left."""
        with self.lock:
            left = getattr(self.faults, name)
            if left > 0:
                setattr(self.faults, name, left - 1)
            return left > 0


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address, hub, store):
        self.hub, self.store = hub, store
        super().__init__(address, Handler)

    def handle_error(self, request, client_address):
        pass  # clients that are killed


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        hub = self.server.hub
        with hub.lock:
            hub.requests.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
        if hub.faults.down:
            self.close_connection = True
            return
        address = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(address.query))
        path = address.path
        if self.server.store:
            return self.serve_store(path)
        if hub.take("server_errors"):
            return self.fail(503, message="The server is overloaded")
        if hub.take("too_many"):
            return self.fail(429, {"RateLimit": f'"api";r=0;t={hub.faults.too_many_seconds - 1}',
                                   "RateLimit-Policy": '"fixed window";"api";q=500;w=300'})
        for pattern, action in ((r"/api/models/(.+?)/revision/([^/]+)", self.revision),
                                (r"/api/models/(.+?)/tree/([^/]+)", self.tree),
                                (r"/api/models/([^/]+/[^/]+)", lambda name: self.revision(name, "main")),
                                (r"/([^/]+(?:/[^/]+)?)/resolve/([^/]+)/(.+)", self.resolve)):
            match = re.fullmatch(pattern, path)
            if match:
                return action(*map(urllib.parse.unquote, match.groups()))
        self.fail(404)

    def answer(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in {"X-Request-Id": "Root=1-stand-in", **headers}.items():
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def fail(self, status, headers=None, code=None, message=None):
        headers = dict(headers or {})
        if code:
            headers["X-Error-Code"] = code
        if message:
            headers["X-Error-Message"] = message
        self.answer(status, headers, json.dumps({"error": message or code or "error"}).encode())

    def login_page(self):
        self.answer(200, {"Content-Type": "text/html; charset=utf-8"}, b"<!DOCTYPE html>\n<html>Please log in</html>")

    def open(self, name, revision):
        """The repository, or None when an answer was given already."""
        hub = self.server.hub
        if name in hub.renamed:
            new = self.path.replace(name, hub.renamed[name], 1)
            self.answer(307, {"Location": new})
            return None
        repository = hub.repositories.get(name)
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token.startswith("expired"):
            self.fail(401, message="Invalid credentials in Authorization header")
            return None
        if repository is None or (repository.token and token != repository.token and not repository.gated):
            self.fail(404 if token else 401, code="RepoNotFound", message="Repository not found")
            return None
        if repository.gated and token != repository.token and "resolve" in self.path:
            self.fail(403 if token else 401, code="GatedRepo", message="Access to model is restricted")
            return None
        if revision not in repository.revisions:
            self.fail(404, code="RevisionNotFound", message=f"Invalid rev id: {revision}")
            return None
        return repository

    def revision(self, name, revision):
        if self.server.hub.faults.page in ("api", "all"):
            return self.login_page()
        repository = self.open(name, revision)
        if repository:
            body = {"id": name, "sha": repository.commit, "gated": repository.gated,
                    "siblings": [{"rfilename": path} for path in repository.files]}
            self.answer(200, {"Content-Type": "application/json"}, json.dumps(body).encode())

    def tree(self, name, revision):
        hub = self.server.hub
        repository = self.open(name, revision)
        if not repository:
            return
        entries = [{"type": "directory", "path": "assets", "size": 0, "oid": "0" * 40}]
        entries += [file.listed(path) for path, file in sorted(repository.files.items())]
        for entry in entries:
            if entry["path"] in hub.faults.listed_bytes:
                entry["size"] = entry["lfs"]["size"] = hub.faults.listed_bytes[entry["path"]]
        start, size = int(self.query.get("cursor", 0)), hub.faults.page_size
        headers = {"Content-Type": "application/json"}
        if start + size < len(entries):
            query = urllib.parse.urlencode({"recursive": "true", "cursor": start + size})
            headers["Link"] = f'<{hub.endpoint}/api/models/{name}/tree/{revision}?{query}>; rel="next"'
        self.answer(200, headers, json.dumps(entries[start:start + size]).encode())

    def resolve(self, name, revision, path):
        hub = self.server.hub
        repository = self.open(name, revision)
        if not repository:
            return
        if hub.faults.page in ("files", "all"):
            return self.login_page()
        headers = {"X-Repo-Commit": repository.commit}
        file = repository.files.get(path)
        if file is None:
            return self.fail(404, headers, code="EntryNotFound", message="Entry not found")
        if not file.large:
            headers["ETag"] = f'"{file.etag}"'
            return self.send_content(self.content(path, file), headers)
        signature = f"{random.getrandbits(64):x}"
        query = urllib.parse.urlencode({"name": path, "signature": signature})
        where = hub.faults.plain_redirect or f"{hub.store}/{file.sha256}?{query}"
        self.answer(302, {**headers, "Location": where, "X-Linked-Etag": f'"{file.etag}"',
                          "X-Linked-Size": str(len(file.data)), "X-Xet-Hash": file.xet,
                          "Link": '<https://example.invalid/auth>; rel="xet-auth"'},
                    b"Found. Redirecting to the store")

    def content(self, path, file):
        if path not in self.server.hub.faults.wrong_bytes:
            return file.data
        return bytes([file.data[0] ^ 1]) + file.data[1:]

    def serve_store(self, path):
        hub = self.server.hub
        if "authorization" in (name.lower() for name in self.headers):
            return self.fail(400, message="Only one auth mechanism allowed")
        signature = self.query.get("signature", "")
        with hub.lock:
            hub.uses[signature] = hub.uses.get(signature, 0) + 1
            expired = hub.faults.expires_after is not None and hub.uses[signature] > hub.faults.expires_after
        if expired or not signature:
            return self.fail(403, message="Request has expired")
        for repository in hub.repositories.values():
            for name, file in repository.files.items():
                if "/" + file.sha256 == path and name == self.query.get("name"):
                    return self.send_content(self.content(name, file), {"ETag": f'"{file.sha256[:32]}"'})
        self.fail(404)

    def send_content(self, data, headers):
        faults, start, status = self.server.hub.faults, 0, 200
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and not faults.no_ranges:
            start, status = int(asked[1]), 206
            if start >= len(data):
                return self.answer(416, {"Content-Range": f"bytes */{len(data)}"})
            if faults.odd_range:
                start = start // 2
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        body = data[start:]
        self.answer(status, {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes", **headers,
                             "Content-Length": str(len(body))})
        if self.command == "HEAD":
            return
        long_enough = faults.resets_after is not None and len(body) > faults.resets_after
        broken = faults.resets_after if long_enough and self.server.hub.take("reset_count") else None
        for at in range(0, len(body), PIECE):
            piece = body[at:at + PIECE]
            if broken is not None and at + len(piece) > broken:
                self.wfile.write(piece[:max(0, broken - at)])
                self.wfile.flush()
                # No orderly end: the rest is lost.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                return
            self.wfile.write(piece)
            if faults.bytes_per_s:
                self.wfile.flush()
                time.sleep(len(piece) / faults.bytes_per_s)
