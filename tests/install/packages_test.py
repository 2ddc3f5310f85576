#!/usr/bin/env python3
"""What scripts/package.sh makes: the Debian packages and the archive. Builds them unless MUSICGEN_PACKAGES names their
folder; long. MUSICGEN_OLD_ROOT: a tree of Debian 11 in which the archive's program is run, by root.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
MODEL = os.path.join(ROOT, "tests", "fixtures", "hf-tiny-mono")
OLD_ROOT = os.environ.get("MUSICGEN_OLD_ROOT")
MOST_BYTES = 30_000_000
# Nothing of this machine's but the kernel's: the loader finds libraries by the program's own paths.
BARE = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nowhere"}


def run(*command, env=None):
    result = subprocess.run(command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {result.returncode}\n{result.stdout}")
    return result.stdout


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.scratch)
        cls.folder = os.environ.get("MUSICGEN_PACKAGES") or os.path.join(cls.scratch, "packages")
        if "MUSICGEN_PACKAGES" not in os.environ:
            run(os.path.join(ROOT, "scripts", "package.sh"), "all", cls.folder)

    def made(self, pattern):
        (path,) = glob.glob(os.path.join(self.folder, pattern))
        return path


class Deb(Packages):
    def field(self, package, name):
        return run("dpkg-deb", "-f", self.made(package), name).strip()

    def content(self, package):
        lines = run("dpkg-deb", "-c", self.made(package)).splitlines()
        for line in lines:
            self.assertEqual(line.split()[1], "root/root", line)
        return [re.sub(r"/lib/[a-z0-9_]+-linux-gnu/", "/lib/ARCH/", line.split()[5]) for line in lines]

    def test_the_program(self):
        names = self.content("musicgen_*.deb")
        for wanted in ("./usr/bin/musicgen", "./usr/lib/ARCH/libmusicgen.so.0", "./usr/share/man/man1/musicgen.1",
                       "./usr/share/bash-completion/completions/musicgen", "./usr/share/zsh/vendor-completions/_musicgen",
                       "./usr/share/doc/musicgen/copyright"):
            self.assertIn(wanted, names)
        self.assertFalse([name for name in names if "/include/" in name or name.endswith((".a", ".pc"))])
        self.assertEqual(self.field("musicgen_*.deb", "Section"), "sound")
        for library in ("libc6 (>= 2.3", "libcurl4 (", "libsndfile1 (", "libyaml-cpp0.7"):
            self.assertIn(library, self.field("musicgen_*.deb", "Depends"))

    def test_development(self):
        names = self.content("libmusicgen-dev_*.deb")
        for wanted in ("./usr/include/musicgen/musicgen.h", "./usr/lib/ARCH/libmusicgen.a",
                       "./usr/lib/ARCH/libmusicgen.so", "./usr/lib/ARCH/pkgconfig/musicgen.pc",
                       "./usr/lib/ARCH/cmake/musicgen/musicgen-config.cmake", "./usr/share/doc/libmusicgen-dev/copyright"):
            self.assertIn(wanted, names)
        self.assertNotIn("./usr/bin/musicgen", names)
        version = self.field("musicgen_*.deb", "Version")
        self.assertIn(f"musicgen (= {version})", self.field("libmusicgen-dev_*.deb", "Depends"))

    def test_the_program_runs(self):
        tree = os.path.join(self.scratch, "tree")
        run("dpkg-deb", "-x", self.made("musicgen_*.deb"), tree)
        self.assertIn("musicgen ", run(os.path.join(tree, "usr", "bin", "musicgen"), "--version", env=BARE))


class Archive(Packages):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (archive,) = glob.glob(os.path.join(cls.folder, "musicgen-*-bin-linux-x64.tar.gz"))
        cls.bytes = os.path.getsize(archive)
        with tarfile.open(archive) as file:
            cls.names = file.getnames()
            file.extractall(cls.scratch)
        cls.tree = os.path.join(cls.scratch, cls.names[0])
        cls.program = os.path.join(cls.tree, "bin", "musicgen")

    def test_content(self):
        self.assertLess(self.bytes, MOST_BYTES)
        self.assertEqual({name.split("/")[0] for name in self.names}, {os.path.basename(self.tree)})
        self.assertEqual(set(os.listdir(self.tree)), {"bin", "lib", "share", "licences", "LICENSE", "README.md"})
        for wanted in ("share/man/man1/musicgen.1", "lib/libcurl.so.4", "licences/libcurl4.txt", "licences/libcli11-dev.txt"):
            self.assertTrue(os.path.isfile(os.path.join(self.tree, wanted)), wanted)

    def test_no_newer_glibc_is_demanded(self):
        for path in [self.program, *glob.glob(os.path.join(self.tree, "lib", "*"))]:
            for version in re.findall(r"\bGLIBC_([\d.]+)", run("readelf", "-VW", path)):
                self.assertLessEqual(tuple(map(int, version.split("."))), (2, 31), path)

    def test_its_own_libraries_are_taken(self):
        for line in run("ldd", self.program, env=BARE).splitlines():
            name, _, place = line.strip().partition(" => ")
            if place and not re.match(r"lib(c|m|pthread|dl|resolv|gcc_s)\.so", name):
                self.assertTrue(os.path.realpath(place.split(" (")[0]).startswith(self.tree), line)

    def generate(self, program, model, out, *before):
        self.assertRegex(run(*before, program, "--version", env=BARE), r"\Amusicgen .*\n\Z")
        self.assertIn("codebooks", run(*before, program, "info", "-m", model, env=BARE))
        run(*before, program, "generate", "a waltz", "-m", model, "-d", "0.5", "--seed", "1", "--threads", "2",
            "-o", out, env=BARE)

    def test_it_runs_here(self):
        out = os.path.join(self.scratch, "here.flac")
        self.generate(self.program, MODEL, out)
        self.assertGreater(os.path.getsize(out), 1000)

    @unittest.skipUnless(OLD_ROOT and os.geteuid() == 0, "needs root and MUSICGEN_OLD_ROOT, a tree of Debian 11")
    def test_it_runs_on_debian_11(self):
        place = tempfile.mkdtemp(dir=os.path.join(OLD_ROOT, "tmp"))
        self.addCleanup(shutil.rmtree, place)
        shutil.copytree(self.tree, os.path.join(place, "musicgen"))
        shutil.copytree(MODEL, os.path.join(place, "model"))
        inside = "/" + os.path.relpath(place, OLD_ROOT)
        # $ORIGIN is what /proc says.
        enter = ("unshare", "--mount", "sh", "-c", 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"', OLD_ROOT)
        self.generate(f"{inside}/musicgen/bin/musicgen", f"{inside}/model", f"{inside}/old.flac", *enter)
        here = os.path.join(self.scratch, "again.flac")
        self.generate(self.program, MODEL, here)
        # The end is sound; at the beginning stands where the model lay.
        with open(here, "rb") as one, open(os.path.join(place, "old.flac"), "rb") as other:
            self.assertEqual(one.read()[-10_000:], other.read()[-10_000:])


del Packages
if __name__ == "__main__":
    if os.environ.get("MUSICGEN_LONG_TESTS", "0") in ("", "0") and "MUSICGEN_PACKAGES" not in os.environ:
        print("builds everything anew: MUSICGEN_LONG_TESTS=1, or MUSICGEN_PACKAGES")
        sys.exit(77)
    unittest.main()
