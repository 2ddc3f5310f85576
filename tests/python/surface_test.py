"""The surface is AudioCraft's: names, order and defaults of parameters."""

import inspect

import pytest
import support  # noqa: F401

import musicgen
from musicgen.data import audio, audio_utils
from musicgen.models import CompressionModel, MultiBandDiffusion, MusicGen
from musicgen.utils import notebook

# AudioCraft 1.4.0a2's signatures, without self. Ours may add parameters that are given by name alone.
METHODS = {
    "get_pretrained": "name='facebook/musicgen-melody', device=None",
    "set_generation_params": "use_sampling=True, top_k=250, top_p=0.0, temperature=1.0, duration=30.0, cfg_coef=3.0, "
                             "cfg_coef_beta=None, two_step_cfg=False, extend_stride=18",
    "set_style_conditioner_params": "eval_q=3, excerpt_length=3.0, ds_factor=None, encodec_n_q=None",
    "generate": "descriptions, progress=False, return_tokens=False",
    "generate_unconditional": "num_samples, progress=False, return_tokens=False",
    "generate_continuation": "prompt, prompt_sample_rate, descriptions=None, progress=False, return_tokens=False",
    "generate_with_chroma": "descriptions, melody_wavs, melody_sample_rate, progress=False, return_tokens=False",
    "generate_audio": "gen_tokens",
    "set_custom_progress_callback": "progress_callback=None",
}
FUNCTIONS = {
    audio.audio_write: "stem_name, wav, sample_rate, format='wav', mp3_rate=320, ogg_rate=None, normalize=True, "
                       "strategy='peak', peak_clip_headroom_db=1, rms_headroom_db=18, loudness_headroom_db=14, "
                       "loudness_compressor=False, log_clipping=True, make_parent_dir=True, add_suffix=True",
    audio.audio_read: "filepath, seek_time=0.0, duration=-1.0, pad=False",
    audio.audio_info: "filepath",
    audio_utils.convert_audio: "wav, from_rate, to_rate, to_channels",
    audio_utils.convert_audio_channels: "wav, channels=2",
    audio_utils.normalize_audio: "wav, normalize=True, strategy='peak', peak_clip_headroom_db=1, rms_headroom_db=18, "
                                 "loudness_headroom_db=14, loudness_compressor=False, log_clipping=False, "
                                 "sample_rate=None, stem_name=None",
    audio_utils.clip_wav: "wav, log_clipping=False, stem_name=None",
    audio_utils.f32_pcm: "wav",
    audio_utils.i16_pcm: "wav",
    notebook.display_audio: "samples, sample_rate",
}


def positional(function):
    """The parameters that may be given by place, as they would be written."""
    return ", ".join(p.name if p.default is p.empty else f"{p.name}={p.default!r}"
                     for p in inspect.signature(function).parameters.values()
                     if p.kind is p.POSITIONAL_OR_KEYWORD and p.name != "self")


def test_version():
    assert musicgen.__version__ == musicgen.version()
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        musicgen.nothing


@pytest.mark.parametrize("name", METHODS)
def test_method(name):
    assert positional(getattr(MusicGen, name)) == METHODS[name]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_function(function):
    assert positional(function) == FUNCTIONS[function]


def test_every_public_name_has_a_docstring():
    for public in (MusicGen, CompressionModel, musicgen.Session, musicgen.Array):
        assert public.__doc__
    for cls in (MusicGen, musicgen.Session):
        for name, member in inspect.getmembers(cls, inspect.isfunction):
            assert name.startswith("_") or name == "close" or member.__doc__, name


def test_what_scripts_read(model):
    assert (model.name, model.sample_rate, model.frame_rate, model.audio_channels) == ("debug", 32000, 25, 1)
    assert (model.max_duration, model.duration, model.extend_stride) == (30.0, 1.0, 18)
    assert model.generation_params == {"use_sampling": True, "temp": 1.0, "top_k": 250, "top_p": 0.0,
                                       "cfg_coef": 3.0, "two_step_cfg": False, "cfg_coef_beta": None}
    codec = model.compression_model
    assert (codec.sample_rate, codec.frame_rate, codec.channels) == (32000, 25, 1)
    assert (codec.num_codebooks, codec.total_codebooks, codec.cardinality) == (4, 4, 400)
    assert codec.eval() is codec and codec.to("cpu") is codec
    assert model.precision == "f32" and model.licence == "unknown"
    assert str(model.device) == "cpu"


def test_duration_is_15_until_set():
    assert MusicGen.get_pretrained("debug").duration == 15


def test_what_is_not_there_says_why(model):
    with pytest.raises(AttributeError, match="no torch module"):
        model.lm
    with pytest.raises(AttributeError, match="training configuration"):
        model.cfg
    assert not hasattr(model, "lm") and not hasattr(model, "cfg")
    with pytest.raises(AssertionError, match="MusicGen-Style"):
        model.set_style_conditioner_params(eval_q=1)
    with pytest.raises(NotImplementedError, match="MultiBandDiffusion"):
        MultiBandDiffusion.get_mbd_musicgen()
    with pytest.raises(AssertionError, match="stride"):
        model.set_generation_params(extend_stride=30)


def test_display_audio(monkeypatch):
    import sys
    import types

    import numpy as np
    shown = []
    ipython, display = types.ModuleType("IPython"), types.ModuleType("IPython.display")
    display.Audio = lambda values, rate: (values.shape, rate)
    display.display = shown.append
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    notebook.display_audio(musicgen.Array(np.zeros((2, 1, 9))), 32000)
    notebook.display_audio(np.zeros((1, 9)), 16000)
    assert shown == [((1, 9), 32000), ((1, 9), 32000), ((1, 9), 16000)]
    with pytest.raises(AssertionError):
        notebook.display_audio(np.zeros(9), 16000)
    monkeypatch.setitem(sys.modules, "IPython.display", None)
    with pytest.raises(ImportError, match="pip install ipython"):
        notebook.display_audio(np.zeros((1, 9)), 16000)
