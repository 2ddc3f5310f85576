// Ordinary clips for the general training tests: music by style, key, tempo, lead and structure,
// with a player's small irregularities, as notes for a General MIDI sound font. Nothing of it lies
// on the codec's frames.
#pragma once

#include <cstdint>
#include <vector>

#include "compose/clip_files.h"
#include "compose/clip_style.h"
#include "compose/instruments.h"
#include "compose/sound_font.h"

namespace musicgen::compose {

struct ClipAttributes {
  ClipStyle style = ClipStyle::kPop;
  int bpm = 120;
  Key key{};
  int lead = 0;           // of ClipLeads()
  int accompaniment = 0;  // of ClipAccompaniments()
  bool drums = true;
};

struct Clip {
  ClipAttributes attributes;
  std::vector<NoteEvent> notes;
};

// One pair of style and lead in ten is kept from training.
bool HeldOut(ClipStyle style, int lead);

// The clip of this counter; `training` draws none of the pairs that are held out. The same on every
// machine. Thread-safe.
Clip ComposeClip(uint64_t seed, uint64_t counter, double duration_s, bool training);

// Its sound, peaks below -1 dBFS.
std::vector<float> RenderClip(const Clip& clip, double duration_s, SoundFont* font);

// What the files beside it say. Each part of the description is left out with probability 0.3.
ClipText TextOf(const Clip& clip, uint64_t seed, uint64_t counter);

}  // namespace musicgen::compose
