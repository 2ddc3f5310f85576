#!/usr/bin/env python3
"""A user's view of the installed tree: the example projects are built against it, shared and static, with CMake and
with pkg-config, by every compiler that is there, and run. The tree is moved before: it holds no path of its own.

MUSICGEN_BUILD: the build folder; MUSICGEN_CMAKE: cmake.
"""

import os
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ["MUSICGEN_BUILD"]
CMAKE = os.environ.get("MUSICGEN_CMAKE", "cmake")
MODEL = os.path.join(ROOT, "tests", "fixtures", "hf-tiny-mono")
COMPILERS = [(c, cxx) for c, cxx in (("gcc", "g++"), ("clang", "clang++")) if shutil.which(c) and shutil.which(cxx)]


def run(*command, cwd=None, env=None):
    result = subprocess.run(command, cwd=cwd, env={**os.environ, **(env or {})}, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {result.returncode}\n{result.stdout}")
    return result.stdout


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        before, cls.prefix = (os.path.join(cls.folder.name, name) for name in ("before", "moved"))
        run(CMAKE, "--install", BUILD, "--prefix", before)
        os.rename(before, cls.prefix)
        cls.library = next(os.path.join(parent, name.rsplit("libmusicgen.so", 1)[0])
                           for parent, _, names in os.walk(cls.prefix) for name in names if name == "libmusicgen.so")
        cls.library = cls.library.rstrip("/")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def example(self, program, *arguments):
        out = tempfile.mkdtemp(dir=self.folder.name)
        return run(program, MODEL, *arguments, cwd=out, env={"LD_LIBRARY_PATH": self.library})

    def expect_music(self, make_music):
        self.assertIn("music.wav: 0.50 s", self.example(make_music, "a waltz", "0.5"))

    def expect_live(self, live):
        self.assertIn("live.flac: ", self.example(live, "a waltz", "a polka"))

    def test_what_is_there(self):
        names = {os.path.relpath(os.path.join(parent, name), self.prefix)
                 for parent, _, names in os.walk(self.prefix) for name in names}
        for wanted in ("bin/musicgen", "include/musicgen/musicgen.h", "include/musicgen/musicgen.hpp"):
            self.assertIn(wanted, names)
        lib = os.path.relpath(self.library, self.prefix)
        for wanted in ("libmusicgen.a", "libmusicgen.so", "libmusicgen.so.0", "pkgconfig/musicgen.pc",
                       "cmake/musicgen/musicgen-config.cmake"):
            self.assertIn(os.path.join(lib, wanted), names)
        self.assertEqual({name.split("/")[0] for name in names}, {"bin", "include", "share", lib.split("/")[0]})
        for parent, _, files in os.walk(self.library):
            for name in files:
                if name.endswith((".cmake", ".pc")):
                    with open(os.path.join(parent, name)) as file:
                        text = file.read()
                    self.assertNotIn(ROOT, text, name)
                    self.assertNotIn(self.folder.name, text, name)

    def test_the_program(self):
        self.assertIn("musicgen", run(os.path.join(self.prefix, "bin", "musicgen"), "--version"))

    def test_every_header_stands_alone(self):
        folder = os.path.join(self.prefix, "include", "musicgen")
        for name in sorted(os.listdir(folder)):
            source = os.path.join(self.folder.name, "alone." + ("c" if name.endswith(".h") else "cc"))
            with open(source, "w") as file:
                file.write(f"#include <musicgen/{name}>\n#include <musicgen/{name}>\n")
            flags = ["-std=c99", "-pedantic-errors"] if name.endswith(".h") else ["-std=c++20", "-Wpedantic", "-Wshadow"]
            compiler = COMPILERS[-1][0 if name.endswith(".h") else 1]
            run(compiler, *flags, "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                "-I" + os.path.join(self.prefix, "include"), source)

    def test_cmake(self):
        for c, cxx in COMPILERS:
            for shared in ("ON", "OFF"):
                for example, check in (("c", self.expect_music), ("cpp", self.expect_live)):
                    # Each compiler and each library once in C++, whose headers take their time.
                    if example == "cpp" and len(COMPILERS) > 1 and (c == "gcc") != (shared == "ON"):
                        continue
                    with self.subTest(compiler=c, shared=shared, example=example):
                        out = tempfile.mkdtemp(dir=self.folder.name)
                        run(CMAKE, "-S", os.path.join(ROOT, "examples", example), "-B", out, "-DCMAKE_BUILD_TYPE=Debug",
                            f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DBUILD_SHARED_LIBS={shared}",
                            f"-DCMAKE_C_COMPILER={c}", f"-DCMAKE_CXX_COMPILER={cxx}")
                        run(CMAKE, "--build", out)
                        program = os.path.join(out, "make_music" if example == "c" else "live")
                        needed = run("objdump", "-p", program)
                        self.assertEqual("libmusicgen.so.0" in needed, shared == "ON")
                        check(program)

    def test_as_a_subdirectory(self):
        """Configured, not built: the library and nothing else."""
        out = tempfile.mkdtemp(dir=self.folder.name)
        with open(os.path.join(out, "CMakeLists.txt"), "w") as file:
            file.write("cmake_minimum_required(VERSION 3.25)\nproject(user LANGUAGES CXX)\n"
                       f"add_subdirectory({ROOT} musicgen)\nadd_executable(user user.cc)\n"
                       "target_link_libraries(user PRIVATE musicgen::musicgen)\n")
        open(os.path.join(out, "user.cc"), "w").close()
        run(CMAKE, "-S", out, "-B", out)
        targets = run(CMAKE, "--build", out, "--target", "help")
        self.assertIn("musicgen_static", targets)
        self.assertNotIn("_test", targets)
        self.assertNotIn("musicgen_cli", targets)

    def test_pkg_config(self):
        env = {"PKG_CONFIG_PATH": os.path.join(self.library, "pkgconfig")}
        source = os.path.join(ROOT, "examples", "c", "make_music.c")
        for c, _ in COMPILERS:
            for static in (False, True):
                with self.subTest(compiler=c, static=static):
                    flags = run("pkg-config", "--cflags", "--libs", *(["--static"] if static else []), "musicgen",
                                env=env).split()
                    if static:
                        flags = ["-l:libmusicgen.a" if flag == "-lmusicgen" else flag for flag in flags]
                    program = os.path.join(tempfile.mkdtemp(dir=self.folder.name), "make_music")
                    run(c, "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-o", program, source, *flags)
                    self.assertEqual("libmusicgen.so.0" in run("objdump", "-p", program), not static)
                    self.expect_music(program)


if __name__ == "__main__":
    unittest.main()
