#pragma once

#include "musicgen/waveform.hpp"  // IWYU pragma: export
