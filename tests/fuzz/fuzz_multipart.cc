// A form: its Content-Type in the first line, its body behind.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/check.h"
#include "serve/http/failure.h"
#include "serve/http/multipart.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace musicgen::serve;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t line = std::min(text.find('\n'), text.size());
  const std::string_view body = text.substr(std::min(line + 1, text.size()));
  try {
    std::set<std::string> names;
    size_t bytes = 0;
    for (const Part& part : ParseMultipart(text.substr(0, line), body)) {
      MG_CHECK(!part.name.empty() && names.insert(part.name).second);
      MG_CHECK(part.name.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
      MG_CHECK(part.file_name.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
      // Parts lie in the body, in order, with their heads between them.
      MG_CHECK(part.data.data() >= body.data() + bytes);
      bytes = static_cast<size_t>(part.data.data() - body.data()) + part.data.size();
      MG_CHECK(bytes < body.size());
    }
    MG_CHECK(names.size() <= 64);
  } catch (const Refusal& refusal) {
    MG_CHECK(refusal.failure().status == 400);
  }
  return 0;
}
