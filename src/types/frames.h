#pragma once

#include "musicgen/frames.hpp"  // IWYU pragma: export
