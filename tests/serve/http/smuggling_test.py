#!/usr/bin/env python3
"""Request smuggling: a proxy in front and the server never disagree on where requests begin and end.

Each form is sent with paths of its own, to the server itself and through nginx (that gathers bodies, and that passes
them on) and HAProxy, all of which keep their connections to the server open. Judged by counting: the server sees the
requests that the proxy passed on, and no other.
"""

import collections
import concurrent.futures
import os
import threading
import unittest

import support

CHUNKED = "Transfer-Encoding: chunked\r\n"
SMUGGLED = "GET /item/s HTTP/1.1\r\nHost: localhost\r\nX: "


def post(headers, body="", version="1.1", first="POST /item/v HTTP/1.1"):
    first = first.replace("HTTP/1.1", f"HTTP/{version}")
    return f"{first}\r\nHost: localhost\r\n{headers}\r\n{body}"


def with_length(more, body):
    return post(f"Content-Length: {len(body)}\r\n{more}", body)


def chunks(headers, size_line="0", rest="\r\n\r\n" + SMUGGLED):
    return post(headers, size_line + rest)


def forms():
    """The known forms by name; /echo takes bodies, v is the request that is seen and s the one in its body."""
    tail = "0\r\n\r\n" + SMUGGLED
    one = "1\r\nA\r\n0\r\n\r\n" + SMUGGLED
    yield "CL.TE", with_length(CHUNKED, tail)
    yield "TE.CL", post(CHUNKED + "Content-Length: 4\r\n", "5c\r\n" + SMUGGLED + "\r\n0\r\n\r\n")
    yield "CL.0", with_length("", SMUGGLED)
    yield "0.CL", post("", SMUGGLED)
    for name, value in {
            "TE.TE unknown first": "gzip, chunked", "TE.TE unknown last": "chunked, gzip", "identity": "identity",
            "TE in capitals": "CHUNKED", "TE quoted": '"chunked"', "TE in a list": ",chunked", "TE with parameter":
            "chunked;q=1", "TE with vertical tab": "\vchunked", "TE with form feed": "chunked\f", "TE with tab":
            "\tchunked", "TE with NUL": "chunked\0", "TE twice in one": "chunked, chunked", "TE empty": "",
            "TE xchunked": "xchunked", "TE with next line": "chunked\x85", "TE with no-break space": "\xa0chunked"
    }.items():
        yield name, with_length(f"Transfer-Encoding: {value}\r\n", tail)
        yield name + " alone", post(f"Transfer-Encoding: {value}\r\n", tail)
    for name, line in {
            "TE with space before colon": "Transfer-Encoding : chunked\r\n", "TE with tab before colon":
            "Transfer-Encoding\t: chunked\r\n", "TE with underscore": "Transfer_Encoding: chunked\r\n", "TE folded":
            "Transfer-Encoding:\r\n chunked\r\n", "TE behind a fold": "X: y\r\n Transfer-Encoding: chunked\r\n",
            "TE behind bare LF": "X: y\nTransfer-Encoding: chunked\r\n", "TE behind bare CR":
            "X: y\rTransfer-Encoding: chunked\r\n", "TE with a space in front": " Transfer-Encoding: chunked\r\n",
            "TE with bare LF": "Transfer-Encoding: chunked\n", "TE twice": CHUNKED + CHUNKED, "TE and identity":
            CHUNKED + "Transfer-Encoding: identity\r\n", "TE without value": "Transfer-Encoding\r\n", "TE named by Connection":
            "Connection: Transfer-Encoding\r\n" + CHUNKED
    }.items():
        yield name, with_length(line, tail)
        yield name + " alone", post(line, one)
    yield "chunks in HTTP/1.0", post(CHUNKED, tail, version="1.0")
    yield "CL.TE in HTTP/1.0", post(f"Content-Length: {len(tail)}\r\nConnection: keep-alive\r\n{CHUNKED}", tail, version="1.0")
    size = len(SMUGGLED)
    for name, lengths in {
            "CL twice, alike": (size, size), "CL twice, unlike": (0, size), "CL twice, unlike, otherwise": (size, 0)}.items():
        yield name, post("".join(f"Content-Length: {length}\r\n" for length in lengths), SMUGGLED)
    for name, value in {
            "CL with plus": f"+{size}", "CL negative": "-1", "CL list": f"{size}, {size}", "CL list, unlike": f"0, {size}",
            "CL hexadecimal": "0x10", "CL with zeros": f"000{size}", "CL empty": "", "CL with a word": f"{size} x",
            "CL huge": "18446744073709551616", "CL fraction": "0.0", "CL with tab": f"\t{size}", "CL with underscore": "1_0"
    }.items():
        yield name, post(f"Content-Length: {value}\r\n", SMUGGLED)
    yield "CL with space before colon", post(f"Content-Length : {size}\r\n", SMUGGLED)
    yield "CL folded", post(f"Content-Length:\r\n {size}\r\n", SMUGGLED)
    yield "CL named by Connection", post(f"Connection: Content-Length\r\nContent-Length: {size}\r\n", SMUGGLED)
    yield "CL of a GET", post(f"Content-Length: {size}\r\n", SMUGGLED, first="GET /item/v HTTP/1.1")
    yield "chunks of a GET", post(CHUNKED, tail, first="GET /item/v HTTP/1.1")
    for name, line in {
            "chunk with plus": "+0", "chunk with 0x": "0x0", "chunk with space": "0 ", "chunk with extension": "0;a=b",
            "chunk with quoted LF": '0;a="\n"', "chunk with bare LF extension": "0;\nx", "chunk negative": "-0", "chunk empty": "",
            "chunk overflow": "10000000000000000", "chunk with underscore": "0_0", "chunk with space in front": " 0"}.items():
        yield name, chunks(CHUNKED, line)
    yield "chunk lines end in LF", post(CHUNKED, "0\n\n" + SMUGGLED)
    yield "chunk lines end in CR", post(CHUNKED, "0\r\r" + SMUGGLED)
    yield "chunk without its end", post(CHUNKED, "1\r\nA0\r\n\r\n" + SMUGGLED)
    yield "chunk longer than told", post(CHUNKED, "1\r\nAB\r\n0\r\n\r\n" + SMUGGLED)
    yield "trailers", post(CHUNKED, "0\r\nX: y\r\n\r\n" + SMUGGLED)
    yield "trailer Content-Length", post(CHUNKED, f"0\r\nContent-Length: {size}\r\n\r\n" + SMUGGLED)
    yield "trailer Transfer-Encoding", post(CHUNKED, "0\r\nTransfer-Encoding: chunked\r\n\r\n" + SMUGGLED)
    yield "last chunk without empty line", post(CHUNKED, "0\r\n" + SMUGGLED)
    yield "bare LF everywhere", post(f"Content-Length: {size}\r\n", SMUGGLED).replace("\r\n", "\n")
    yield "head ends in LF LF", f"POST /item/v HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\n\n{SMUGGLED}"
    yield "empty line in front", "\r\n" + post("", SMUGGLED, first="GET /item/v HTTP/1.1")
    yield "space in the path", post("", SMUGGLED, first="GET /item/v HTTP/1.1 HTTP/1.1")
    yield "two hosts", post("Host: evil.example\r\n", SMUGGLED, first="GET /item/v HTTP/1.1")
    yield "absolute target", post("", SMUGGLED, first="GET http://evil.example/item/v HTTP/1.1")
    yield "Expect with body", post(f"Expect: 100-continue\r\nContent-Length: {size}\r\n", SMUGGLED)
    yield "Expect odd", post(f"Expect: y 100-continue\r\nContent-Length: {size}\r\n", SMUGGLED)
    yield "Upgrade h2c", post("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n",
                              SMUGGLED, first="GET /item/v HTTP/1.1")
    yield "version 1.2", post(f"Content-Length: {size}\r\n", SMUGGLED, version="1.2")
    yield "version 2.0", post(f"Content-Length: {size}\r\n", SMUGGLED, version="2.0")


def numbered():
    """(name, bytes, number): each form to a route without body (/item) and to one with (/echo)."""
    for name, text in forms():
        for route in ("item", "echo"):
            yield f"{name}, {route}", text, route


class SmugglingTest(unittest.TestCase):
    def setUp(self):
        self.folder = support.folder_for(self)
        self.server = support.EchoServer(self.folder, header_s=2, body_s=2)
        self.addCleanup(self.server.stop)

    def send_all(self, port):
        """Returns the forms' names by number, and their answers. Odd forms go in two pieces of a second apart."""
        cases = list(numbered())

        def send(number):
            _, text, route = cases[number]
            data = text.replace("/item/s", f"/item/s{number}").replace("/item/v", f"/{route}/v{number}")
            return support.exchange(port, data.encode("latin-1"), quiet_s=0.5)

        with concurrent.futures.ThreadPoolExecutor(24) as pool:
            answers = list(pool.map(send, range(len(cases))))
        return [case[0] for case in cases], answers

    def server_saw(self):
        return collections.Counter((entry["method"], entry["path"]) for entry in self.server.log())

    def test_the_server_alone_answers_no_smuggled_request(self):
        names, answers = self.send_all(self.server.port)
        self.assertGreaterEqual(len(names), 80)
        # What is behind a complete request is the next one: these are two requests, for all who read them.
        two = ("0.CL", "Upgrade h2c", "CL with tab", "CL with zeros", "TE with tab")
        for number, name in enumerate(names):
            with self.subTest(name):
                if any(name.startswith(one) for one in two):
                    continue
                smuggled = [key for key in self.server_saw() if key[1] == f"/item/s{number}"]
                self.assertEqual(smuggled, [])
                self.assertGreaterEqual(support.status_of(answers[number][0]), 400)

    def check_behind(self, kind):
        if not os.path.exists(kind.PROGRAM):
            self.skipTest(f"{kind.PROGRAM} is not installed")
        proxy = kind(self.folder, self.server.port, kind.__name__.lower())
        self.addCleanup(proxy.stop)
        stop = threading.Event()
        wrong = []

        def mark():
            """Honest requests meanwhile get their own answers: connections to the server are shared."""
            number = 0
            while not stop.is_set():
                number += 1
                answer, _ = support.exchange(
                    proxy.port, f"GET /item/m{number} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                if not answer.endswith(f"\r\n\r\nm{number}".encode()):
                    wrong.append((number, answer))

        marker = threading.Thread(target=mark)
        marker.start()
        names, _ = self.send_all(proxy.port)
        stop.set()
        marker.join()
        self.assertEqual(wrong, [])
        support.wait_for(lambda: self.differences(proxy, names) == {} or self.settled(proxy), "the logs do not settle")
        self.assertEqual(self.differences(proxy, names), {})

    def settled(self, proxy):
        before = (len(proxy.seen()), len(self.server.log()))
        threading.Event().wait(2.5)
        return before == (len(proxy.seen()), len(self.server.log()))

    def differences(self, proxy, names):
        """By form: what the proxy passed on and what the server saw, where these are not the same."""
        passed, saw = collections.Counter(proxy.seen()), self.server_saw()
        found = {}
        for key in set(passed) | set(saw):
            if passed[key] != saw[key]:
                number = "".join(c for c in key[1] if c.isdigit())
                name = names[int(number)] if number and key[1][6:7] in "sv" else ""
                found[(name, *key)] = (passed[key], saw[key])
        return found

    def test_nginx(self):
        self.check_behind(support.Nginx)

    def test_nginx_that_passes_bodies_on(self):
        self.check_behind(support.UnbufferedNginx)

    def test_haproxy(self):
        self.check_behind(support.Haproxy)


if __name__ == "__main__":
    unittest.main()
