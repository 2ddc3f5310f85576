#!/usr/bin/env python3
"""The demo's tokenizer in transformers and in SentencePiece: the ids that the engine gives.

MUSICGEN_TOKENIZER_WRITER names the program that writes it. Skipped where this Python has no transformers.
"""

import os
import subprocess
import sys
import tempfile
import unittest

try:
    from transformers import T5TokenizerFast
except ImportError:
    sys.exit(77)

TEXTS = [
    "a happy pop song with piano, guitar chords and drums at 120 bpm in c major",
    "Happy ROCK with drums & electric guitar!",
    "in B♭ major – F♯ minor, F# (lo-fi)",
    "an unheard of thing: xylophonist's 99 bottles 1234",
    "  spaces\tand\nlines  ",
    "été 音楽 ❤️ e\u0301",
    "<extra_id_3> </s> <pad>",
    "",
]


class TokenizerPeers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.texts = [text.replace("\n", " ") for text in TEXTS]
        output = subprocess.run([os.environ["MUSICGEN_TOKENIZER_WRITER"], self.folder.name], check=True, text=True,
                                input="\n".join(self.texts) + "\n", stdout=subprocess.PIPE).stdout
        self.ours = [[int(word) for word in line.split()] for line in output.splitlines()]
        self.assertEqual(len(self.ours), len(self.texts))

    def test_transformers_reads_tokenizer_json(self):
        tokenizer = T5TokenizerFast.from_pretrained(self.folder.name)
        self.assertEqual(len(tokenizer), 512)
        self.assertEqual(tokenizer(self.texts).input_ids, self.ours)
        self.assertEqual((tokenizer.pad_token_id, tokenizer.eos_token_id, tokenizer.unk_token_id), (0, 1, 2))

    def test_transformers_reads_spiece_model(self):
        os.remove(os.path.join(self.folder.name, "tokenizer.json"))
        tokenizer = T5TokenizerFast.from_pretrained(self.folder.name)
        self.assertEqual(len(tokenizer), 512)
        self.assertEqual(tokenizer(self.texts).input_ids, self.ours)

    def test_sentencepiece_reads_spiece_model(self):
        try:
            import sentencepiece
        except ImportError:
            self.skipTest("this Python has no sentencepiece")
        model = sentencepiece.SentencePieceProcessor(model_file=os.path.join(self.folder.name, "spiece.model"))
        for text, ids in zip(self.texts, self.ours):
            if "<" not in text and "e\u0301" not in text:  # neither sentinels nor the quirks of transformers' clusters
                self.assertEqual(model.encode(text) + [1], ids)


if __name__ == "__main__":
    unittest.main()
