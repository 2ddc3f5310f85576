"""What is seen from outside a process: its imports, its pickles, its interrupts."""

import os
import pickle

import numpy as np
import pytest
from support import FIXTURES, run_python

MONO = FIXTURES / "hf-tiny-mono"
IMPORT_S = 0.3


def test_import_needs_numpy_alone():
    assert run_python("""
import sys
import numpy
before = set(sys.modules)
import musicgen
own = getattr(sys, "stdlib_module_names", None)  # from Python 3.10 on
foreign = {name.split(".")[0] for name in set(sys.modules) - before} - {"numpy", "musicgen", "musicgen_cpp"}
print(*(name for name in foreign if own is not None and name not in own))
""").strip() == ""


def test_import_is_quick():
    """In time of the processor: the machine may be busy. numpy's own import is most of it."""
    code = "import time; start = time.process_time(); import musicgen; print(time.process_time() - start)"
    assert min(float(run_python(code)) for _ in range(5)) <= IMPORT_S


def test_both_names_are_one_package():
    run_python("""
import musicgen, musicgen_cpp
from musicgen.models import MusicGen
from musicgen.models.musicgen import MusicGen as Again
from musicgen_cpp.models import MusicGen as Other
from musicgen.data.audio import audio_write
import musicgen_cpp.data.audio
assert MusicGen is Again is Other is musicgen.MusicGen is musicgen_cpp.MusicGen
assert audio_write is musicgen.data.audio.audio_write is musicgen_cpp.data.audio.audio_write
assert musicgen.__doc__ and musicgen.version() == musicgen_cpp.version()
""")


def test_a_model_pickles_as_its_name_and_settings(tmp_path):
    from musicgen.models import MusicGen
    model = MusicGen.get_pretrained(str(MONO), precision="f32", threads=1)
    model.set_generation_params(duration=0.5, top_k=10, use_sampling=False)
    pickled = pickle.dumps(model)
    assert len(pickled) < 2000
    expected = model.generate(["a"])
    again = pickle.loads(pickled)
    assert (again.duration, again.precision, again.generation_params["top_k"]) == (0.5, "f32", 10)
    assert np.array_equal(again.generate(["a"]), expected)
    (tmp_path / "pickle").write_bytes(pickled)
    out = run_python("""
import pickle, sys, numpy
model = pickle.load(open(sys.argv[1], "rb"))
print(numpy.asarray(model.generate(["a"])).tobytes().hex()[:4000])
""", tmp_path / "pickle", cwd="/")
    assert out.strip() == np.asarray(expected).tobytes().hex()[:4000]


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
@pytest.mark.parametrize("call", ["model.generate(['a'])", "list(model.stream('a'))",
                                  "model.generate(['a', 'b', 'c'], progress=True)"])
def test_an_interrupt_stops_within_a_step(call):
    """The signal comes while the main thread computes. Where steps are counted, they tell; else the clock: the piece
    would take minutes, and a busy machine some seconds to wake a process."""
    out = run_python(f"""
import os, signal, threading, time
from musicgen.models import MusicGen
model = MusicGen.get_pretrained({str(MONO)!r}, precision="f32", threads=1)
model.set_generation_params(duration=1)
model.generate(["a"])                       # all weights are there
model.set_generation_params(duration=3000)
steps, sent = [0], []
model.set_custom_progress_callback(lambda done, _: steps.append(done))

def interrupt():
    sent[:] = [steps[-1], time.monotonic()]
    os.kill(os.getpid(), signal.SIGINT)

threading.Timer(0.5, interrupt).start()
try:
    {call}
except KeyboardInterrupt:
    assert steps[-1] - sent[0] <= 2, (steps[-1], sent[0])
    assert time.monotonic() - sent[1] < 10
    print("interrupted")
model.set_generation_params(duration=1)
print(model.generate(["a"]).shape)          # and it goes on
""")
    assert out == "interrupted\n(1, 1, 32000)\n"


def test_the_lock_is_free_meanwhile():
    run_python(f"""
import threading, time
from musicgen.models import MusicGen
model = MusicGen.get_pretrained({str(MONO)!r}, precision="f32", threads=1)
model.set_generation_params(duration=10)
thread = threading.Thread(target=model.generate, args=(["a"] * 4,))
thread.start()
turns = 0
while thread.is_alive():
    turns += 1
    time.sleep(0.001)
assert turns > 20, turns
""")


def test_without_torch_results_are_arrays():
    run_python("""
import sys
from musicgen.models import MusicGen
model = MusicGen.get_pretrained("debug")
model.set_generation_params(duration=1)
wav, tokens = model.generate(["a"], return_tokens=True)
assert type(wav).__name__ == type(tokens).__name__ == "Array"
assert "torch" not in sys.modules
""")
