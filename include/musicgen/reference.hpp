#pragma once

#include <cstdint>

namespace musicgen {

// Whose reading of an empty prompt and of padding is followed. Numbers are those of musicgen.h.
enum class ReferenceDialect : int32_t {
  kAuto =
      0,  // the checkpoint's own, but each sample of a batch always gets what it would get alone
  // As the library named does it, in its batches too, where padding makes samples depend on their
  // neighbours: AudioCraft attends to padded text; transformers puts silence in front of shorter
  // audio prompts; with melody models both attend to padded text.
  kHuggingFace = 1,
  kAudioCraft = 2,
};

}  // namespace musicgen
