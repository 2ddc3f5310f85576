// The access log: who asked for what, and what became of it.
#pragma once

#include <cstdint>
#include <string>

namespace musicgen::serve {

// One line of the access log.
struct AccessRecord {
  uint64_t request = 0;
  std::string peer, method, path;  // path without query, as far as it is printable
  int status = 0;                  // 0: no answer was sent
  uint64_t bytes_received = 0, bytes_sent = 0;
  double seconds = 0;  // from the head's first byte to the answer's last
};

// One line of JSON without its end: time (UTC, ISO 8601), request, peer, method, path, status,
// bytes_received, bytes_sent, seconds. Characters that are not printable ASCII are "?", so that a
// line stays one and a terminal is not steered; texts are cut at 256. Of requests' contents it
// holds nothing.
std::string AccessLine(const AccessRecord& record, double unix_s);

}  // namespace musicgen::serve
