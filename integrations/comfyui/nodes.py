"""The nodes. ComfyUI's own modules are used where they are there: tests do without."""

from .client import Client
from .sound import from_wavs, to_wav

try:
    from comfy.model_management import throw_exception_if_processing_interrupted as check_interrupt
except ImportError:
    def check_interrupt():
        pass

try:
    from comfy.utils import ProgressBar
except ImportError:
    ProgressBar = None

MOST_SECONDS = 300.0
MOST_SEED = (1 << 53) - 1  # what the browser's numbers hold


def _progress():
    bar = []

    def update(done, total):
        if ProgressBar is None:
            return
        if not bar:
            bar.append(ProgressBar(total))
        bar[0].update_absolute(done, total)

    return update


class _Generate:
    RETURN_TYPES = ("AUDIO",)
    RETURN_NAMES = ("audio",)
    FUNCTION = "generate"
    CATEGORY = "audio/MusicGen"
    SOUNDS = {}  # AUDIO inputs, by the server's fields
    LENGTH = "Seconds of music"

    @classmethod
    def INPUT_TYPES(cls):
        required = {
            "prompt": ("STRING", {"multiline": True, "default": "lofi hip hop with a warm piano",
                                  "tooltip": "What the music should be like"}),
            "seconds": ("FLOAT", {"default": 10.0, "min": 0.1, "max": MOST_SECONDS, "step": 0.1, "tooltip": cls.LENGTH}),
            "seed": ("INT", {"default": 0, "min": 0, "max": MOST_SEED, "control_after_generate": True,
                             "tooltip": "The same seed gives the same music"}),
        }
        for name, help in cls.SOUNDS.values():
            required[name] = ("AUDIO", {"tooltip": help})
        optional = {
            "guidance": ("FLOAT", {"default": 3.0, "min": 0.0, "max": 100.0, "step": 0.1,
                                   "tooltip": "Strength of the prompt; 1: no guidance"}),
            "temperature": ("FLOAT", {"default": 1.0, "min": 0.0, "max": 100.0, "step": 0.05}),
            "top_k": ("INT", {"default": 250, "min": 0, "max": 1 << 20, "tooltip": "0: all codes"}),
            "top_p": ("FLOAT", {"default": 0.0, "min": 0.0, "max": 1.0, "step": 0.01,
                                "tooltip": "Above 0: instead of top_k"}),
            "takes": ("INT", {"default": 1, "min": 1, "max": 16, "tooltip": "Results, as a batch"}),
            "model": ("STRING", {"default": "", "tooltip": "A name of the server's /v1/models; empty: its first"}),
            "server": ("STRING", {"default": "", "tooltip": "Empty: $MUSICGEN_SERVER, else http://127.0.0.1:8080"}),
        }
        return {"required": required, "optional": optional}

    def generate(self, prompt, seconds, seed, guidance=3.0, temperature=1.0, top_k=250, top_p=0.0, takes=1, model="",
                 server="", **sounds):
        fields = {"input": prompt, "audio_length": seconds, "seed": seed, "guidance_scale": guidance,
                  "temperature": temperature, "top_k": top_k, "top_p": top_p, "n": takes}
        if model:
            fields["model"] = model
        for field, (name, _) in self.SOUNDS.items():
            sounds[field] = to_wav(sounds.pop(name))
        self.add(fields, sounds)
        return (from_wavs(Client(server).generate(fields, sounds, check_interrupt, _progress())),)

    def add(self, fields, sounds):
        """Moves what a subclass has beside sounds into the fields."""


class MusicGenText(_Generate):
    DESCRIPTION = "Text to music"


class MusicGenMelody(_Generate):
    DESCRIPTION = "Music that follows a melody, in the style that the text says (melody models)"
    SOUNDS = {"melody": ("melody", "Sound whose melody to follow")}


class MusicGenContinue(_Generate):
    DESCRIPTION = "Continues a sound"
    SOUNDS = {"audio_prompt": ("audio", "Sound to continue; it begins the result")}
    LENGTH = "Seconds of the result, those of the sound included"

    @classmethod
    def INPUT_TYPES(cls):
        types = super().INPUT_TYPES()
        types["optional"]["use_seconds"] = ("FLOAT", {
            "default": 0.0, "min": -MOST_SECONDS, "max": MOST_SECONDS, "step": 0.1,
            "tooltip": "Use only the first so many seconds of the sound; below 0: its last; 0: all"})
        return types

    def add(self, fields, sounds):
        use_seconds = sounds.pop("use_seconds", 0.0)
        if use_seconds < 0:
            fields["prompt_start"] = use_seconds
        elif use_seconds > 0:
            fields["prompt_duration"] = use_seconds


class MusicGenBars:
    DESCRIPTION = "How long so many bars are; the text goes behind a prompt"
    RETURN_TYPES = ("FLOAT", "STRING")
    RETURN_NAMES = ("seconds", "text")
    FUNCTION = "measure"
    CATEGORY = "audio/MusicGen"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {
            "bpm": ("FLOAT", {"default": 120.0, "min": 20.0, "max": 400.0, "step": 0.1}),
            "bars": ("INT", {"default": 8, "min": 1, "max": 1000}),
            "beats_per_bar": ("INT", {"default": 4, "min": 1, "max": 32}),
        }}

    def measure(self, bpm, bars, beats_per_bar):
        return (bars * beats_per_bar * 60.0 / bpm, f"{bpm:g} bpm")


NODE_CLASS_MAPPINGS = {node.__name__: node for node in (MusicGenText, MusicGenMelody, MusicGenContinue, MusicGenBars)}
NODE_DISPLAY_NAME_MAPPINGS = {
    "MusicGenText": "MusicGen: text to music",
    "MusicGenMelody": "MusicGen: melody and text to music",
    "MusicGenContinue": "MusicGen: continue a sound",
    "MusicGenBars": "MusicGen: bars to seconds",
}
