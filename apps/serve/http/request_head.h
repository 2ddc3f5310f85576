// A request's first line and headers, as they came.
#pragma once

#include <string>
#include <vector>

#include "serve/http/message.h"

namespace musicgen::serve {

struct RequestHead {
  std::string method, target;
  bool http_1_0 = false;
  std::vector<Header> headers;
};

}  // namespace musicgen::serve
