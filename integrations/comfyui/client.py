"""Jobs of `musicgen serve` over HTTP, with the standard library alone."""

import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

POLL_S = 0.25
TIMEOUT_S = 60


class MusicGenError(RuntimeError):
    """What the server says in words, or that there is none."""


def _sentence(error):
    try:
        return json.load(error)["error"]["message"]
    except (ValueError, KeyError, TypeError):
        return f"the server answered {error.code} {error.reason}"


def _multipart(fields, files):
    boundary = uuid.uuid4().hex
    parts = []
    for name, value in fields.items():
        text = value if isinstance(value, str) else json.dumps(value)
        parts.append(f'Content-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + text.encode())
    for name, content in files.items():
        parts.append(f'Content-Disposition: form-data; name="{name}"; filename="{name}.wav"\r\n'
                     "Content-Type: audio/wav\r\n\r\n".encode() + content)
    begin = f"--{boundary}\r\n".encode()
    body = begin + (b"\r\n" + begin).join(parts) + f"\r\n--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", body


class Client:
    """The key comes from MUSICGEN_API_KEY: what stands in a workflow is saved into its pictures."""

    def __init__(self, server=""):
        self.server = (server or os.environ.get("MUSICGEN_SERVER") or "http://127.0.0.1:8080").rstrip("/")
        if urllib.parse.urlsplit(self.server).scheme not in ("http", "https"):
            raise MusicGenError(f"server: expected an address as http://127.0.0.1:8080, found {self.server}")
        self.key = os.environ.get("MUSICGEN_API_KEY", "")

    def _open(self, method, path, content_type=None, body=None):
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        if content_type:
            headers["Content-Type"] = content_type
        request = urllib.request.Request(self.server + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                return answer.read()
        except urllib.error.HTTPError:
            raise
        except OSError as error:
            reason = getattr(error, "reason", error)
            raise MusicGenError(f"no MusicGen server answers at {self.server}: {reason}; "
                                "`musicgen serve` starts one") from None

    def _submit(self, fields, files, check):
        content_type, body = _multipart(fields, files)
        while True:
            try:
                return json.loads(self._open("POST", "/v1/audio/generate", content_type, body))
            except urllib.error.HTTPError as error:
                if error.code not in (429, 503):
                    raise MusicGenError(_sentence(error)) from None
                self._wait(max(POLL_S, float(error.headers.get("Retry-After") or 1)), check)

    @staticmethod
    def _wait(seconds, check):
        end = time.monotonic() + seconds
        while True:
            check()
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, POLL_S))

    def generate(self, fields, files=None, check=lambda: None, progress=lambda done, total: None):
        """The WAV file of each take. `check` raises to stop: the job is cancelled then."""
        job = self._submit({**fields, "async": True}, files or {}, check)
        place = f"/v1/jobs/{job['id']}"
        try:
            while job["status"] in ("queued", "running"):
                self._wait(POLL_S, check)
                job = json.loads(self._open("GET", place))
                if job["steps_total"]:
                    progress(job["steps_done"], job["steps_total"])
            if job["status"] != "succeeded":
                raise MusicGenError((job["error"] or {}).get("message") or f"the job was {job['status']}")
            return [self._open("GET", f"{place}/audio?format=wav&take={take}") for take in range(job["n"])]
        except BaseException as error:
            self._cancel(place)
            if isinstance(error, urllib.error.HTTPError):
                raise MusicGenError(_sentence(error)) from None
            raise

    def _cancel(self, place):
        try:
            self._open("DELETE", place)
        except (OSError, MusicGenError):
            pass  # what stopped it is the news
