// The description of the server that tool servers and client generators read.
#pragma once

#include <string>
#include <vector>

#include "serve/routes/operation.h"

namespace musicgen::serve {

// OpenAPI 3.1.
Json OpenApiOf(const std::vector<Operation>& operations, const std::string& version);

}  // namespace musicgen::serve
