"""The hub's own client and ours on one cache: each reads what the other wrote.

MUSICGEN_HUB_CLIENTS names a folder with two virtual environments, `current` (huggingface_hub 2) and `old` (0.x), made
by scripts/install_dependencies.sh; without them the tests are skipped.
"""

import json
import os
import subprocess
import sys
import unittest

import hub_test
import support
from hub_test import CARD, SMALL, fixture

CLIENTS = os.environ.get("MUSICGEN_HUB_CLIENTS", os.path.join(support.ROOT, "build", "hub_clients"))
SKIPPED = 77


def python_of(client):
    return os.path.join(CLIENTS, client, "bin", "python")


class Interop(hub_test.HubTest):
    client = None

    def setUp(self):
        super().setUp()
        # The stand-in does not speak Xet's own protocol.
        self.env["HF_HUB_DISABLE_XET"] = "1"
        self.files = {**fixture("hf-tiny-mono"), "README.md": CARD}
        self.model = self.hub.add(SMALL, {**self.files, ".gitattributes": b"*.bin filter=lfs\n",
                                          "pytorch_model.bin": b"\0" * 1000})

    def theirs(self, code, **env):
        """What their client answers: `code` is Python that prints one JSON value."""
        # They take an empty variable for a value.
        environment = {k: v for k, v in {**support.environment(self.env), **env}.items() if v != ""}
        result = subprocess.run([python_of(self.client), "-c", "import json, huggingface_hub as hub\n" + code],
                                env=environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        return json.loads(result.stdout.decode().splitlines()[-1])

    def test_they_read_ours(self):
        path = self.download(SMALL).out.strip()
        self.hub.forget()
        names = sorted(self.files)
        answer = self.theirs(f"""
scan = hub.scan_cache_dir()
print(json.dumps(dict(
    snapshot=hub.snapshot_download({SMALL!r}, local_files_only=True),
    files=[hub.hf_hub_download({SMALL!r}, name, local_files_only=True) for name in {names!r}],
    absent=hub.try_to_load_from_cache({SMALL!r}, "tokenizer.json") is hub._CACHED_NO_EXIST,
    repositories=[r.repo_id for r in scan.repos],
    warnings=[str(w) for w in scan.warnings],
    size=scan.size_on_disk)))""")
        self.assertEqual(answer["snapshot"], path)
        self.assertEqual(answer["files"], [os.path.join(path, name) for name in names])
        self.assertTrue(answer["absent"])  # what we know to be absent, they need not ask for
        self.assertEqual(answer["repositories"], [SMALL])
        # Old clients do not know the tag that the present one writes too.
        self.assertEqual([w for w in answer["warnings"] if "CACHEDIR.TAG" not in w], [])
        self.assertEqual(answer["size"], sum(map(len, self.files.values())))
        self.assertEqual(self.hub.sent("/resolve/") + self.hub.sent("/api/models/"), [])
        # With the network, they fetch what we left out and nothing else.
        self.assertEqual(self.theirs(f"print(json.dumps(hub.snapshot_download({SMALL!r})))", HF_HUB_OFFLINE="0"), path)
        self.assertEqual([request for request in self.hub.sent("signature=") if "pytorch_model.bin" not in request[1]], [])
        self.check_snapshot(path, self.model, self.model.files)

    def test_we_read_theirs(self):
        code = f"print(json.dumps(hub.snapshot_download({SMALL!r}, ignore_patterns=['*.bin'])))"
        path = self.theirs(code, HF_HUB_OFFLINE="0")
        self.hub.forget()
        result = self.succeed("info", "-m", "small", "--json", env=self.env)
        self.assertEqual(json.loads(result.out)["path"], path)
        self.assertEqual(self.hub.requests, [])
        self.assertEqual(self.download(SMALL).out.strip(), path)
        self.assertEqual(self.hub.sent("resolve"), [])

    def test_we_complete_theirs(self):
        code = f"print(json.dumps(hub.hf_hub_download({SMALL!r}, 'model.safetensors')))"
        weights = self.theirs(code, HF_HUB_OFFLINE="0")
        before = self.tree(os.path.join(self.repository(), "blobs"))
        self.hub.forget()
        path = self.download(SMALL).out.strip()
        self.assertEqual(os.path.dirname(weights), path)
        self.check_snapshot(path, self.model, self.files)
        self.assertEqual(self.hub.sent("model.safetensors"), [])
        after = self.tree(os.path.join(self.repository(), "blobs"))
        self.assertEqual({name: after[name] for name in before}, before)

    def test_we_read_theirs_without_links(self):
        code = f"print(json.dumps(hub.snapshot_download({SMALL!r}, ignore_patterns=['*.bin'])))"
        env = {"HF_HUB_DISABLE_SYMLINKS": "1"}
        # Old clients know no such switch and make links.
        path = self.theirs(code, HF_HUB_OFFLINE="0", **env)
        self.hub.forget()
        self.env.update(env)
        self.assertEqual(self.download(SMALL).out.strip(), path)
        self.assertEqual(self.hub.sent("resolve"), [])
        self.succeed("info", "-m", "small", env=self.env)


class Current(Interop):
    client = "current"

    def test_the_shared_blob_store(self):
        blob = os.path.join(self.repository(), "blobs", self.model.files["model.safetensors"].etag)
        xet, size = self.model.files["model.safetensors"].xet, len(self.model.files["model.safetensors"].data)
        self.theirs(f"""
from huggingface_hub.utils import _shared_blobs as shared
hub.snapshot_download({SMALL!r}, ignore_patterns=['*.bin'])
print(json.dumps(shared.publish_blob_to_shared_store(
    blob_path={blob!r}, xet_hash={xet!r}, cache_dir={self.cache!r}, expected_size={size}, replace_existing=False)))""",
                    HF_HUB_OFFLINE="0")
        self.assertTrue(os.path.islink(blob))
        store = self.tree(os.path.join(self.cache, "blobs"))
        self.hub.forget()
        self.succeed("info", "-m", "small", env=self.env)
        self.check_snapshot(self.download(SMALL).out.strip(), self.model,
                            [*self.files, ".gitattributes"])
        self.assertEqual(self.hub.sent("resolve"), [])
        # Another repository of the same file: ours takes its own copy and leaves the store alone.
        other = self.hub.add("me/other", self.files)
        self.check_snapshot(self.download("me/other").out.strip(), other, self.files)
        self.assertEqual(self.tree(os.path.join(self.cache, "blobs")), store)
        scan = self.theirs("""
scan = hub.scan_cache_dir()
print(json.dumps([sorted(r.repo_id for r in scan.repos), [str(w) for w in scan.warnings]]))""")
        self.assertEqual(scan, [[SMALL, "me/other"], []])


class Old(Interop):
    client = "old"


if __name__ == "__main__":
    del Interop  # its tests belong to the two clients
    missing = [client for client in ("current", "old") if not os.path.exists(python_of(client))]
    for client in missing:
        del globals()[client.capitalize()]
    if len(missing) == 2:
        print(f"skipped: no {CLIENTS}: scripts/install_dependencies.sh test makes it")
        sys.exit(SKIPPED)
    unittest.main(argv=["interop_test", "-v"])
