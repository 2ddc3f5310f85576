#pragma once

namespace musicgen {

// The part of a sound file that is read. The rest is neither kept nor counted against the limit of
// ten minutes.
struct Excerpt {
  double start_s = 0;     // below 0: so many seconds before the end; all where there are fewer
  double duration_s = 0;  // at most; 0: to the end
};

}  // namespace musicgen
