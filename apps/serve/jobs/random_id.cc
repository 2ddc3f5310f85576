#include "serve/jobs/random_id.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "musicgen/error.hpp"

namespace musicgen::serve {
namespace {

// Up to 256 bytes, which getrandom gives whole.
void Fill(void* bytes, size_t count) {
  ssize_t got = -1;
  do {
    got = getrandom(bytes, count, 0);
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(count)) {
    throw Error(ErrorCode::kFailure, "the system gives no random numbers");
  }
}

}  // namespace

std::string RandomId() {
  std::array<uint8_t, 16> bytes;
  Fill(bytes.data(), bytes.size());
  std::string id;
  for (const uint8_t byte : bytes) {
    id += "0123456789abcdef"[byte >> 4];
    id += "0123456789abcdef"[byte & 15];
  }
  return id;
}

uint64_t RandomSeed() {
  uint32_t seed = 0;
  Fill(&seed, sizeof seed);
  return seed;
}

}  // namespace musicgen::serve
