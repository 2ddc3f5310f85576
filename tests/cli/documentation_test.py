"""The manual page and the shells' completions, which the program writes from its own options."""

import os
import re
import shutil
import subprocess
import unittest

import support
from support import CliTest, run


def names(command):
    """The long names in a subcommand's help."""
    found = []
    for line in run(command, "--help").out.splitlines():
        words = line.split()
        if line.startswith("  -") and words:
            found += [name for name in words[0].split(",") if name.startswith("--")]
    return found


def commands():
    lines = run("--help").out.split("Subcommands:\n")[1].splitlines()
    return [line.split()[0] for line in lines if line.startswith("  ") and not line.startswith("   ")]


class Documentation(CliTest):
    def document(self, form):
        result = self.succeed("documentation", form)
        self.assertEqual(result.err, "")
        return result.out

    def test_every_option_of_every_subcommand_is_in_each(self):
        self.assertIn("generate", commands())
        self.assertNotIn("documentation", run("--help").out)
        page = self.document("man").replace("\\-", "-").replace("\\fB", "").replace("\\fR", "").replace("\\fI", "")
        zsh_script, fish_script = self.document("zsh"), self.document("fish")
        for command in commands():
            section = page.split(f'.SS "musicgen {command}"\n')[1].split(".SS ")[0].splitlines()
            bash = self.complete("musicgen", command, "--")
            zsh = zsh_script.split(f"    {command})\n")[1].split("      ;;\n")[0]
            fish = [line for line in fish_script.splitlines() if f"subcommand_from {command}'" in line]
            self.assertIn("--help", names(command))
            for name in names(command):
                with self.subTest(command=command, name=name):
                    self.assertTrue(any(name in line.replace(",", " ").split() for line in section))
                    self.assertIn(name, bash)
                    self.assertTrue(any(f"'{star}{name}{end}" in zsh for star in ("", "*") for end in ("[", "=[")))
                    self.assertTrue(any(f" -l {name[2:]} " in line for line in fish))

    @unittest.skipUnless(shutil.which("groff"), "needs groff")
    def test_groff_finds_no_fault(self):
        path = self.path("musicgen.1")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.document("man"))
        result = subprocess.run(["groff", "-ww", "-man", "-Tutf8", path], capture_output=True, text=True)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        text = re.sub(".\b", "", result.stdout)  # bold and underlined, as typewriters did it
        self.assertTrue("--precision" in text and "130    Interrupted." in text)

    @unittest.skipUnless(shutil.which("mandoc"), "needs mandoc")
    def test_mandoc_finds_no_fault(self):
        result = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"], input=self.document("man"),
                                capture_output=True, text=True)
        # A date would make equal sources give unequal pages.
        faults = [line for line in result.stdout.splitlines() if "missing date" not in line]
        self.assertEqual(faults, [])

    def complete(self, *words):
        """What bash offers for the last of the words."""
        script = self.path("musicgen")
        with open(script, "w", encoding="utf-8") as file:
            file.write(self.document("bash"))
        quoted = " ".join(f"'{word}'" for word in words)
        process = subprocess.run(
            ["bash", "-c", f'. "$0"; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _musicgen; '
             'printf "%s\\n" "${COMPREPLY[@]}"', script],
            capture_output=True, text=True, cwd=self.folder, check=True)
        self.assertEqual(process.stderr, "")
        return process.stdout.split()

    def test_bash_completes(self):
        open(self.path("song.wav"), "w", encoding="utf-8").close()
        precisions = ["auto", "f32", "f16", "bf16", "q8", "q4"]
        for words, offered in (
                (["gen"], ["generate"]),
                (["d"], ["decode", "download"]),
                (["generate", "--prec"], ["--precision"]),
                (["generate", "--precision", ""], precisions),
                (["generate", "--precision", "q"], ["q8", "q4"]),
                (["generate", "--precision", "="], precisions),
                (["generate", "--precision", "=", "f"], ["f32", "f16"]),
                (["generate", "--melody", "so"], ["song.wav"]),
                (["encode", "so"], ["song.wav"]),
                (["verify", "--as", "st"], ["stereo-small", "stereo-melody"]),
                (["generate", "--seed", ""], [])):
            with self.subTest(words):
                self.assertEqual(self.complete("musicgen", *words), offered)

    def test_the_other_shells_read_theirs(self):
        for shell in ("zsh", "fish"):
            if shutil.which(shell):
                path = self.path(shell)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(self.document(shell))
                subprocess.run([shell, "-n", path], check=True, cwd=self.folder, env=dict(os.environ, HOME=self.folder))

    @unittest.skipUnless(shutil.which("fish"), "needs fish")
    def test_fish_completes(self):
        path = self.path("musicgen.fish")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.document("fish"))
        command = f"source {path}; complete -C 'musicgen generate --precision '"
        process = subprocess.run(["fish", "--no-config", "-c", command], capture_output=True, text=True,
                                 cwd=self.folder, env=dict(os.environ, HOME=self.folder), check=True)
        self.assertEqual([line.split()[0] for line in process.stdout.splitlines()][:2], ["auto", "bf16"])


if __name__ == "__main__":
    support.main()
