// Single notes and whole tracks of a General MIDI sound font. FluidSynth stays behind this header.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace musicgen::compose {

struct Preset {
  bool drums = false;  // of the percussion bank: a kit, whose keys are its sounds
  int program = 0;     // from 0
};

struct NoteEvent {
  int onset_samples;
  int length_samples;  // from onset to release
  Preset preset;
  int key;       // MIDI pitch
  int velocity;  // 1 … 127
};

// Reverb and chorus are off. The same renderings in the same order give the same sound; in another
// order the first two milliseconds of a note may differ by a hundredth, since FluidSynth lets a
// voice glide from the loudness of the note it had before.
class SoundFont {
 public:
  // Throws Error(kBadInput) when the file is not a sound font that FluidSynth reads.
  explicit SoundFont(const std::string& path);
  ~SoundFont();
  SoundFont(const SoundFont&) = delete;
  SoundFont& operator=(const SoundFont&) = delete;

  bool Has(const Preset& preset) const;
  // Mono, 32 kHz, [sample_count]; a preset that is missing sounds as the nearest that General MIDI
  // names (FluidSynth's rule). Events in any order.
  std::vector<float> Render(const std::vector<NoteEvent>& events, int sample_count);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// MUSICGEN_SOUND_FONT, or the first that Debian's packages install. Throws Error(kBadInput) naming
// the packages when there is none.
std::string FindSoundFont();

}  // namespace musicgen::compose
