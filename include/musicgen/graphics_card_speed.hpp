// How fast a graphics card is, whatever it computes.
#pragma once

namespace musicgen {

struct GraphicsCardSpeed {
  double copy_bytes_per_s = 0;  // from its memory to its memory: read and written bytes together
  double dispatch_s = 0;  // a shader with next to nothing to do, which waits for the one before
};

}  // namespace musicgen
