// The device went away: all that was in its memory is gone, and it has to be opened again.
#pragma once

#include "base/error.h"

namespace musicgen::gpu {

class DeviceLost : public Error {
 public:
  using Error::Error;
};

}  // namespace musicgen::gpu
