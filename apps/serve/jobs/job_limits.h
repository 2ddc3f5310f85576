// How much is asked and kept.
#pragma once

#include <cstddef>
#include <cstdint>

namespace musicgen::serve {

struct JobLimits {
  int parallel = 0;  // streams at once, of all models; 0: as many as each model takes
  int queue = 32;    // jobs that wait
  int takes = 16;
  double duration_s = 300;
  size_t prompt_characters = 4096;
  // Music without end is made so far ahead of being heard, if it plays from its first sound on: a
  // steering is heard after as long, and no client has to hold what its server made too early.
  double ahead_s = 3;
  int kept_jobs = 512;  // that have ended; the oldest are forgotten
  double kept_s = 3600;
  uint64_t kept_sound_bytes = 512 << 20;  // of sound beside the codes, else rendered again
  uint64_t weights_bytes = 0;  // of the models that are loaded together; 0: as memory allows
};

}  // namespace musicgen::serve
