// The shapes in which the vendors' clients expect an error.
#pragma once

#include "serve/http/failure.h"
#include "serve/http/message.h"
#include "serve/routes/field.h"

namespace musicgen::serve {

// {"error": {"message", "type", "param", "code"}}: OpenAI's and ours.
Response ErrorObject(const Failure& failure);
Json ErrorObjectSchema();
// {"detail": …}: FastAPI's, which ElevenLabs has. Bad input is 422 with a list of faults.
Response DetailBody(const Failure& failure);
Json DetailSchema();
// {"title", "detail", "status"}: RFC 7807, which Replicate has.
Response ProblemBody(const Failure& failure);
Json ProblemSchema();
// {"error": "sentence"}: Hugging Face.
Response ErrorText(const Failure& failure);
Json ErrorTextSchema();
// {"success": false, "error": "sentence"}: gary4juce.
Response SuccessFalse(const Failure& failure);
Json SuccessFalseSchema();

}  // namespace musicgen::serve
