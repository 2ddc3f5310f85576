"""What AudioCraft's own tests ask of a model, and what users run into beside it."""

import numpy as np
import pytest
import support

from musicgen import Array, BadInputError, Error
from musicgen.models import MusicGen


@pytest.fixture
def two_seconds(model):
    model.set_generation_params(duration=2.0, extend_stride=2.)
    return model


def noise(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def test_generate(two_seconds):
    wav = two_seconds.generate(["youpi", "lapin dort"])
    assert isinstance(wav, Array) and wav.shape == (2, 1, 64000) and wav.dtype == np.float32


def test_unconditional(two_seconds):
    assert two_seconds.generate_unconditional(3).shape == (3, 1, 64000)


def test_continuation(two_seconds):
    assert two_seconds.generate_continuation(noise(3, 1, 32000), 32000).shape == (3, 1, 64000)
    assert two_seconds.generate_continuation(noise(2, 32000), 32000).shape == (1, 1, 64000)
    prompt = noise(2, 1, 32000)
    assert two_seconds.generate_continuation(prompt, 32000, ["youpi", "lapin dort"]).shape == (2, 1, 64000)
    with pytest.raises(AssertionError):
        two_seconds.generate_continuation(prompt, 32000, ["youpi", "lapin dort", "one too many"])
    with pytest.raises(AssertionError, match="longer"):
        two_seconds.generate_continuation(noise(1, 1, 3 * 32000), 32000)
    with pytest.raises(ValueError, match="3 dimensions"):
        two_seconds.generate_continuation(noise(32000), 32000)


def test_continuation_begins_with_the_prompt(two_seconds):
    prompt = noise(1, 1, 32000)
    given, _ = two_seconds.compression_model.encode(prompt)
    _, tokens = two_seconds.generate_continuation(prompt, 32000, ["a"], return_tokens=True)
    assert np.array_equal(np.asarray(tokens)[..., :25], given)


def test_long(model):
    model.max_duration = 3.
    model.set_generation_params(duration=4., extend_stride=2.)
    assert model.generate(["youpi", "lapin dort"]).shape == (2, 1, 128000)
    model.max_duration = 1.5
    with pytest.raises(AssertionError, match="stride"):
        model.generate(["a"])


def test_two_step_cfg(two_seconds):
    two_seconds.set_generation_params(duration=2.0, extend_stride=2., two_step_cfg=True)
    assert two_seconds.generate(["youpi", "lapin dort"]).shape == (2, 1, 64000)


def test_melody_on_a_model_without(model):
    with pytest.raises(RuntimeError, match="Use the `melody` model"):
        model.generate_with_chroma(["a"], noise(1, 1, 32000), 32000)


def test_tokens_are_what_the_sound_was_made_of(model):
    wav, tokens = model.generate(["a", "b"], return_tokens=True)
    assert tokens.shape == (2, 4, 25) and tokens.dtype == np.int64
    assert np.array_equal(model.generate_audio(tokens), wav)
    codes, scale = model.compression_model.encode(wav)
    assert codes.shape == tokens.shape and scale is None
    with pytest.raises(AssertionError):
        model.generate_audio(tokens[0])
    for wrong in (np.asarray(tokens) + 400, np.asarray(tokens) - 400, np.asarray(tokens) + 2 ** 40,
                  np.asarray(tokens, np.float32)):
        with pytest.raises(BadInputError):
            model.generate_audio(wrong)


def test_seeds(model):
    first = model.generate(["a", "a"], seed=5)
    assert np.array_equal(first, model.generate(["a", "a"], seed=5))
    assert np.array_equal(first[1], model.generate(["a"], seed=6)[0])
    assert not np.array_equal(first[0], first[1])
    assert not np.array_equal(model.generate(["a"]), model.generate(["a"]))


def test_settings_are_heeded(model):
    model.set_generation_params(duration=1, use_sampling=False)
    greedy = model.generate(["a"])
    assert np.array_equal(greedy, model.generate(["a"]))
    model.generation_params["use_sampling"] = True
    model.duration = 2
    assert model.generate(["a"]).shape == (1, 1, 64000)


def test_progress(model, capfd):
    told = []
    model.set_custom_progress_callback(lambda *steps: told.append(steps))
    model.generate(["a", "b"])
    assert not told
    model.generate(["a", "b"], progress=True)
    assert told == sorted(set(told)) and told[-1][0] == told[-1][1] and len(told) > 20
    model.set_custom_progress_callback()
    model.generate(["a"], progress=True)
    output = "".join(capfd.readouterr())
    assert f"{told[-1][0]}" in output


def test_progress_without_tqdm(model, monkeypatch, capfd):
    monkeypatch.setitem(__import__("sys").modules, "tqdm.auto", None)
    model.generate(["a"], progress=True)
    assert " / " in capfd.readouterr().out


def test_a_callback_that_raises_ends_the_piece(model):
    model.duration = 30

    def stop(generated, _):
        if generated >= 5:
            raise StopIteration("enough")

    model.set_custom_progress_callback(stop)
    with pytest.raises(StopIteration, match="enough"):
        model.generate(["a"], progress=True)
    model.set_generation_params(duration=1)
    model.set_custom_progress_callback()
    assert model.generate(["a"]).shape == (1, 1, 32000)


def test_refusals(model):
    with pytest.raises(TypeError, match="list of texts"):
        model.generate("a text alone")
    with pytest.raises(TypeError, match="found int"):
        model.generate([3])
    with pytest.raises(ValueError, match="at least one"):
        model.generate([])
    with pytest.raises(BadInputError):
        MusicGen.get_pretrained(str(support.FIXTURES))
    with pytest.raises(BadInputError, match="f33"):
        MusicGen.get_pretrained("debug", precision="f33")
    with pytest.raises(BadInputError):
        MusicGen.get_pretrained("debug", text_encoder="/nowhere")
    model.generation_params["temp"] = -1
    with pytest.raises(Error):
        model.generate(["a"])


def test_devices():
    with pytest.warns(UserWarning, match="device cuda"):
        model = MusicGen.get_pretrained("debug", device="cuda")
    assert model.device == "cpu"
    assert MusicGen.get_pretrained("debug", "cpu").sample_rate == 32000


def test_threads_share_a_model(model):
    from concurrent.futures import ThreadPoolExecutor
    expected = model.generate(["a", "b", "c", "d"], seed=3)
    with ThreadPoolExecutor(4) as pool:
        alone = list(pool.map(lambda i: model.generate(["abcd"[i]], seed=3 + i), range(4)))
    for i in range(4):
        assert np.array_equal(alone[i][0], expected[i])
