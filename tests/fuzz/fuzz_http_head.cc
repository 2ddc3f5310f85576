// A connection's bytes, as far as one request goes: head, what it decides, body. However the bytes
// come in pieces, the same comes of them; and what passes has a length on which everybody agrees.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.h"
#include "serve/http/gate.h"
#include "serve/http/head_scanner.h"
#include "serve/http/request_parser.h"

namespace {

using namespace musicgen::serve;

constexpr size_t kHeadBytes = 4096, kBodyBytes = 4096;

struct Outcome {
  int refused = 0;  // the status; 0: not
  std::string path, body;
  bool whole = false;
  size_t used = 0;  // of the bytes

  bool operator==(const Outcome&) const = default;
};

const Gate& TheGate() {
  static const Gate gate = [] {
    ServerOptions options;
    options.limits.json_bytes = kBodyBytes;
    const auto none = [](const std::shared_ptr<Exchange>&) {};
    return Gate(options, {{"GET", "/a/{b}", BodyKind::kNone, true, none, {}},
                          {"POST", "/a", BodyKind::kJson, true, none, {}}});
  }();
  return gate;
}

void CheckAdmitted(const Admission& admission) {
  int hosts = 0, lengths = 0, encodings = 0;
  for (const Header& header : admission.request.headers) {
    hosts += SameName(header.name, "Host");
    lengths += SameName(header.name, "Content-Length");
    encodings += SameName(header.name, "Transfer-Encoding");
    MG_CHECK(header.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
  }
  MG_CHECK(hosts == 1 && lengths + encodings <= 1);
  MG_CHECK(admission.framing.chunked == (encodings == 1));
  MG_CHECK(admission.request.path.starts_with("/a"));
  MG_CHECK(admission.framing.content_length <= admission.body_limit);
}

// `step`: how many bytes come at a time.
Outcome Serve(std::string_view bytes, size_t step) {
  Outcome outcome;
  try {
    HeadScanner scanner(kHeadBytes);
    size_t come = 0;
    do {
      if (come == bytes.size()) return outcome;
      come = std::min(come + step, bytes.size());
    } while (!scanner.Scan(bytes.substr(0, come)));
    RequestParser parser;
    RequestHead head = parser.ParseHead(bytes.substr(0, scanner.size()));
    outcome.used = scanner.size();
    const Admission admission = TheGate().Admit(std::move(head));
    if (admission.refused) throw Refusal(*admission.refused);
    MG_CHECK(parser.Agrees(admission.framing));
    CheckAdmitted(admission);
    outcome.path = admission.request.path;
    while (!parser.done()) {
      const std::string_view here = bytes.substr(outcome.used, come - outcome.used);
      const size_t used = parser.ParseBody(here, admission.body_limit, outcome.body);
      outcome.used += used;
      MG_CHECK(outcome.body.size() <= admission.body_limit);
      if (parser.done() || (used == 0 && come == bytes.size())) break;
      come = std::min(come + step, bytes.size());
    }
    outcome.whole = parser.done();
    if (outcome.whole && !admission.framing.chunked) {
      MG_CHECK(outcome.body.size() == admission.framing.content_length);
    }
  } catch (const Refusal& refusal) {
    outcome = {.refused = refusal.failure().status};
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Outcome at_once = Serve(bytes, std::max<size_t>(size, 1));
  MG_CHECK(at_once == Serve(bytes, 1));
  MG_CHECK(at_once == Serve(bytes, 7));
  return 0;
}
