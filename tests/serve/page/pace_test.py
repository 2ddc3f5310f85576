"""A stream that comes little faster than it is heard never runs dry in the page's player.

How fast a model is depends on the machine; here the sound of a fast one comes through a relay that lets it pass in a
model's pieces at 1.1 times real time, and once stands still as another request may make it.
"""

import asyncio
import contextlib
import threading

from browser import SAMPLE_RATE_HZ, TINY, PageTest, main

SPEED = 1.1  # times real time
FRAME_BYTES = 640 * 2  # of a step's sound
FIRST_BYTES, PIECE_BYTES = 11 * FRAME_BYTES, 8 * FRAME_BYTES
STANDS_STILL_S = 0.15
STANDS_STILL_AT_BYTES = 2 * 2 * SAMPLE_RATE_HZ  # two seconds
ROUTE = b"POST /v1/audio/generate"
METHODS = (b"GET ", b"POST ", b"PATCH ", b"DELETE ")
END_OF_CHUNKS = b"\r\n0\r\n\r\n"
SECONDS = 30


class PacedRelay:
    """Between browsers and a server, in a thread of its own."""

    def __init__(self, port):
        self.server_port = port
        listens = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(listens)))
        self._thread.start()
        listens.wait()

    async def _run(self, listens):
        self._loop, self._closed = asyncio.get_running_loop(), asyncio.Event()
        listening = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.port = listening.sockets[0].getsockname()[1]
        listens.set()
        await self._closed.wait()

    def close(self):
        self._loop.call_soon_threadsafe(self._closed.set)
        self._thread.join()

    async def _connection(self, browser_in, browser_out):
        server_in, server_out = await asyncio.open_connection("127.0.0.1", self.server_port)
        arrived = asyncio.Queue()
        paced = False

        async def questions():
            nonlocal paced
            while data := await browser_in.read(1 << 16):
                if data.startswith(METHODS):
                    paced = data.startswith(ROUTE)
                server_out.write(data)
            server_out.close()

        async def answers():
            while data := await server_in.read(1 << 16):
                arrived.put_nowait(data)
            arrived.put_nowait(b"")

        async def deliver():
            while data := await arrived.get():
                if paced:
                    await self._deliver_stream(data, arrived, browser_out)
                else:
                    browser_out.write(data)
            browser_out.close()

        with contextlib.suppress(asyncio.CancelledError):  # the relay is closed
            await asyncio.gather(questions(), answers(), deliver(), return_exceptions=True)

    async def _deliver_stream(self, data, arrived, browser_out):
        begun = self._loop.time()
        sent, size = 0, FIRST_BYTES
        while data:
            if len(data) < size and not data.endswith(END_OF_CHUNKS):
                data += await arrived.get()
                continue
            due = begun + sent / (2 * SAMPLE_RATE_HZ * SPEED) + STANDS_STILL_S * (sent > STANDS_STILL_AT_BYTES)
            await asyncio.sleep(due - self._loop.time())
            browser_out.write(data[:size])
            sent += PIECE_BYTES  # as many as it takes to make the next
            data, size = data[size:], PIECE_BYTES


class Pace(PageTest):
    MODEL = TINY

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relay = PacedRelay(cls.server.port)
        cls.addClassCleanup(cls.relay.close)
        cls.addClassCleanup(cls.browser.close)  # first, and its connections with it
        cls.server.port = cls.relay.port

    def test_it_never_runs_dry(self):
        page = self.open()
        self.fill(page, seconds=SECONDS)
        page.get_by_role("button", name="Generate").click()
        self.until(lambda: self.played(page)[0] > 1)
        self.assertEqual(page.locator("#stage.making").count(), 1)
        self.until(lambda: self.played(page)[0] > SECONDS - 0.5)
        self.assert_unbroken(page)


if __name__ == "__main__":
    main()
