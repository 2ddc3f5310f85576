// The JSON of requests, read by a table of fields with all types, and base64.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "musicgen/error.hpp"
#include "serve/http/failure.h"
#include "serve/routes/base64.h"
#include "serve/routes/call.h"
#include "serve/routes/field_values.h"

namespace serve = musicgen::serve;

namespace {

std::vector<serve::Field> Inner() {
  return {serve::Number("x", "", 0, 1), serve::Boolean("flag", ""), serve::Any("any", "")};
}

const std::vector<serve::Field>& Table() {
  static const std::vector<serve::Field> table = {
      serve::Required(serve::Text("input", "", 100)),
      serve::Word("format", "", {"wav", "mp3"}),
      serve::Above(serve::Number("length", "", 0, 300)),
      serve::Integer("seed", "", -1, 4611686018427387904.0),
      serve::Object("extra", "", Inner()),
      serve::File("melody", "")};
  return table;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto others : {serve::OtherFields::kRefused, serve::OtherFields::kIgnored}) {
    try {
      const auto values = serve::FieldValues::FromJson(Table(), others, text);
      values.Text("input");
      values.Number("length");
      values.Integer("seed");
      if (const serve::Json* extra = values.Find("extra")) serve::Dump(*extra);
    } catch (const serve::Refusal&) {
    } catch (const musicgen::Error&) {
    }
  }
  if (const auto bytes = serve::DecodeBase64(text)) {
    if (serve::DecodeBase64(serve::EncodeBase64(*bytes)) != bytes) __builtin_trap();
  }
  serve::DecodeDataUri(text);
  return 0;
}
