"""ComfyUI's AUDIO, {"waveform": float tensor [B, C, T], "sample_rate"}, to and from WAV files."""

import io
import struct
import wave

import torch


def to_wav(audio):
    """The first sound of a batch as a WAV file of 32-bit floats: levels beyond full scale survive."""
    waveform = audio["waveform"]
    if waveform.dim() != 3 or 0 in waveform.shape:
        raise ValueError(f"expected AUDIO with a waveform [batch, channels, samples], found {list(waveform.shape)}")
    rate, channels = int(audio["sample_rate"]), waveform.shape[1]
    data = waveform[0].detach().to("cpu", torch.float32).T.contiguous().numpy().tobytes()
    form = struct.pack("<HHIIHH", 3, channels, rate, rate * channels * 4, channels * 4, 32)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def from_wavs(files):
    """AUDIO of WAV files of 16 bits and one length."""
    sounds = []
    for file in files:
        with wave.open(io.BytesIO(file)) as wav:
            rate, channels = wav.getframerate(), wav.getnchannels()
            samples = torch.frombuffer(bytearray(wav.readframes(wav.getnframes())), dtype=torch.int16)
        sounds.append(samples.reshape(-1, channels).T.to(torch.float32) / 32768)
    return {"waveform": torch.stack(sounds).contiguous(), "sample_rate": rate}
