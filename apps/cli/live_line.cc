#include "cli/live_line.h"

#include <nlohmann/json.hpp>

#include "common/errors.h"
#include "common/json_input.h"
#include "common/text_file.h"

namespace musicgen::cli {
namespace {

using common::BadInput;
using common::Found;
using Json = nlohmann::ordered_json;

constexpr int64_t kMostSteps = int64_t{1} << 40;
constexpr int64_t kMostTopK = 1 << 20;

std::string Text(const Json& value, const std::string& where) {
  if (!value.is_string()) BadInput(where + ": expected a string, found " + Found(value));
  std::string text = value.get<std::string>();
  if (text.find('\0') != std::string::npos) BadInput(where + ": expected text, found a NUL in it");
  return text;
}

double Number(const Json& value, const std::string& where, double most) {
  const double number = value.is_number() ? value.get<double>() : -1;
  if (!(number >= 0 && number <= most)) {
    BadInput(where + ": expected a number from 0 to " + std::to_string(static_cast<int>(most)) +
             ", found " + Found(value));
  }
  return number;
}

int64_t Whole(const Json& value, const std::string& where, int64_t most) {
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() || value.get<uint64_t>() <= INT64_MAX);
  const int64_t number = fits ? value.get<int64_t>() : -1;
  if (number < 0 || number > most) {
    BadInput(where + ": expected a whole number from 0 to " + std::to_string(most) + ", found " +
             Found(value));
  }
  return number;
}

}  // namespace

Steering ParseLiveLine(const std::string& line, const std::string& where) {
  Steering steering;
  const std::string text = common::DecodeText(line, where);
  const size_t start = text.find_first_not_of(" \t");
  if (start == std::string::npos || text[start] != '{') {
    steering.prompt = text;
    return steering;
  }
  const Json object = common::ParseJson(text, where);
  if (object.size() == object.count("at_step")) {
    BadInput(where + ": expected prompt, cfg_coef, temperature, top_k or top_p, found " +
             Found(object));
  }
  for (const auto& [key, value] : object.items()) {
    const std::string place = std::string(where).append(": ").append(key);
    if (key == "prompt") {
      steering.prompt = Text(value, place);
    } else if (key == "cfg_coef") {
      steering.cfg_coef = Number(value, place, 100);
    } else if (key == "temperature") {
      steering.temperature = Number(value, place, 100);
    } else if (key == "top_k") {
      steering.top_k = Whole(value, place, kMostTopK);
    } else if (key == "top_p") {
      steering.top_p = Number(value, place, 1);
    } else if (key == "at_step") {
      steering.at_step = Whole(value, place, kMostSteps);
    } else {
      BadInput(where + ": unknown field " + Found(Json(key)) +
               ": expected prompt, cfg_coef, temperature, top_k, top_p or at_step");
    }
  }
  return steering;
}

}  // namespace musicgen::cli
