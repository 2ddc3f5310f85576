#include "fixtures_directory.h"

namespace musicgen {

const char* const kFixturesDirectory = MUSICGEN_FIXTURES;

}  // namespace musicgen
