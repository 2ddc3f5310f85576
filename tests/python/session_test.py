"""Streams and sessions: chunks that make up the sound, requests steered and cancelled while others go on."""

import math

import numpy as np
import pytest
from support import FIXTURES

from musicgen import BadInputError
from musicgen.models import MusicGen


@pytest.fixture(scope="module")
def mono():
    return MusicGen.get_pretrained(str(FIXTURES / "hf-tiny-mono"), precision="f32", threads=1)


@pytest.mark.parametrize("name", ["hf-tiny-mono", "hf-tiny-stereo", "ac-tiny-melody"])
def test_chunks_make_up_the_sound(name):
    model = MusicGen.get_pretrained(str(FIXTURES / name), threads=1)
    for duration, window, stride in ((2, 30, 18), (3, 2, 1)):
        model.max_duration = window
        model.set_generation_params(duration=duration, extend_stride=stride)
        chunks = list(model.stream("a", seed=7))
        assert len(chunks) > 2 and all(chunk.ndim == 2 for chunk in chunks)
        together = np.concatenate([np.asarray(chunk) for chunk in chunks], axis=-1)
        assert np.array_equal(together, model.generate(["a"], seed=7)[0])


def test_chunks_make_up_the_file(mono, tmp_path):
    from musicgen.data.audio import audio_read, audio_write
    mono.set_generation_params(duration=2)
    quarter = [np.asarray(chunk) * 0.25 for chunk in mono.stream("a", seed=1)]
    path = audio_write(tmp_path / "x", np.concatenate(quarter, axis=-1), mono.sample_rate, strategy="none")
    whole = audio_write(tmp_path / "y", mono.generate(["a"], seed=1)[0] * 0.25, mono.sample_rate, strategy="none")
    assert path.read_bytes() == whole.read_bytes()
    assert audio_read(path)[0].shape == (1, 64000)


def test_leaving_a_stream_without_end(mono):
    heard = 0
    stream = mono.stream("a", duration=math.inf, max_duration=2, extend_stride=1, seed=3)
    for chunk in stream:
        heard += chunk.shape[-1]
        if heard > 5 * mono.sample_rate:
            break
    stream.close()
    assert mono.generate(["a"]).shape[0] == 1


def test_a_stream_refuses_at_once(mono):
    with pytest.raises(BadInputError):
        mono.stream("a", temperature=-1.0)
    with pytest.raises(TypeError, match="tempo"):
        mono.stream("a", tempo=120)
    with pytest.raises(ValueError, match="sample rate"):
        mono.stream("a", audio_prompt=np.zeros((1, 100), np.float32))


def test_events_of_a_session(mono):
    with mono.session() as session:
        first = session.submit("a", duration=1.0, seed=5)
        second = session.submit(None, duration=2.0, seed=6, stream_audio=True)
        events = list(session.events())
    of = {request: [event for event in events if event.request == request] for request in (first, second)}
    assert [event.kind for event in of[first]][-1] == "done" and of[second][-1].kind == "done"
    steps = [event.steps_done for event in of[first] if event.kind == "progress"]
    assert steps == sorted(steps) and steps[-1] == 53  # 50 frames and three delays
    assert of[first][-1].audio.shape == (1, 32000) and of[first][-1].codes.shape == (4, 50)
    sound = np.concatenate([np.asarray(event.audio) for event in of[second] if event.kind == "sound"], axis=-1)
    assert np.array_equal(sound, of[second][-1].audio)
    mono.set_generation_params(duration=1.0)
    assert np.array_equal(of[first][-1].audio, mono.generate(["a"], seed=5)[0])


def test_submitting_cancelling_and_steering_while_others_run(mono):
    with mono.session() as session:
        going = session.submit("a", duration=math.inf, max_duration=4, extend_stride=2, seed=1)
        steered = session.submit("a", duration=1.0, seed=2)
        session.steer(steered, prompt="b", cfg_coef=5.0, temperature=0.7, top_k=50, top_p=0.9, at_step=20)
        added, last = None, {}
        for event in session.events():
            last[event.request] = event
            if event.kind == "steered":
                assert event.steered_step == 20
            if event.kind == "progress" and added is None and event.request == steered:
                added = session.submit("c", duration=0.5, seed=9)
            if event.kind == "done" and event.request == added:
                session.cancel(going)
    assert last[going].kind == "cancelled" and last[going].codes.shape[0] == 4
    assert last[steered].kind == last[added].kind == "done"
    mono.set_generation_params(duration=1.0)
    plain = np.asarray(mono.generate(["a"], seed=2, return_tokens=True)[1])[0]
    codes = np.asarray(last[steered].codes)
    assert np.array_equal(codes[:, :17], plain[:, :17]) and not np.array_equal(codes, plain)


def test_the_same_steering_gives_the_same_codes(mono):
    def steered():
        with mono.session() as session:
            session.steer(session.submit("a", duration=1.0, seed=2), prompt="b", at_step=10)
            return [np.asarray(event.codes) for event in session.events() if event.kind == "done"]
    assert np.array_equal(steered(), steered())


def test_a_closed_session(mono):
    session = mono.session()
    request = session.submit("a")
    session.close()
    session.close()
    with pytest.raises(BadInputError):
        session.step()
    with pytest.raises(BadInputError):
        session.cancel(request)
    with mono.session() as empty:
        assert list(empty.events()) == []
        empty.cancel(12345)


def test_codes_alone(mono):
    with mono.session() as session:
        session.submit("a", duration=0.5, decode_audio=False, progress=False)
        events = list(session.events())
    assert [event.kind for event in events] == ["done"]
    assert events[0].audio.shape[-1] == 0 and events[0].codes.shape == (4, 25)
