// Where an exchange's answer goes: its connection.
#pragma once

#include <cstdint>
#include <string>

#include "serve/http/failure.h"
#include "serve/http/message.h"

namespace musicgen::serve {

// On the server's thread. `request` is the id that the answer belongs to; another than the one
// underway is ignored.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  virtual void SendAnswer(uint64_t request, Response response) = 0;
  virtual void FailAnswer(uint64_t request, const Failure& failure) = 0;
  virtual void BeginAnswer(uint64_t request, Response head) = 0;
  virtual void WriteAnswer(uint64_t request, std::string piece) = 0;
  virtual void EndAnswer(uint64_t request) = 0;
  virtual void AbortAnswer(uint64_t request) = 0;
};

}  // namespace musicgen::serve
