"""Hostile requests to the whole server: right status, nothing leaked, nothing stuck."""

import json
import os
import random
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import ROOT, TINY, Server, ServerTest, main  # noqa: E402


def wav(seconds=1.0, rate=32000, comment=b""):
    data = b"\x00\x10" * int(seconds * rate)
    info = b"INFOICMT" + struct.pack("<I", len(comment)) + comment + b"\x00" * (len(comment) % 2)
    chunks = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16)
    if comment:
        chunks += b"LIST" + struct.pack("<I", len(info)) + info
    chunks += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def crc(data, polynomial, bits):
    value = 0
    for byte in data:
        value ^= byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ (polynomial if value >> (bits - 1) else 0)) & ((1 << bits) - 1)
    return value


def flac_of_silence(seconds, rate):
    """A mono file whose frames are one constant each."""
    block = 65535
    frames = seconds * rate // block
    info = struct.pack(">HH", block, block) + bytes(6)
    info += struct.pack(">Q", rate << 44 | 15 << 36 | frames * block) + bytes(16)
    pieces = [b"fLaC\x80" + len(info).to_bytes(3, "big") + info]
    for number in range(frames):
        coded = chr(number).encode() if number < 0x800 else bytes(
            (0xE0 | number >> 12, 0x80 | number >> 6 & 63, 0x80 | number & 63))
        head = b"\xff\xf8\x70\x08" + coded + struct.pack(">H", block - 1)
        frame = head + bytes([crc(head, 0x07, 8)]) + b"\x00\x00\x00"
        pieces.append(frame + struct.pack(">H", crc(frame, 0x8005, 16)))
    return b"".join(pieces)


class Bodies(ServerTest):
    arguments = ("--max-upload-mib", "2", "--max-json-kib", "64")

    def test_200_malformed_bodies(self):
        chance = random.Random(7)
        good = json.dumps({"input": "a prompt", "audio_length": 0.1, "seed": 1}).encode()
        paths = ("/v1/audio/generate", "/v1/audio/speech", "/v1/music", "/v1/sound-generation", "/v1/predictions",
                 "/models/x", "/api/juce/process_audio", "/api/juce/retry_music")
        for i in range(200):
            body = bytearray(good)
            for _ in range(chance.randint(1, 6)):
                at = chance.randrange(len(body))
                kind = chance.randrange(3)
                if kind == 0:
                    body[at] = chance.randrange(256)
                elif kind == 1:
                    del body[at:at + chance.randint(1, 8)]
                else:
                    body[at:at] = bytes(chance.randrange(256) for _ in range(4))
                body = body or bytearray(b"{")
            answer = self.server.post(paths[i % len(paths)], bytes(body), headers={"Content-Type": "application/json"})
            self.assertIn(answer.status, (200, 400, 404, 422), (bytes(body), answer.body))
            json.loads(answer.body) if answer.status != 200 else None

    def test_limits_hold_before_reading(self):
        for path, size in (("/v1/audio/speech", 65 << 10), ("/v1/audio/generate", 3 << 20)):
            connection = self.server.open()
            connection.putrequest("POST", path)
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(size))
            connection.endheaders()
            self.assertEqual(connection.getresponse().status, 413)
            connection.close()

    def test_uploads_that_are_bombs_or_none(self):
        silence = wav(700, 8000)  # longer than ten minutes, and larger than the limit
        self.assertEqual(self.upload(silence), 413)
        for data in (b"", b"RIFF", b"fLaC" + b"\xff" * 1000, wav()[:40], b"\x00" * 100000, os.urandom(100000)):
            self.assertEqual(self.upload(data), 400)
        self.assertEqual(self.upload(wav(0.5, comment=b"\r\nSet-Cookie: x=1\r\n\x1b[31m" * 100)), 200)

    def test_a_flac_of_ten_hours_of_silence(self):
        """Fifty kilobytes of it: decoded as far as the limit, not further."""
        bomb = flac_of_silence(36000, 32000)
        self.assertLess(len(bomb), 2 << 20)
        answer = self.server.upload("/v1/audio/generate", {"input": "x", "audio_length": "0.6"}, {"audio_prompt": bomb})
        self.refuse(answer, 400, "audio_prompt", "audio_prompt")

    def upload(self, data):
        fields = {"input": "x", "audio_length": "0.6", "prompt_duration": "0.2"}
        return self.server.upload("/v1/audio/generate", fields, {"audio_prompt": data}).status

    def test_traversal_finds_nothing(self):
        for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "/v1/../../../etc/passwd",
                     "/static/../../etc/passwd", "//etc/passwd", "/\\..\\etc"):
            answer = self.server.ask("GET", path)
            self.assertIn(answer.status, (400, 404), path)
            self.assertNotIn(b"root:", answer.body)

    def test_errors_tell_nothing_of_the_machine(self):
        for answer in (self.server.generate(input="x", model="../../secret"),
                       self.server.generate(input="x\x00y", audio_length=0.1),
                       self.server.upload("/v1/audio/generate", {"input": "x"}, {"audio_prompt": b"x"})):
            self.assertIn(answer.status, (400, 404))
            body = answer.body.replace(TINY.encode(), b"")  # the model's name, as it was given
            for place in (b"/tmp", b"/proc", ROOT.encode()):
                self.assertNotIn(place, body)


class Log(ServerTest):
    def test_one_line_for_each_request_whatever_it_says(self):
        with Server("--access-log", "-") as server:
            server.ask("GET", "/x%0a%7b%22forged%22:1%7d")
            server.ask("GET", "/%1b%5b31mred")
            server.ask("GET", "/v1/models?secret=prompt")
            server.generate(input="a secret prompt", audio_length=0.1)
            server.terminate()
            server.process.wait()
            for reader in server._readers:
                reader.join(5)
            lines = server.output.decode().splitlines()
        records = [json.loads(line) for line in lines]
        self.assertTrue(all({"time", "method", "path", "status", "seconds"} <= set(record) for record in records))
        self.assertNotIn("forged", [key for record in records for key in record])
        text = "\n".join(lines)
        self.assertNotIn("secret", text)
        self.assertNotIn("\x1b", text)
        self.assertEqual([r["status"] for r in records if r["path"].startswith("/v1/audio/generate")], [200])


if __name__ == "__main__":
    main()
