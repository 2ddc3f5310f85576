#include "conditioning/melody.h"

#include <algorithm>

#include "audio/convert.h"
#include "audio/resample.h"
#include "base/check.h"
#include "base/error.h"

namespace musicgen::conditioning {

namespace {

Waveform Convert(const Waveform& melody, Reference reference, const MelodyFormat& format) {
  if (reference == Reference::kAudioCraft) {
    const int64_t channels = std::min(format.channels, melody.channels);
    return audio::ConvertChannels(audio::ConvertAudio(melody, format.sample_rate_hz, channels), 1);
  }
  Waveform sound = audio::ConvertChannels(
      audio::ResampleTorchaudio(melody, format.sample_rate_hz, audio::kMelodyFilter), 1);
  if (sound.samples > format.most_samples) {
    sound.samples = format.most_samples;
    sound.values.resize(static_cast<size_t>(sound.samples));
  }
  return sound;
}

}  // namespace

Waveform MelodySound(const Waveform& melody, Reference reference, const MelodyFormat& format) {
  if (melody.samples == 0) ThrowBadInput("melody: expected at least one sample, found none");
  Waveform sound = Convert(melody, reference, format);
  if (sound.samples == 0) {  // a few samples of a high rate are less than one of ours
    ThrowBadInput("melody: expected at least one sample at ", format.sample_rate_hz, " Hz, found ",
                  melody.samples, " at ", melody.sample_rate_hz);
  }
  return sound;
}

Waveform MelodyWindow(const Waveform& sound, int64_t first_sample, int64_t samples) {
  MG_CHECK_LT(0, sound.samples);
  Waveform window(sound.sample_rate_hz, sound.channels, samples);
  for (int64_t c = 0; c < sound.channels; ++c) {
    int64_t at = first_sample % sound.samples;
    for (int64_t n = 0; n < samples; ++n) {
      window.channel(c)[n] = sound.channel(c)[at];
      if (++at == sound.samples) at = 0;
    }
  }
  return window;
}

Waveform PadBehind(const Waveform& sound, int64_t samples) {
  if (samples <= sound.samples) return sound;
  Waveform padded(sound.sample_rate_hz, sound.channels, samples);
  for (int64_t c = 0; c < sound.channels; ++c) {
    std::copy_n(sound.channel(c), sound.samples, padded.channel(c));
  }
  return padded;
}

int64_t ChromaSamples(const ChromaConfig& config, int64_t frames) {
  return (frames - 1) * config.hop_samples + config.n_fft / 2;
}

Chroma MatchLength(const Chroma& chroma, int64_t frames) {
  MG_CHECK_LT(0, chroma.frames);
  Chroma out(frames, chroma.classes);
  for (int64_t f = 0; f < frames; ++f) {
    std::copy_n(chroma.frame(f % chroma.frames), chroma.classes, out.frame(f));
  }
  return out;
}

Chroma NullChroma(int64_t frames, int64_t classes) {
  Chroma chroma(frames, classes);
  for (int64_t f = 0; f < frames; ++f) chroma.frame(f)[0] = 1.0f;
  return chroma;
}

ConditionRows JoinPrefix(const ConditionRows& melody, const ConditionRows& text) {
  MG_CHECK(text.rows == 0 || melody.width == text.width);
  ConditionRows prefix = melody;
  prefix.rows += text.rows;
  prefix.values.insert(prefix.values.end(), text.values.begin(), text.values.end());
  return prefix;
}

}  // namespace musicgen::conditioning
