// Where tests/fixtures is. Of one object alone, so that the others do not depend on where the
// repository lies, and a compiler's cache knows them in every clone.
#pragma once

namespace musicgen {

extern const char* const kFixturesDirectory;

}  // namespace musicgen
