// A graphics card, as the library sees it.
#pragma once

#include <cstdint>
#include <string>

namespace musicgen {

struct GraphicsCard {
  std::string name;
  std::string driver;         // and its version
  std::string kind;           // "discrete", "integrated", "virtual", "other", "software"
  uint64_t memory_bytes = 0;  // its own
  std::string arithmetic;     // how it computes, proved on it, or why it is refused
};

}  // namespace musicgen
