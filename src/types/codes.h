#pragma once

#include "musicgen/codes.hpp"  // IWYU pragma: export
