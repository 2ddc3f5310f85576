"""What the tests share that run the program against the stand-in hub."""

import hashlib
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))

import stand_in_hub  # noqa: E402
import support  # noqa: E402

# Waiting for a busy disk to have the bytes would be most of these tests' time.
if os.access("/dev/shm", os.W_OK):
    tempfile.tempdir = "/dev/shm"

FIXTURES = os.path.dirname(support.MODEL)
CARD = b"---\nlanguage: en\nlicense: cc-by-nc-4.0\n---\n# MusicGen\n"
SMALL = "facebook/musicgen-small"


def fixture(name, leave_out=("golden.json", "golden.safetensors", "make_fixture.py")):
    """A fixture model's files as a repository's: path → bytes."""
    folder, files = os.path.join(FIXTURES, name), {}
    for path in os.listdir(folder):
        if path not in leave_out and os.path.isfile(os.path.join(folder, path)):
            with open(os.path.join(folder, path), "rb") as file:
                files[path] = file.read()
    return files


def noise(seed, size):
    """Bytes that repeat nowhere, the same for the same seed."""
    return hashlib.shake_128(str(seed).encode()).digest(size)


def hash_of(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


class HubTest(support.CliTest):
    """Gives each test a hub and an empty cache."""

    def setUp(self):
        super().setUp()
        self.hub = stand_in_hub.Hub()
        self.addCleanup(self.hub.close)
        self.cache = self.path("hf/hub")
        self.env = {"HF_ENDPOINT": self.hub.endpoint, "HF_HOME": self.path("hf"), "HF_HUB_OFFLINE": "0",
                    "HF_HUB_DOWNLOAD_TIMEOUT": "5", "HF_TOKEN": "", "NO_PROXY": "127.0.0.1,localhost"}
        for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH",
                     "TRANSFORMERS_OFFLINE", "AUDIOCRAFT_CACHE_DIR", "TRANSFORMERS_CACHE", "HF_HUB_DISABLE_SYMLINKS"):
            self.env[name] = ""

    def add_tiny(self, name=SMALL, seed=0, weights=200000, **options):
        """A repository of the right names and small content."""
        return self.hub.add(name, {
            "README.md": CARD, "config.json": b"{}", "tokenizer.json": b"[]",
            "model.safetensors": noise(seed, weights), "pytorch_model.bin": noise(seed + 1, 1000),
            ".gitattributes": b"*.bin filter=lfs\n"}, **options)

    def download(self, *arguments, env=None):
        return self.succeed("download", *arguments, env={**self.env, **(env or {})})

    def refused(self, *arguments, status=2, says="", env=None):
        """One sentence, perhaps behind lines about progress."""
        result = support.run(*arguments, env={**self.env, **(env or {})})
        self.assertEqual(result.status, status, result.err)
        self.assertEqual(result.out, "")
        self.assertEqual(len(result.complaints), 1, result.err)
        self.assertIn(says, result.complaints[0])
        return result

    def repository(self, name=SMALL):
        return os.path.join(self.cache, "models--" + name.replace("/", "--"))

    def check_snapshot(self, folder, repository, paths):
        """Exactly these files, with the right bytes."""
        found = sorted(os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names)
        self.assertEqual(found, sorted(paths))
        for path in paths:
            with open(os.path.join(folder, path), "rb") as file:
                self.assertEqual(file.read(), repository.files[path].data, path)

    def tree(self, folder):
        """Every entry below a folder with what it is: to see that nothing was touched."""
        entries = {}
        for at, folders, names in os.walk(folder):
            for name in folders + names:
                path = os.path.join(at, name)
                if os.path.islink(path):
                    entries[path] = ("link", os.readlink(path))
                elif os.path.isfile(path):
                    entries[path] = ("file", os.stat(path).st_mtime_ns, os.stat(path).st_mode, hash_of(path))
                else:
                    entries[path] = ("folder", os.stat(path).st_mode)
        return entries
