"""Models from a hub into the cache, and from there into the program."""

import json
import os
import shutil
import signal
import subprocess
import time
import unittest

import hub_test
import support
from hub_test import CARD, FIXTURES, SMALL, HubTest, fixture, noise
from support import MODEL

TINY = ["README.md", "config.json", "tokenizer.json", "model.safetensors"]


class Generate(HubTest):
    def generate(self, name, model, *arguments, env=None):
        self.result = self.succeed("generate", "-m", model, "-d", "0.2", "--greedy", "--precision", "f32", "-o",
                                   self.path(name), "--no-progress", "x", *arguments, env=env or self.env)
        return support.read_wav(self.path(name)).samples

    def test_downloads_then_needs_no_network(self):
        files = {**fixture("hf-tiny-mono"), "README.md": CARD, "pytorch_model.bin": b"\0" * 1000,
                 "state_dict.bin": b"\0" * 1000, "compression_state_dict.bin": b"\0" * 1000,
                 "model.fp32.safetensors": b"\0" * 1000}
        repository = self.hub.add(SMALL, files)
        here = self.generate("here.wav", MODEL)
        self.assertEqual(self.generate("hub.wav", SMALL), here)
        self.assertIn("facebook/musicgen-small: ", self.result.err)
        self.assertIn("licence CC-BY-NC-4.0", self.result.err)
        self.check_snapshot(os.path.join(self.repository(), "snapshots", repository.commit), repository,
                            [p for p in files if not p.endswith(".bin") and "fp32" not in p])
        self.hub.forget()
        self.assertEqual(self.generate("again.wav", "small"), here)
        self.assertNotIn("facebook", self.result.err)
        self.assertEqual(self.generate("offline.wav", "small", "--offline"), here)
        self.assertEqual(self.generate("commit.wav", SMALL + "@" + repository.commit), here)
        self.assertEqual(self.hub.requests, [])

    def test_stages_that_audiocraft_names_come_along(self):
        self.hub.add("me/tune", {**fixture("ac-tiny-stereo"), "README.md": CARD})
        self.hub.add("google-t5/t5-tiny", fixture("t5-tiny"))
        self.hub.add("facebook/encodec_32khz", {
            path: data for path, data in self.fixture_codec().items()})
        self.generate("hub.wav", "me/tune")
        for name in ("me/tune", "google-t5/t5-tiny", "facebook/encodec_32khz"):
            self.assertIn(name + ": ", self.result.err)
        self.hub.forget()
        self.generate("again.wav", "me/tune")
        self.assertEqual(self.hub.requests, [])
        # A folder of such files names them too.
        shutil.rmtree(self.path("hf"))
        shutil.copytree(os.path.join(FIXTURES, "ac-tiny-stereo"), self.path("mine"), ignore=shutil.ignore_patterns("encodec*"))
        self.generate("mine.wav", self.path("mine"))
        self.assertIn("google-t5/t5-tiny: ", self.result.err)

    def fixture_codec(self):
        folder = os.path.join(FIXTURES, "ac-tiny-stereo", "encodec_32khz")
        files = {}
        for path in os.listdir(folder):
            with open(os.path.join(folder, path), "rb") as file:
                files[path] = file.read()
        return files

    def test_shards(self):
        files = {**fixture("hf-tiny-melody"), "README.md": CARD}
        repository = self.hub.add("facebook/musicgen-melody", {
            **files, "pytorch_model.bin": b"\0" * 1000, "pytorch_model.bin.index.json": b"{}"})
        path = self.download("melody").out.strip()
        self.check_snapshot(path, repository, files)
        self.hub.forget()
        self.succeed("info", "-m", "melody", env=self.env)
        self.assertEqual(self.hub.requests, [])
        # One that went missing is fetched, and no other.
        os.remove(os.path.join(path, "model-00002-of-00004.safetensors"))
        os.remove(os.path.join(self.repository("facebook/musicgen-melody"), "blobs",
                               repository.files["model-00002-of-00004.safetensors"].etag))
        self.succeed("info", "-m", "melody", env=self.env)
        self.assertEqual(len(self.hub.sent("/resolve/")), 1)

    def test_stages_by_name(self):
        self.hub.add("me/t5", fixture("t5-tiny"))
        self.hub.add("me/codec", self.fixture_codec())
        info = ["info", "-m", os.path.join(FIXTURES, "ac-tiny-stereo"), "--text-encoder", "me/t5", "--codec", "me/codec"]
        result = self.succeed(*info, env=self.env)
        self.assertIn("me/t5: ", result.err)
        self.assertIn("me/codec: ", result.err)
        self.assertEqual(self.hub.sent("google-t5"), [])
        self.hub.forget()
        self.succeed(*info, env=self.env)
        self.assertEqual(self.hub.requests, [])

    def test_what_separates_stems(self):
        card = b"---\nlicense: mit\n---\n"
        repository = self.hub.add("adefossez/HTDemucs", {
            **fixture("demucs-tiny", ("golden.json", "golden.safetensors", "clip.wav", "melody.wav", "short.wav",
                                      "7d3e1a55-f3d5edff.th")),
            "README.md": card, "htdemucs_ft.yaml": b"x"})
        clip = os.path.join(FIXTURES, "demucs-tiny", "clip.wav")
        separate = ("separate", clip, "-o", self.path("stems"), "--stem", "bass")
        env = {**self.env, "TORCH_HOME": self.path("torch")}
        self.refused(*separate, "--offline", says="--offline forbids to download it", env=env)
        result = self.succeed(*separate, env=env)
        self.assertIn("adefossez/HTDemucs: ", result.err)
        self.assertIn("licence MIT", result.err)
        self.hub.forget()
        self.succeed(*separate, env=env)
        self.assertEqual(self.hub.requests, [])
        path = self.download("adefossez/HTDemucs").out.strip()
        self.check_snapshot(path, repository, ["README.md", "htdemucs.yaml", "7d3e1a55.safetensors"])
        self.succeed("separate", clip, "-o", self.path("named"), "--demucs", "adefossez/HTDemucs", env=env)

    def test_stems_on_brings_it(self):
        self.hub.add("facebook/musicgen-melody", {**fixture("hf-tiny-melody"), "README.md": CARD})
        self.hub.add("adefossez/HTDemucs", fixture("demucs-tiny", (
            "golden.json", "golden.safetensors", "clip.wav", "melody.wav", "short.wav", "7d3e1a55-f3d5edff.th")))
        clip = os.path.join(FIXTURES, "demucs-tiny", "clip.wav")
        env = {**self.env, "TORCH_HOME": self.path("torch")}
        generate = ("generate", "-m", "melody", "--melody", clip, "-d", "0.1", "--greedy", "--json", "--no-progress", "-o",
                    self.path("out.wav"), "x")
        self.assertEqual(json.loads(self.succeed(*generate, env=env).out)["stems"], "none")
        self.assertEqual(self.hub.sent("HTDemucs"), [])
        self.assertEqual(json.loads(self.succeed(*generate, "--stems", "on", env=env).out)["stems"], "htdemucs 7d3e1a55")
        self.hub.forget()
        self.succeed(*generate, "--stems", "on", env=env)
        chroma = ("chroma", clip, "-o", self.path("chroma.safetensors"), "--stems", "on")
        self.succeed(*chroma, env=env)
        self.assertEqual(self.hub.requests, [])
        shutil.rmtree(self.repository("adefossez/HTDemucs"))
        self.refused(*generate, "--stems", "on", "--offline", says="htdemucs", env=env)
        self.succeed(*chroma, env=env)
        self.succeed(*generate, "--demucs", "adefossez/HTDemucs", env=env)

    def test_melody_models_offer_it(self):
        env = {"TORCH_HOME": self.path("torch")}
        offer = "`musicgen download adefossez/HTDemucs` (84 MB, MIT) brings it"
        self.hub.add("facebook/musicgen-melody", {**fixture("hf-tiny-melody"), "README.md": CARD})
        self.assertIn(offer, self.download("melody", env=env).err)
        self.hub.add("me/melody", {**fixture("ac-tiny-melody"), "README.md": CARD})
        self.hub.add("google-t5/t5-tiny", fixture("t5-tiny"))
        self.assertIn(offer, self.download("me/melody", env=env).err)
        # To whom has it, or did not ask for a melody model, nothing is offered.
        self.assertNotIn("HTDemucs", self.succeed("info", "-m", "melody", env={**self.env, **env}).err)
        os.makedirs(self.path("torch/hub/checkpoints"))
        shutil.copy(os.path.join(FIXTURES, "demucs-tiny", "7d3e1a55-f3d5edff.th"),
                    self.path("torch/hub/checkpoints/955717e8-8726e21a.th"))
        shutil.rmtree(self.cache)
        self.assertNotIn("HTDemucs", self.download("melody", env=env).err)
        self.add_tiny()
        self.assertNotIn("HTDemucs", self.download(SMALL).err)

    def test_lora_adapters_by_name(self):
        self.hub.add("me/tune", {**fixture("lora/decoder", ("golden.safetensors",)), "README.md": CARD,
                                 "config.json": b"{}", "training_args.bin": b"x"})
        model = os.path.join(FIXTURES, "hf-tiny-mono")
        info = ["info", "-m", model, "--json", "--lora", "me/tune=0.5"]
        (row,) = json.loads(self.succeed(*info, env=self.env).out)["loras"]
        self.assertEqual(row["strength"], 0.5)
        self.assertTrue(row["path"].startswith(self.repository("me/tune")))
        self.assertNotIn("training_args.bin", os.listdir(row["path"]))
        self.hub.requests.clear()
        self.succeed(*info, env=self.env)
        self.succeed(*info, "--offline", env=self.env)
        self.assertEqual(self.hub.requests, [])
        self.refused("info", "-m", model, "--lora", "me/other", says="me/other")
        self.refused("info", "-m", "me/tune", says="name its base model, and the adapter with --lora")

    def test_a_gguf_file_by_precision(self):
        model = self.path("model.gguf")
        self.succeed("convert", "-m", MODEL, "-o", model, "--precision", "q8")
        with open(model, "rb") as file:
            files = {"model-Q8_0.gguf": file.read(), "model-F16.gguf": b"GGUF", "t5-base-Q8_0.gguf": b"GGUF"}
        self.hub.add("me/gguf", files)
        path = self.download("me/gguf").out.strip()
        self.assertTrue(path.endswith("/model-Q8_0.gguf"), path)
        self.assertIn('"path"', self.succeed("info", "-m", "me/gguf", "--json", env=self.env).out)
        self.assertEqual(len(self.hub.sent("F16")), 0)
        self.refused("download", "me/gguf", "--precision", "q4", says="expected a GGUF file of precision q4")


class Layout(HubTest):
    def test_is_the_hubs_own(self):
        repository = self.hub.add(SMALL, {
            "README.md": CARD, "config.json": b"{}", "tokenizer.json": noise(1, 3000), "model.safetensors": noise(2, 50000)})
        os.umask(0o027)
        self.addCleanup(os.umask, 0o022)
        path = self.download(SMALL).out.strip()
        folder = self.repository()
        self.assertEqual(path, os.path.join(folder, "snapshots", repository.commit))
        with open(os.path.join(folder, "refs", "main"), encoding="utf-8") as file:
            self.assertEqual(file.read(), repository.commit)
        for name, file in repository.files.items():
            link = os.path.join(path, name)
            self.assertEqual(os.readlink(link), "../../blobs/" + file.etag)
            self.assertEqual(os.stat(link).st_mode & 0o777, 0o640)
            lock = os.path.join(self.cache, ".locks", os.path.basename(folder), file.etag + ".lock")
            self.assertEqual(os.stat(lock).st_mode & 0o777, 0o664)
        self.assertEqual(sorted(os.listdir(os.path.join(folder, "blobs"))),
                         sorted(file.etag for file in repository.files.values()))
        self.assertEqual(sorted(os.listdir(folder)), [".no_exist", "blobs", "refs", "snapshots"])
        self.assertIn("spiece.model", os.listdir(os.path.join(folder, ".no_exist", repository.commit)))
        self.assertEqual(sorted(os.listdir(self.cache)), [".locks", "CACHEDIR.TAG", os.path.basename(folder)])

    def test_revisions_and_deep_paths(self):
        repository = self.add_tiny(revisions=("v1.0", "refs/pr/7"))
        self.download(SMALL + "@refs/pr/7")
        self.download(SMALL, "--revision", "v1.0")
        self.download(SMALL + "@" + repository.commit)
        for reference in ("refs/pr/7", "v1.0"):
            with open(os.path.join(self.repository(), "refs", reference), encoding="utf-8") as file:
                self.assertEqual(file.read(), repository.commit)
        self.assertFalse(os.path.exists(os.path.join(self.repository(), "refs", "main")))
        deep = self.hub.add("me/deep", {"a/b c/d.bin": b"deep", "a/e.txt": b"e"})
        path = self.download("me/deep", "--include", "a/*").out.strip()
        self.check_snapshot(path, deep, ["a/b c/d.bin", "a/e.txt"])
        self.assertEqual(os.readlink(os.path.join(path, "a/b c/d.bin")),
                         "../../../../blobs/" + deep.files["a/b c/d.bin"].etag)

    def test_a_new_commit_replaces_the_old_and_shares_what_is_the_same(self):
        old = self.add_tiny()
        first = self.download(SMALL).out.strip()
        new = self.hub.add(SMALL, {**{p: (f.data, f.large) for p, f in old.files.items()}, "config.json": b'{"a": 1}'})
        self.hub.forget()
        second = self.download(SMALL).out.strip()
        self.assertNotEqual(first, second)
        self.check_snapshot(second, new, TINY)
        self.assertEqual(self.hub.sent("model.safetensors"), [])
        self.hub.forget()
        self.assertEqual(self.download(SMALL).out.strip(), second)
        self.assertEqual(len(self.hub.requests), 2)  # revision and listing

    def test_without_links(self):
        repository = self.add_tiny()
        env = {"HF_HUB_DISABLE_SYMLINKS": "1"}
        path = self.download(SMALL, env=env).out.strip()
        self.check_snapshot(path, repository, TINY)
        self.assertFalse(any(os.path.islink(os.path.join(path, name)) for name in TINY))
        self.hub.forget()
        self.download(SMALL, env=env)
        self.assertEqual(self.hub.sent("resolve"), [])

    def test_a_shared_blob_store_is_read_and_never_written(self):
        repository = self.add_tiny()
        weights = repository.files["model.safetensors"]
        store = os.path.join(self.cache, "blobs", weights.xet[:2])
        os.makedirs(store)
        os.makedirs(os.path.join(self.repository(), "blobs"))
        with open(os.path.join(self.cache, "blobs", ".huggingface-shared-blobs"), "w", encoding="utf-8") as file:
            file.write("1\n")
        payload = os.path.join(store, weights.xet)
        with open(payload, "wb") as file:
            file.write(weights.data)
        os.chmod(payload, 0o444)
        blob = os.path.join(self.repository(), "blobs", weights.etag)
        os.symlink(f"../../blobs/{weights.xet[:2]}/{weights.xet}", blob)
        before = self.tree(os.path.join(self.cache, "blobs"))
        path = self.download(SMALL).out.strip()
        self.check_snapshot(path, repository, TINY)
        self.assertEqual(self.hub.sent("model.safetensors"), [])
        self.assertEqual(self.tree(os.path.join(self.cache, "blobs")), before)
        self.assertTrue(os.path.islink(blob))
        # A link that leads nowhere, or to another size, is replaced, and what it led to stays.
        os.chmod(payload, 0o644)
        with open(payload, "wb") as file:
            file.write(b"other")
        before = self.tree(os.path.join(self.cache, "blobs"))
        self.check_snapshot(self.download(SMALL).out.strip(), repository, TINY)
        self.assertFalse(os.path.islink(blob))
        self.assertEqual(self.tree(os.path.join(self.cache, "blobs")), before)


class Choice(HubTest):
    def test_formats_and_patterns(self):
        repository = self.add_tiny()
        path = self.download(SMALL, "--include", "pytorch*", "--include", "README.md").out.strip()
        self.check_snapshot(path, repository, ["pytorch_model.bin", "README.md"])
        self.refused("download", SMALL, "--include", "*.onnx", says="--include *.onnx: expected a file of")
        self.refused("download", SMALL, "--format", "gguf", says="expected a .gguf file on the hub, found model.safetensors")
        self.refused("download", SMALL, "--format", "audiocraft", says="expected state_dict.bin and")
        self.refused("download", SMALL, "--format", "onnx", says="--format")
        self.hub.add("me/data", {"data.csv": b"1"})
        self.refused("download", "me/data", says="on the hub, found data.csv")


class Faults(HubTest):
    def completes(self, name=SMALL):
        repository = self.hub.repositories[name]
        self.result = self.download(name)
        self.check_snapshot(self.result.out.strip(), repository, TINY)

    def test_the_token_goes_to_the_hub_alone(self):
        self.add_tiny(token="hf_secret")
        self.download(SMALL, env={"HF_TOKEN": " hf_secret\n"})
        api, store = self.hub.sent("/api/"), self.hub.sent("signature=")
        self.assertTrue(api and store)
        self.assertTrue(all(headers["authorization"] == "Bearer hf_secret" for _, _, headers in api))
        self.assertTrue(all("authorization" not in headers for _, _, headers in store))
        self.assertTrue(all(headers["accept-encoding"] == "identity" for _, _, headers in self.hub.requests))
        self.assertRegex(api[0][2]["user-agent"], r"^musicgen-cpp/[\d.]+$")
        self.assertTrue(all(headers["x-hf-download-counter"] == "1" for _, _, headers in self.hub.sent("resolve")))

    def test_a_token_of_a_login(self):
        self.add_tiny(token="hf_secret")
        os.makedirs(self.path("hf"))
        with open(self.path("hf/token"), "w", encoding="utf-8") as file:
            file.write("hf_secret\n")
        self.completes()
        shutil.rmtree(self.cache)
        self.refused("download", SMALL, says="no token was given", env={"HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"})
        self.add_tiny("me/open")
        with open(self.path("hf/token"), "w", encoding="utf-8") as file:
            file.write("expired-token")
        self.completes("me/open")
        self.assertIn("was refused (it may have expired): going on without it", self.result.err)

    def test_renamed(self):
        self.add_tiny("new/name")
        self.hub.renamed["old/name"] = "new/name"
        repository = self.hub.repositories["new/name"]
        self.check_snapshot(self.download("old/name").out.strip(), repository, TINY)

    def test_listings_in_pages(self):
        self.add_tiny()
        self.hub.faults.page_size = 2
        self.completes()
        self.assertEqual(len(self.hub.sent("/tree/")), 4)

    def test_resets(self):
        self.add_tiny()
        self.hub.faults.resets_after, self.hub.faults.reset_count = 70000, 2
        self.completes()
        ranges = [headers.get("range") for _, _, headers in self.hub.sent("signature=")]
        self.assertEqual(ranges, [None, "bytes=70000-", "bytes=140000-"])

    def test_a_whole_file_where_a_part_was_asked_for(self):
        self.add_tiny()
        self.hub.faults.resets_after, self.hub.faults.reset_count = 70000, 1
        self.hub.faults.no_ranges = True
        self.completes()

    def test_another_part_than_was_asked_for(self):
        self.add_tiny()
        self.hub.faults.resets_after, self.hub.faults.reset_count = 70000, 1
        self.hub.faults.odd_range = True
        self.completes()

    def test_signed_addresses_expire(self):
        self.add_tiny()
        self.hub.faults.expires_after = 0
        self.refused("download", SMALL, status=1, says="localhost answered with status 403 again and again")
        self.hub.faults.expires_after = 1
        self.hub.faults.resets_after, self.hub.faults.reset_count = 70000, 2
        self.completes()

    def test_too_many_requests(self):
        self.add_tiny()
        self.hub.faults.too_many, self.hub.faults.too_many_seconds = 1, 1
        start = time.monotonic()
        self.completes()
        self.assertGreater(time.monotonic() - start, 1)
        self.hub.faults.too_many = 100
        self.refused("download", "me/other", status=1, says="had too many requests from here: wait 1 s (request Root=1-")

    def test_a_hub_out_of_order(self):
        self.add_tiny()
        self.hub.faults.server_errors = 2
        self.completes()
        self.hub.faults.server_errors = 100
        self.refused("download", "me/other", status=1,
                     says="127.0.0.1 is out of order (status 503): The server is overloaded (request Root=1-stand-in)")

    def test_wrong_bytes(self):
        repository = self.add_tiny()
        for path, kind in (("model.safetensors", "SHA-256"), ("config.json", "git's SHA-1")):
            self.hub.faults.wrong_bytes = {path}
            self.refused("download", SMALL, status=1, says=f"{path}: expected {kind} ")
            # Of the others there is what had come by then, perhaps in part.
            names = [name for _, _, files in os.walk(self.repository()) for name in files]
            self.assertNotIn(path, names)
            self.assertEqual([name for name in names if name.startswith(repository.files[path].etag)], [])
            shutil.rmtree(self.cache)
        self.hub.faults.wrong_bytes = set()
        self.completes()

    def test_other_lengths(self):
        repository = self.add_tiny()
        for size in (100000, 300000):
            self.hub.faults.listed_bytes = {"model.safetensors": size}
            self.refused("download", SMALL, status=1, says="model.safetensors: expected")
            shutil.rmtree(self.cache)
        self.assertEqual(len(repository.files["model.safetensors"].data), 200000)

    def test_no_room(self):
        self.add_tiny()
        self.hub.faults.listed_bytes = {"model.safetensors": 1 << 43}
        self.refused("download", SMALL, status=1, says="expected 8796.09 GB free in " + self.cache)
        self.assertFalse(os.path.exists(self.cache))

    def test_login_pages(self):
        self.add_tiny()
        for page in ("api", "files"):
            self.hub.faults.page = page
            self.refused("download", SMALL, status=1, says="found a web page: this network may want a login")

    def test_what_is_not_for_us(self):
        self.hub.add("me/gated", {"config.json": b"{}", "model.safetensors": b"x"}, gated=True, token="hf_x")
        self.refused("download", "me/gated", says="open https://huggingface.co/me/gated, agree, and give a token")
        self.refused("download", "me/nothing", says="no such model on 127.0.0.1, or it is private and no token was given")
        self.refused("download", "me/nothing", env={"HF_TOKEN": "hf_x"}, says="the token does not open it")
        self.add_tiny()
        self.refused("download", SMALL + "@v9", says="expected revision v9 on 127.0.0.1, found none")
        self.refused("download", "no such", says="no such directory or GGUF file")
        self.refused("generate", "-m", "me/nothing", "x", says="no such model on 127.0.0.1")

    def test_redirects_to_nowhere(self):
        self.add_tiny()
        for where, says in (("file:///etc/passwd", "redirects to no address"), ("//user@host/", "redirects to no address"),
                            (self.hub.endpoint + f"/{SMALL}/resolve/main/model.safetensors", "more than 10 times")):
            self.hub.faults.plain_redirect = where
            self.refused("download", SMALL, status=1, says=says)

    def test_no_network(self):
        self.hub.close()
        self.refused("download", SMALL, status=1, says="127.0.0.1 cannot be reached: is there a network?")
        self.refused("generate", "-m", "small", "x", status=1, says="127.0.0.1 cannot be reached")
        env = {"HF_ENDPOINT": "http://no-such-host.invalid"}
        self.refused("download", SMALL, status=1, says="no-such-host.invalid cannot be reached", env=env)
        self.refused("download", SMALL, says="HF_ENDPOINT: expected https://host, found ftp://x", env={"HF_ENDPOINT": "ftp://x"})

    def test_offline(self):
        for arguments, env, says in ((["--offline"], {}, "--offline forbids"), ([], {"HF_HUB_OFFLINE": "yes"}, "HF_HUB_OFFLINE forbids"),
                                     ([], {"TRANSFORMERS_OFFLINE": "1"}, "TRANSFORMERS_OFFLINE forbids")):
            self.refused("download", SMALL, *arguments, says=f"nor in the cache {self.cache}, and {says}", env=env)
        self.assertEqual(self.hub.requests, [])

    def test_the_cache_serves_when_the_hub_is_down(self):
        self.hub.add(SMALL, {**fixture("hf-tiny-mono"), "README.md": CARD})
        path = self.download(SMALL).out.strip()
        os.remove(os.path.join(path, "spiece.model"))
        self.hub.faults.server_errors = 1000
        result = self.succeed("info", "-m", SMALL, "--json", env=self.env)
        self.assertEqual(json.loads(result.out)["path"], path)
        self.assertIn("going on with what the cache holds", result.err)
        self.hub.faults.server_errors = 0
        self.succeed("tokenize", "-m", SMALL, "x", env=self.env)


class Interrupted(HubTest):
    def start(self, *arguments):
        return subprocess.Popen([support.BINARY, *arguments], env=support.environment(self.env), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def test_ctrl_c_leaves_what_came(self):
        repository = self.add_tiny(weights=400000)
        self.hub.faults.bytes_per_s = 400000
        process = self.start("download", SMALL)
        blob = os.path.join(self.repository(), "blobs", repository.files["model.safetensors"].etag + ".musicgen.incomplete")
        deadline = time.monotonic() + 20
        while not (os.path.exists(blob) and os.path.getsize(blob) > 0) and time.monotonic() < deadline:
            time.sleep(0.01)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        self.assertLess(time.monotonic() - start, 2)
        self.assertEqual(process.returncode, 130, err)
        self.assertTrue(err.endswith(b"musicgen: interrupted\n"), err)
        kept = os.path.getsize(blob)
        self.assertTrue(0 < kept < 400000)
        self.hub.faults.bytes_per_s = None
        self.hub.forget()
        self.check_snapshot(self.download(SMALL).out.strip(), repository, TINY)
        self.assertEqual([headers["range"] for _, _, headers in self.hub.sent("signature=")], [f"bytes={kept}-"])

    def test_two_at_once_fetch_once(self):
        repository = self.add_tiny()
        self.hub.faults.bytes_per_s = 400000
        processes = [self.start("download", SMALL) for _ in range(3)]
        outputs = [process.communicate(timeout=60) for process in processes]
        self.assertEqual([process.returncode for process in processes], [0, 0, 0], outputs)
        self.check_snapshot(outputs[0][0].decode().strip(), repository, TINY)
        self.assertEqual(len(self.hub.sent("signature=")), 1)


if __name__ == "__main__":
    unittest.main(argv=["download_test", "-v"])
