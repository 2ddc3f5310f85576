#!/usr/bin/env python3
"""Two hundred kinds of malformed heads and bodies: each is refused with a status of its own kind and the connection
ends, whole or byte by byte; the server goes on, leaks no memory and logs one line for each."""

import concurrent.futures
import itertools
import unittest

import support

HOST = "Host: localhost\r\n"


def head(first="GET /item/a HTTP/1.1", headers=HOST, end="\r\n"):
    return f"{first}\r\n{headers}{end}"


def first_lines():
    yield from ("GET", "GET ", "GET /item/a", "GET /item/a ", "GET  /item/a HTTP/1.1", "GET /item/a  HTTP/1.1",
                " GET /item/a HTTP/1.1", "GET /item/a HTTP/1.1 ", "GET /item/a HTTP/1.1 x", "GET\t/item/a\tHTTP/1.1",
                "GET /item/a b HTTP/1.1", "/item/a HTTP/1.1", "GET /item/a HTTP/1.1\t", "", " ", "  ", "HTTP/1.1 200 OK",
                "G\0T /item/a HTTP/1.1", "G(T /item/a HTTP/1.1", "G\xc4T /item/a HTTP/1.1", "GET: /item/a HTTP/1.1",
                '"GET" /item/a HTTP/1.1', "GET /item/a\0 HTTP/1.1", "GET /item/\x7f HTTP/1.1", "GET /item/\xc4 HTTP/1.1",
                "GET /item/\x0b HTTP/1.1", "GET /item/a\rx HTTP/1.1", "GET item/a HTTP/1.1", "GET * HTTP/1.1",
                "GET localhost:80 HTTP/1.1", "CONNECT localhost:80 HTTP/1.1", "GET http://localhost/item/a HTTP/1.1",
                "GET //evil.example/%2e%2e HTTP/1.1", "GET /item/../health HTTP/1.1", "GET /./health HTTP/1.1",
                "GET /item/%2e%2e/health HTTP/1.1", "GET /item/%2fetc HTTP/1.1", "GET /item/%5c HTTP/1.1", "GET /item/\\ HTTP/1.1",
                "GET /item/%00 HTTP/1.1", "GET /item/%0d%0a HTTP/1.1", "GET /item/%zz HTTP/1.1", "GET /item/% HTTP/1.1",
                "GET /item/%4 HTTP/1.1", "GET /item/%ff HTTP/1.1", "GET /item/%c0%af HTTP/1.1", "GET /item/a#b HTTP/1.1",
                "GET /item/a?x=%zz HTTP/1.1", "GET /item/a?x=%ff HTTP/1.1", "GET /item/a?" + "a=1&" * 101 + " HTTP/1.1",
                "GET /" + "x" * 20000 + " HTTP/1.1", "GET /item/a?" + "x" * 20000 + " HTTP/1.1", "G" * 20000)
    yield from ("GET /item/a " + version
                for version in ("HTTP", "HTTP/", "HTTP/1", "HTTP/1.", "HTTP/.1", "HTTP/1.1.1", "HTTP/11", "HTTP/01.1", "HTTP/1.01",
                                "http/1.1", "HTTP/1,1", "HTTP/-1.1", "HTTP/1.x", "HTTP/x.1", "HTTPS/1.1", "HTP/1.1", "HTTP/0.9",
                                "HTTP/1.2", "HTTP/2.0", "HTTP/3", "HTTP/9.9", "ICY/1.1", "RTSP/1.0"))


def header_lines():
    yield from ("X", "X ", ":", ": y", " X: y", "\tX: y", "X : y", "X\t: y", "X y: z", "X\0: y", "X: \0", "X: \x01", "X: \x7f",
                "X: \x1b[31m", "X(: y", "X@: y", "\xc4: y", "X: y\r\n z", "X: y\r\n\tz", "X: y\rZ: z", "X: y\nZ: z", "X: y\n", "X: y\r",
                "\x0bX: y", "X[]: y", "X,Y: z", "X;Y: z", '"X": y', "X/Y: z", "X=Y: z", "{X}: y", "X?: y", "X: " + "y" * 20000,
                "X" * 20000 + ": y", "\r\n".join(f"X{i}: y" for i in range(101)), "X:" + " " * 20000 + "y")
    # Their lengths in doubt.
    yield from (f"Content-Length: {value}" for value in ("", "-1", "+1", "1.0", "1e1", "0x1", "1 1", "1,1", "1;", "one", "\xb2", "NaN",
                                                         "99999999999999999999", "18446744073709551615000", "1\v", "'1'"))
    yield from (f"Transfer-Encoding: {value}"
                for value in ("", "gzip", "deflate", "br", "compress", "identity", "chunked, chunked", "gzip, chunked", "chunked, gzip",
                              "chunked;x", "Chunked", "CHUNKED", "chunke", "chunkedd", "'chunked'", '"chunked"', ",", ", chunked",
                              "chunked,", "trailers"))
    yield from ("Content-Length: 1\r\nContent-Length: 1", "Content-Length: 1\r\nContent-Length: 2",
                "Content-Length: 1\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 1",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Trailer: X", "Content-Length: 1, 2")


def host_lines():
    yield from ("", "X: y\r\n", HOST + HOST, "Host:\r\n", "Host: \r\n", "Host: evil.example\r\n", "Host: localhost.\r\n",
                "Host: localhost, evil.example\r\n", "Host: localhost@evil.example\r\n", "Host: evil.example#localhost\r\n",
                "Host: localhost:x\r\n", "Host: localhost:123456\r\n", "Host: localhost:80:80\r\n", "Host: [::1\r\n",
                "Host: [::2]\r\n", "Host: [localhost]\r\n", "Host: ::1\r\n", "Host: 127.0.0.2\r\n", "Host: 127.1\r\n",
                "Host: 0.0.0.0\r\n", "Host: http://localhost\r\n", "Host: localhost/\r\n", "Host: local host\r\n", "Host: \xe4\r\n")


def bodies():
    chunked = head("POST /echo HTTP/1.1", HOST + "Transfer-Encoding: chunked\r\n")
    yield from (chunked + text
                for text in ("\r\n", "x\r\n", "g\r\nA\r\n", "-1\r\nA\r\n", "+1\r\nA\r\n", " 1\r\nA\r\n", "1 \r\nA\r\n", "1;\r\nA\r\n",
                             "1;a\r\nA\r\n", "1;a=b\r\nA\r\n", '1;a="b"\r\nA\r\n', "0x1\r\nA\r\n", "1\nA\n0\n\n", "1\r\nAB\r\n", "1\r\nA0\r\n\r\n",
                             "1\r\nA\rx", "1\r\r\nA\r\n", "FFFFFFFFFFFFFFFFF\r\n", "FFFFFFFFFFFFFFFF\r\n", "100001\r\n",
                             "0\r\nX: y\r\n\r\n", "0\r\nContent-Length: 1\r\n\r\n", "0\r\nX\r\n\r\n", "0\r\n X: y\r\n\r\n", "0;a\r\n\r\n",
                             "0" * 100, "0" * 100 + "1\r\nA\r\n", "1" * 100, "0\r\n" + "x" * 100, "1;" + "x" * 100, "\0\r\n", "1\0\r\nA\r\n",
                             "1\tA\r\n", "1\r\nA\r\n\r\n0\r\n\r\n", "1\r\nA\r\n;\r\n\r\n"))
    yield from (head(first, HOST + more) for first, more in (
        ("POST /echo HTTP/1.1", "Content-Length: 1048577\r\n"), ("POST /upload HTTP/1.1", "Content-Length: 52428801\r\n"),
        ("GET /item/a HTTP/1.1", "Content-Length: 1\r\n"), ("GET /item/a HTTP/1.1", "Transfer-Encoding: chunked\r\n"),
        ("POST /echo HTTP/1.0", "Transfer-Encoding: chunked\r\n"), ("POST /echo HTTP/1.1", "Content-Length: 1\r\nExpect: y\r\n")))


def other_protocols():
    yield from ("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\0" * 100, "\xff\xfe", "SSH-2.0-OpenSSH_9\r\n",
                "\x04\x01\0\x50", "\x05\x01\0", "EHLO localhost\r\n", "*1\r\n$4\r\nPING\r\n", "\r\n", "\n", "\r\n\r\n", "{}\r\n", "<html>\r\n")


def all_kinds():
    yield from (head(line) for line in first_lines())
    yield from (head("POST /echo HTTP/1.1", HOST + line + "\r\n") for line in header_lines())
    yield from (head(headers=lines) for lines in host_lines())
    yield from bodies()
    yield from other_protocols()


class MalformedTest(unittest.TestCase):
    def setUp(self):
        self.server = support.EchoServer(support.folder_for(self), header_s=5, body_s=1)
        self.addCleanup(self.server.stop)
        self.kinds = [text.encode("latin-1") for text in all_kinds()]

    def send_all(self, kinds, pieces):
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            return list(pool.map(lambda data: support.exchange(self.server.port, data, pieces=pieces), kinds))

    def check(self, kinds, answers):
        for data, (answer, ended) in zip(kinds, answers):
            with self.subTest(data[:200]):
                # 408 where the client of such a chunk could as well go on.
                expected = (400, 408, 413) if b"chunked\r\n\r\n" in data else (400, 413, 414, 417, 421, 431, 505)
                self.assertIn(support.status_of(answer), expected)
                self.assertTrue(ended)
                self.assertEqual(answer.count(b"\r\nDate: "), 1)
                self.assertIn(b"\r\nConnection: close\r\n", answer)
                self.assertIn(b'{"error":{"message":"', answer)
                # Nothing of the request comes back in words, where a page or a terminal might read it.
                self.assertNotIn(b"evil", answer)
                self.assertNotIn(b"\x1b", answer)

    def test_each_is_refused(self):
        self.assertGreaterEqual(len(self.kinds), 200)
        self.check(self.kinds, self.send_all(self.kinds, pieces=False))
        health = support.exchange(self.server.port, head("GET /health HTTP/1.1", HOST + "Connection: close\r\n").encode())
        self.assertEqual(support.status_of(health[0]), 200)
        support.wait_for(lambda: len(self.server.log()) == len(self.kinds) + 1, "the log holds a line for each")

    def test_each_is_refused_byte_by_byte(self):
        kinds = [data for data in self.kinds if len(data) < 200]
        self.check(kinds, self.send_all(kinds, pieces=True))

    def test_memory_stays(self):
        self.send_all(self.kinds, pieces=False)
        before = self.server.resident_bytes()
        for _ in range(3):
            self.send_all(self.kinds, pieces=False)
        self.assertLess(self.server.resident_bytes() - before, 2 << 20)

    def test_cut_anywhere(self):
        """What ends in the middle is answered by silence or a refusal, never by what it asked for."""
        whole = head("POST /echo HTTP/1.1", HOST + "Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n0\r\n\r\n"
        for length in itertools.chain(range(1, len(whole))):
            with support.connect(self.server.port) as client:
                client.sendall(whole[:length].encode())
                client.shutdown(1)
                self.assertNotIn(b"200 OK", client.recv(65536))


if __name__ == "__main__":
    unittest.main()
