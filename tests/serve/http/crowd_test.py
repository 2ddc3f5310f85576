#!/usr/bin/env python3
"""Many clients that do nothing, and some that read slowly: the others do not notice."""

import os
import socket
import statistics
import time
import unittest

import support

LONG = os.environ.get("MUSICGEN_LONG_TESTS", "0") not in ("", "0")
HEALTH = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


class CrowdTest(unittest.TestCase):
    def setUp(self):
        if support.raise_file_limit() < 3000:
            self.skipTest("the system allows fewer than 3,000 open files")
        self.clients = []
        self.addCleanup(lambda: [client.close() for client in self.clients])

    def start(self, **settings):
        self.server = support.EchoServer(support.folder_for(self), **settings)
        self.addCleanup(self.server.stop)

    def open(self, count, data=b"", receive_bytes=None):
        for _ in range(count):
            client = support.connect(self.server.port, receive_bytes)
            client.sendall(data)
            self.clients.append(client)

    def ask_health(self):
        """Seconds from connecting to the answer."""
        start = time.monotonic()
        with support.connect(self.server.port) as client:
            client.sendall(HEALTH)
            self.assertEqual(support.status_of(client.recv(65536)), 200)
        return time.monotonic() - start

    def check_health(self):
        """99 of 100 answers come within 50 ms; on a machine that others use, in one of several rounds."""
        rounds = []
        for _ in range(5):
            times = [self.ask_health() for _ in range(1000 if LONG else 300)]
            rounds.append(statistics.quantiles(times, n=100)[98])
            if rounds[-1] < 0.05:
                return
        self.fail(f"p99 in s: {rounds}")

    def test_half_open_and_idle_connections(self):
        self.start(header_s=60, idle_s=60)
        before = self.server.resident_bytes()
        self.open(1000, b"GET /health HTTP/1.1\r\nHost: local")
        self.open(1000)
        for client in self.clients[1000:]:
            client.sendall(HEALTH)
        for client in self.clients[1000:]:
            self.assertEqual(support.status_of(client.recv(65536)), 200)
        self.check_health()
        self.assertLess((self.server.resident_bytes() - before) / 2000, 16 << 10, "bytes for a connection")
        # All of them are still served.
        for client in self.clients[:1000]:
            client.sendall(b"host\r\n\r\n")
        for client in self.clients[:1000]:
            self.assertEqual(support.status_of(client.recv(65536)), 200)

    def test_more_connections_than_are_allowed(self):
        self.start(connections=200)
        self.open(400, b"GET /hea")
        self.check_health()
        self.assertEqual(self.server.process.poll(), None)

    def test_more_connections_than_open_files(self):
        self.start(connections=100000)
        self.open(500, b"GET /hea")
        self.check_health()

    def test_slow_readers(self):
        """Each asks for an endless answer and takes nothing or a little; memory stays bounded, and they are dropped."""
        self.start(send_s=1)
        self.open(20, b"GET /forever HTTP/1.1\r\nHost: localhost\r\n\r\n", receive_bytes=4096)
        self.check_health()

        def dropped():
            for client in self.clients:
                try:
                    client.recv(1, socket.MSG_DONTWAIT)
                except OSError:
                    pass
            return sum(entry["path"] == "/forever" for entry in self.server.log()) == 20

        support.wait_for(dropped, "slow readers are dropped")
        self.check_health()
        self.assertLess(self.server.resident_bytes(), 20 * (20 << 20))

    def test_uploads_without_end(self):
        self.start(body_s=1)
        self.open(100, b"POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n\r\nx")
        before = self.server.resident_bytes()
        self.check_health()
        self.assertLess(self.server.resident_bytes() - before, 20 << 20, "what is announced takes no memory")
        for client in self.clients:
            self.assertEqual(support.status_of(client.recv(65536)), 408)


if __name__ == "__main__":
    unittest.main()
