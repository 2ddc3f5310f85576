"""What others make of the exported codec."""

import numpy as np


def decode_by_transformers(directory, codes):
    """Sounds [N] of codes [B, 4, T] by the EncodecModel of a MusicGen or EnCodec directory, at f32."""
    import torch
    import transformers

    config = transformers.AutoConfig.from_pretrained(directory)
    if config.model_type == "encodec":
        codec = transformers.EncodecModel.from_pretrained(directory, dtype=torch.float32)
    else:
        codec = transformers.MusicgenForConditionalGeneration.from_pretrained(directory, dtype=torch.float32).audio_encoder
    with torch.no_grad():
        sounds = [codec.eval().decode(torch.from_numpy(np.asarray(song, dtype=np.int64))[None, None], [None])[0]
                  for song in codes]
    return [sound[0, 0].numpy() for sound in sounds]
