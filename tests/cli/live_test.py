"""Music without end: steered by lines of stdin, heard from stdout."""

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import termios
import time

import support
from support import BINARY, MODEL, CliTest, environment

HEAD = 44  # bytes of a WAV file before its samples
STEP_BYTES = 2 * 640
LIVE = ("live", "-m", MODEL, "-s", "1", "--ahead", "0")


def steer(**fields):
    return json.dumps(fields) + "\n"


def held(pipe):
    """How many bytes wait in a pipe."""
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0]


def has_pending(process, number):
    """Whether a signal was sent that the process has not taken yet."""
    with open(f"/proc/{process.pid}/status") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["ShdPnd"], 16) >> (number - 1) & 1


class LiveTest(CliTest):
    def start(self, *arguments, **options):
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, **options}
        process = subprocess.Popen([BINARY, *LIVE, *map(str, arguments)], env=environment(), stderr=subprocess.PIPE,
                                   bufsize=0, **streams)
        self.addCleanup(self.stop, process)
        return process

    @staticmethod
    def stop(process):
        process.kill()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                pipe.close()
        process.wait()

    def live(self, *arguments, lines="", status=0):
        """The bytes of stdout and the lines of stderr. All lines are there before the program starts."""
        with open(self.path("lines"), "wb") as file:
            file.write(lines if isinstance(lines, bytes) else lines.encode())
        with open(self.path("lines"), "rb") as file:
            process = self.start(*arguments, stdin=file)
        out, err = process.communicate(timeout=support.TIMEOUT_S)
        self.assertEqual(process.returncode, status, err)
        return out, err.decode().splitlines()

    def generated(self, *arguments):
        return self.succeed("generate", "-m", MODEL, "-s", "1", "-o", "-", *arguments).bytes[HEAD:]


class Steering(LiveTest):
    def test_unsteered_it_is_what_generate_makes(self):
        out, err = self.live("x", "-d", "1.5")
        self.assertEqual(out[HEAD:], self.generated("x", "-d", "1.5"))
        self.assertEqual(out[4:8] + out[40:44], b"\xff" * 8)  # of no known length
        self.assertEqual(err, [])

    def test_steered_from_the_first_step_it_is_what_generate_makes(self):
        for fields, flags in (({"prompt": "y é"}, ["y é"]), ({"cfg_coef": 1.5}, ["x", "--cfg-coef", "1.5"]),
                              ({"temperature": 0.5, "top_k": 7}, ["x", "--temperature", "0.5", "--top-k", "7"]),
                              ({"top_p": 0.5}, ["x", "--top-p", "0.5"])):
            out, err = self.live("x", "-d", "1", lines=steer(at_step=0, **fields))
            self.assertEqual(out[HEAD:], self.generated(*flags, "-d", "1"), fields)
            self.assertEqual(err, ["steering holds from step 0 (0 s)"])

    def test_the_same_step_gives_the_same_music_whenever_the_line_comes(self):
        line = steer(prompt="y", cfg_coef=1, at_step=150)
        out, err = self.live("x", "-d", "4", lines=line)
        self.assertEqual(err, ["steering holds from step 150 (3 s)"])
        plain, _ = self.live("x", "-d", "4")
        self.assertEqual(out[:HEAD + 140 * STEP_BYTES], plain[:HEAD + 140 * STEP_BYTES])
        self.assertNotEqual(out, plain)
        # A listener who takes nothing holds it up after the second that a pipe holds.
        process = self.start("x", "-d", "4", "-t", "1")
        head = process.stdout.read(HEAD)
        process.stdin.write(line.encode())
        rest, _ = process.communicate(timeout=support.TIMEOUT_S)
        self.assertEqual(head + rest, out)

    def test_it_begins_with_the_first_line(self):
        expected = self.generated("y", "--top-k", "5", "-d", "1")
        process = self.start("-d", "1", "--top-k", "5")
        time.sleep(0.2)  # it waits for the line, whenever it comes
        out, _ = process.communicate(b"\n  \ny\n", timeout=support.TIMEOUT_S)
        self.assertEqual(out[HEAD:], expected)
        out, _ = self.live("-d", "1", lines=steer(prompt="y", top_k=5))
        self.assertEqual(out[HEAD:], expected)
        out, _ = self.live("-d", "1", "--top-k", "5", lines="y")  # without an end of line
        self.assertEqual(out[HEAD:], expected)

    def test_bad_lines_cost_a_sentence_each(self):
        bad = ["{", '{"cfg_coef": "high"}', '{"cfg_coef": -1}', '{"top_k": 1.5}', '{"top_p": 2}', '{"at_step": 5}', "{}",
               '{"prompt": 1}', '{"prompt": "a\\u0000b"}', '{"tempo": 1}', '{"top_k": 1, "top_k": 2}', '{"at_step": -1}',
               '{"temperature": null}', "[" * 10 + "{" * 300, "x" * (1 << 20) + "y"]
        bad[13] = "{" + bad[13]
        out, err = self.live("x", "-d", "1", lines=steer(prompt="y", at_step=0) + "\n".join(bad))
        self.assertEqual(out[HEAD:], self.generated("y", "-d", "1"))
        err.remove("steering holds from step 0 (0 s)")
        self.assertEqual(len(err), len(bad), err)
        for i in range(len(bad)):
            self.assertTrue(err[i].startswith(f"musicgen: stdin, line {i + 2}: "), err)
        for line, words in ((1, 'cfg_coef: expected a number from 0 to 100, found "high"'), (9, "unknown field"),
                            (14, "longer than 1 MiB")):
            self.assertIn(words, err[line])

    def test_bytes_that_are_no_text(self):
        _, err = self.live("x", "-d", "0.5", lines=b"\xff\xfe\n\x00\n")
        self.assertEqual(len(err), 2, err)


class Streams(LiveTest):
    def test_formats(self):
        wav, _ = self.live("x", "-d", "1")
        pcm, _ = self.live("x", "-d", "1", "--format", "pcm")
        self.assertEqual(pcm, wav[HEAD:])
        floats, _ = self.live("x", "-d", "1", "--format", "pcm", "--sample-format", "f32")
        self.assertEqual(len(floats), 2 * len(pcm))
        file, _ = self.live("x", "-d", "1", "--sample-format", "f32")
        self.assertTrue(file.endswith(floats))
        for form, magic in (("flac", b"fLaC"), ("ogg", b"OggS"), ("mp3", b"\xff\xfb")):
            out, _ = self.live("x", "-d", "1", "--format", form)
            self.assertIn(magic, out[:2000])
            with open(self.path("x"), "wb") as file:
                file.write(out)
            self.succeed("plot", self.path("x"), "-o", self.path("x.png"))

    def test_twins_of_flags_that_generate_has_otherwise(self):
        out = self.succeed(*LIVE, "x", "-d", "0.5", env={"MUSICGEN_FORMAT": "pcm", "MUSICGEN_AHEAD": "0"}).bytes
        self.assertEqual(len(out), 25 * STEP_BYTES)
        self.refuse("generate", "-m", MODEL, "x", env={"MUSICGEN_FORMAT": "pcm"}, says="--format")

    def test_it_keeps_pace_with_its_listener(self):
        start = time.monotonic()
        process = self.start("x", "--ahead", "1", "--format", "pcm")
        os.set_blocking(process.stdout.fileno(), False)
        received = 0
        while not received or time.monotonic() - start < 3:
            received += len(process.stdout.read(1 << 16) or b"")
            time.sleep(0.01)
        # A piece of the codec's comes whole.
        self.assertLess(received / (50 * STEP_BYTES), time.monotonic() - start + 1 + 1.1)

    def test_stdin_that_ends(self):
        out, _ = self.live("x", "-d", "1")
        self.assertEqual(len(out), HEAD + 50 * STEP_BYTES)
        out, err = self.live("x", "--end-at-eof", lines="y\n")
        self.assertEqual(err, [])
        self.assertLess(len(out), HEAD + 50 * STEP_BYTES)
        for arguments in ([], ["--end-at-eof"]):
            for lines in ("", "\n\n", "{}\n"):
                _, err = self.live(*arguments, lines=lines, status=2)
                self.assertIn("expected a prompt on the command line or on stdin, found none", err[-1])

    def interrupt(self, *arguments):
        process = self.start("x", "--format", "flac", *arguments)
        begin = process.stdout.read(20000)
        process.send_signal(signal.SIGINT)
        rest, err = process.communicate(timeout=support.TIMEOUT_S)
        return process.returncode, begin + rest, err

    def test_an_interrupt_is_its_end(self):
        status, out, err = self.interrupt()
        self.assertEqual((status, err), (0, b""))
        with open(self.path("x.flac"), "wb") as file:
            file.write(out)
        self.succeed("plot", self.path("x.flac"), "-o", self.path("x.png"))
        self.assertEqual(self.interrupt("-d", "1000")[0], 130)

    def test_a_second_interrupt_does_not_wait_for_the_listener(self):
        ours, theirs = os.pipe()
        self.addCleanup(os.close, ours)
        fcntl.fcntl(ours, fcntl.F_SETPIPE_SZ, 4096)
        process = self.start("x", stdout=theirs)
        os.close(theirs)
        while held(ours) < 4096:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        while has_pending(process, signal.SIGINT):
            time.sleep(0.01)
        with self.assertRaises(subprocess.TimeoutExpired):
            process.wait(0.3)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(support.TIMEOUT_S), 130)

    def test_a_listener_who_goes(self):
        process = self.start("x")
        process.stdout.read(1000)
        process.stdout.close()
        self.assertEqual(process.wait(support.TIMEOUT_S), -signal.SIGPIPE)

    def test_what_it_refuses(self):
        for arguments, says in ((["a", "b"], "one prompt"), (["a", "--format", "mp3", "--sample-format", "s16"], "WAV or FLAC"),
                                (["a", "-o", "x.wav"], "--output"), (["a", "--ahead", "-1"], "--ahead")):
            self.refuse(*LIVE, *arguments, says=says)
        self.assertEqual(os.listdir(self.folder), [])
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        process = self.start("x", stdout=theirs)
        os.close(theirs)
        _, err = process.communicate(timeout=support.TIMEOUT_S)
        self.assertEqual((process.returncode, b"found a terminal" in err), (2, True))


if __name__ == "__main__":
    support.main()
