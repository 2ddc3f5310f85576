// This test program as the child that decodes: as the product does it, and in ways that only a
// decoder in foreign hands would go.
#pragma once

#include <string>
#include <vector>

#include "serve/upload/decode_upload.h"

namespace musicgen::serve {

// Without a name, the child of the product.
inline UploadDecoder Child(const std::string& name = "") {
  UploadDecoder decoder;
  if (!name.empty()) decoder.arguments.push_back(name);
  return decoder;
}

// Names of children that enter the sandbox and make a forbidden call.
std::vector<std::string> ForbiddenCalls();

}  // namespace musicgen::serve
