#pragma once

#include "musicgen/chroma.hpp"  // IWYU pragma: export
