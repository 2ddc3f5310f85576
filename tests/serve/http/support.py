"""What the tests of the HTTP room share: the echo server, clients that send raw bytes, proxies in front.

Standard library alone. SERVE_ECHO_SERVER names the program; without it, the release build is taken.
"""

import json
import os
import resource
import shutil
import socket
import subprocess
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
BINARY = os.environ.get("SERVE_ECHO_SERVER", os.path.join(ROOT, "build", "release", "bin", "serve_echo_server"))
PATIENCE_S = 20


def raise_file_limit():
    """As many open files as the system allows; returns how many."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def wait_for(condition, what):
    """Until it comes true, up to PATIENCE_S."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class EchoServer:
    """Runs serve_echo_server with settings such as header_s=1; its access log is read from a file."""

    def __init__(self, folder, **settings):
        self.log_path = os.path.join(folder, f"access-{id(self)}.log")
        arguments = [f"{name}={value}" for name, value in settings.items()]
        with open(self.log_path, "w") as log:
            self.process = subprocess.Popen([BINARY, *arguments], stdout=log, stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        if not line.startswith("listening on "):
            raise RuntimeError(line)
        self.port = int(line.rsplit(":", 1)[1])

    def stop(self):
        self.process.terminate()
        status = self.process.wait(PATIENCE_S)
        self.process.stderr.close()
        return status

    def log(self):
        with open(self.log_path) as file:
            return [json.loads(line) for line in file.read().splitlines()]

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()


def connect(port, receive_bytes=None):
    client = socket.socket()
    try:
        if receive_bytes:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        client.settimeout(PATIENCE_S)
        client.connect(("127.0.0.1", port))
    except OSError:
        client.close()
        raise
    return client


def exchange(port, data, quiet_s=None, pieces=False):
    """Sends `data`, then reads to the end of the connection, or until nothing has come for quiet_s.

    Returns (what came, whether the connection ended). `pieces`: one byte after the other.
    """
    with connect(port) as client:
        if quiet_s:
            client.settimeout(quiet_s)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for piece in ([data[i:i + 1] for i in range(len(data))] if pieces else [data]):
                client.sendall(piece)
        except OSError:
            pass  # it has refused already
        answer = b""
        try:
            while some := client.recv(65536):
                answer += some
            return answer, True
        except TimeoutError:
            return answer, False
        except OSError:
            return answer, True


def status_of(answer):
    """Of an answer's first line; 0 where there is none."""
    words = answer.split(b" ", 2)
    return int(words[1]) if len(words) > 2 and words[0] == b"HTTP/1.1" else 0


class Proxy:
    """A program in front of a server, in the foreground with its files in `folder`.

    `seen()` lists (method, path) of the requests that it passed on.
    """

    def __init__(self, folder, server_port, name):
        self.port = free_port()
        self.log_path = os.path.join(folder, f"{name}.log")
        config = os.path.join(folder, f"{name}.conf")
        with open(config, "w") as file:
            file.write(self.config(folder, server_port, name))
        with open(self.log_path, "a") as log:
            self.process = subprocess.Popen(self.command(config, folder), stdout=log, stderr=subprocess.STDOUT)
        wait_for(self._listens, f"{name} does not listen")

    def _listens(self):
        if self.process.poll() is not None:
            with open(self.log_path) as file:
                raise RuntimeError(file.read())
        try:
            connect(self.port).close()
            return True
        except OSError:
            return False

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE_S)

    def seen(self):
        with open(self.log_path, errors="replace") as file:
            lines = [line.split() for line in file if line.startswith("passed ")]
        return [(words[1], words[2]) for words in lines if words[3] not in ("-", "<NOSRV>", "-/-")]


class Nginx(Proxy):
    PROGRAM = "/usr/sbin/nginx"
    BUFFERING = "on"

    def command(self, config, folder):
        return [self.PROGRAM, "-c", config, "-p", folder, "-g", "daemon off;"]

    def config(self, folder, server_port, name):
        temporary = "\n".join(f"{kind}_temp_path {folder}/{name}-{kind};"
                              for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return f"""
worker_processes 1; master_process off; pid {folder}/{name}.pid; error_log {folder}/{name}.error crit;
events {{ worker_connections 512; }}
http {{
  {temporary}
  log_format passed 'passed $request_method $uri $upstream_addr $upstream_status';
  access_log {self.log_path} passed;
  upstream server {{ server 127.0.0.1:{server_port}; keepalive 4; }}
  server {{
    listen 127.0.0.1:{self.port};
    location / {{
      proxy_pass http://server; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host localhost; proxy_request_buffering {self.BUFFERING}; proxy_next_upstream off;
    }}
  }}
}}"""


class UnbufferedNginx(Nginx):
    """Passes bodies on as they come, chunks among them."""
    BUFFERING = "off"


class Haproxy(Proxy):
    PROGRAM = "/usr/sbin/haproxy"

    def command(self, config, folder):
        return [self.PROGRAM, "-f", config, "-db"]

    def config(self, folder, server_port, name):
        return f"""
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
  retries 0
frontend front
  bind 127.0.0.1:{self.port}
  log stdout format raw local0
  log-format "passed %HM %HP %s %ST"
  http-request set-header Host localhost
  default_backend back
backend back
  http-reuse always
  server server 127.0.0.1:{server_port}
"""


def folder_for(test):
    folder = tempfile.mkdtemp(prefix="musicgen-serve-")
    test.addCleanup(shutil.rmtree, folder, ignore_errors=True)
    return folder
