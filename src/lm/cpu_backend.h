// The decode backend made of the op headers.
#pragma once

#include "lm/network_backend.h"
#include "lm/transformer.h"

namespace musicgen::lm {

class CpuBackend : public NetworkBackend {
 public:
  // Both outlive the backend.
  CpuBackend(const Transformer& transformer, ThreadPool& pool);
};

}  // namespace musicgen::lm
