// multipart/form-data (RFC 7578) of a whole body.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace musicgen::serve {

struct Part {
  std::string name, file_name, content_type;  // file_name: empty for a field
  std::string_view data;                      // in `body`
};

// At most 64 parts, heads of 4 KiB each. Throws Refusal(400) for what is not well formed, a name
// that comes twice among them.
std::vector<Part> ParseMultipart(std::string_view content_type, std::string_view body);

}  // namespace musicgen::serve
