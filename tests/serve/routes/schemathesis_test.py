"""schemathesis over /openapi.json: no 5xx, and no answer that is not described."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from clients import need  # noqa: E402
from support import LONG, TINY, TINY_MELODY, ServerTest, main  # noqa: E402

need("schemathesis")
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
          "unsupported_method")


class Schema(ServerTest):
    models = (TINY, TINY_MELODY)
    # Short music, so that many examples fit.
    arguments = ("--max-audio-length", "0.2", "--max-n", "2", "--queue", "200")

    def test_every_answer_is_described(self):
        with tempfile.TemporaryDirectory() as folder:  # it leaves a cache where it stands
            self.check(folder)

    def check(self, folder):
        result = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "run", self.server.url + "/openapi.json", "--checks",
             ",".join(CHECKS), "--max-examples", "200" if LONG else "12", "--seed", "1", "--phases",
             "examples,coverage,fuzzing", "--request-timeout", "30", "--no-color"],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=3000)
        self.assertEqual(result.returncode, 0, result.stdout.decode()[-8000:])


if __name__ == "__main__":
    main()
