"""kill -9 at random moments of a download, then the same command: it completes, and touches nobody else's files."""

import os
import random
import shutil
import subprocess
import time
import unittest

import hub_test
import support
from hub_test import CARD, SMALL, noise

KILLS = 1000 if support.LONG else 100


class Kill(hub_test.HubTest):
    def plant(self):
        """What other programs keep beside our downloads."""
        blobs = os.path.join(self.repository(), "blobs")
        locks = os.path.join(self.cache, ".locks", os.path.basename(self.repository()))
        large = self.model.files["model.safetensors"].etag
        for path, data in ((os.path.join(blobs, large + ".0badcafe.incomplete"), b"theirs, one process"),
                           (os.path.join(blobs, large + ".incomplete"), b"theirs, older"),
                           (os.path.join(blobs, "0" * 64), b"another file's"),
                           (os.path.join(self.cache, "models--me--other", "blobs", "1" * 40), b"another model's"),
                           (os.path.join(self.cache, "models--me--other", "refs", "main"), b"2" * 40),
                           (os.path.join(self.cache, "blobs", ".huggingface-shared-blobs"), b"1\n"),
                           (os.path.join(self.cache, "blobs", "ab", "ab" * 32), b"a shared payload"),
                           (os.path.join(locks, "3" * 64 + ".lock"), b""),
                           (os.path.join(self.cache, "version.txt"), b"1")):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
            self.foreign[path] = (data, os.stat(path).st_mtime_ns, os.stat(path).st_ino)

    def check_foreign(self):
        for path, (data, time_ns, inode) in self.foreign.items():
            with open(path, "rb") as file:
                self.assertEqual(file.read(), data, path)
            self.assertEqual((os.stat(path).st_mtime_ns, os.stat(path).st_ino), (time_ns, inode), path)

    def test_kills(self):
        files = {"README.md": CARD, "config.json": noise(1, 2000), "tokenizer.json": noise(2, 5000),
                 "model.safetensors": noise(3, 300000), "generation_config.json": b"{}"}
        self.model = self.hub.add(SMALL, files)
        self.foreign, generator, completed, resumed = {}, random.Random(1), 0, 0
        self.plant()
        self.hub.faults.bytes_per_s = 1500000
        command = [support.BINARY, "download", SMALL]
        start = time.monotonic()
        self.download(SMALL)
        whole_s = time.monotonic() - start  # a sanitizer's program starts slowly
        shutil.rmtree(self.cache)
        self.plant()
        partial = os.path.join(self.repository(), "blobs",
                               self.model.files["model.safetensors"].etag + ".musicgen.incomplete")
        for _ in range(KILLS):
            process = subprocess.Popen(command, env=support.environment(self.env), stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(generator.uniform(0, whole_s))
            process.kill()
            out, err = process.communicate(timeout=30)
            self.assertIn(process.returncode, (0, -9), err)
            resumed += os.path.exists(partial) and os.path.getsize(partial) > 0
            self.check_foreign()
            if process.returncode == 0 or generator.random() < 0.1:
                completed += process.returncode == 0
                path = self.download(SMALL).out.strip()
                self.check_snapshot(path, self.model, list(files))
                self.check_foreign()
                shutil.rmtree(self.cache)
                self.plant()
        path = self.download(SMALL).out.strip()
        self.check_snapshot(path, self.model, list(files))
        self.assertFalse(os.path.exists(partial))
        print(f"{KILLS} kills, {resumed} with a part to go on from, {completed} too late")
        self.assertGreater(resumed, KILLS // 10)


if __name__ == "__main__":
    unittest.main(argv=["kill_test", "-v"])
