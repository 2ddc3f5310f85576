#include "cli/prompts_file.h"

#include <nlohmann/json.hpp>

#include "cli/options.h"
#include "common/errors.h"
#include "common/json_input.h"
#include "common/text_file.h"

namespace musicgen::cli {
namespace {

using common::BadInput;
using common::Found;
using Json = nlohmann::ordered_json;

constexpr size_t kMaxLine = size_t{1} << 20;  // bytes
constexpr size_t kMaxPrompts = 10000;
constexpr char kBlank[] = " \t\r\n";

std::string String(const Json& value, const std::string& where) {
  if (!value.is_string()) BadInput(where + ": expected a string, found " + Found(value));
  std::string text = value.get<std::string>();
  if (text.find('\0') != std::string::npos) BadInput(where + ": expected text, found a NUL in it");
  return text;
}

std::string FileName(const Json& value, const std::string& where) {
  std::string name = String(value, where);
  if (name.empty()) BadInput(where + ": expected a file name, or null for none, found \"\"");
  return name;
}

double Duration(const Json& value, const std::string& where) {
  if (!value.is_number()) {
    BadInput(where + ": expected a number of seconds, found " + Found(value));
  }
  const double seconds = value.get<double>();
  if (!(seconds > 0 && seconds <= kMaxDuration)) {
    BadInput(where + ": expected seconds above 0 and at most 86400, found " + Found(value));
  }
  return seconds;
}

int64_t Seed(const Json& value, const std::string& where) {
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() || value.get<uint64_t>() <= INT64_MAX);
  if (!fits) BadInput(where + ": expected a whole number, found " + Found(value));
  const auto seed = value.get<int64_t>();
  if (seed < 0) BadInput(where + ": expected a number from 0, found " + Found(value));
  return seed;
}

PromptFields FieldsOf(const Json& object, const std::string& where) {
  PromptFields fields;
  fields.from_json = true;
  for (const auto& [key, value] : object.items()) {
    const std::string place = where + ": " + key;
    fields.says_melody |= key == "melody";
    fields.says_style |= key == "style";
    fields.says_continue |= key == "continue";
    if (key != "prompt" && key != "duration" && key != "seed" && key != "melody" &&
        key != "style" && key != "continue") {
      BadInput(where + ": unknown field " + Found(Json(key)) +
               ": expected prompt, duration, seed, melody, style or continue");
    }
    if (value.is_null()) continue;
    if (key == "prompt") fields.prompt = String(value, place);
    if (key == "melody") fields.melody = FileName(value, place);
    if (key == "style") fields.style = FileName(value, place);
    if (key == "continue") fields.continue_file = FileName(value, place);
    if (key == "duration") fields.duration_s = Duration(value, place);
    if (key == "seed") fields.seed = Seed(value, place);
  }
  return fields;
}

PromptFields Plain(const std::string& prompt) {
  PromptFields fields;
  fields.prompt = prompt;
  return fields;
}

std::vector<PromptFields> OfArray(const Json& array, const std::string& name) {
  std::vector<PromptFields> prompts;
  for (const Json& element : array) {
    const std::string where = name + ", element " + std::to_string(prompts.size() + 1);
    if (prompts.size() == kMaxPrompts) BadInput(where + ": more than 10000 prompts");
    if (element.is_string()) {
      prompts.push_back(Plain(String(element, where)));
    } else if (element.is_object()) {
      prompts.push_back(FieldsOf(element, where));
    } else {
      BadInput(where + ": expected an object or a string, found " + Found(element));
    }
  }
  return prompts;
}

std::vector<PromptFields> OfLines(const std::string& text, const std::string& name) {
  std::vector<PromptFields> prompts;
  size_t number = 0;
  for (const std::string& line : common::Lines(text)) {
    const std::string where = name + ", line " + std::to_string(++number);
    if (line.size() > kMaxLine) BadInput(where + ": longer than 1 MiB");
    const size_t start = line.find_first_not_of(" \t");
    if (start == std::string::npos) continue;
    if (prompts.size() == kMaxPrompts) BadInput(where + ": more than 10000 prompts");
    prompts.push_back(line[start] == '{' ? FieldsOf(common::ParseJson(line, where), where)
                                         : Plain(line));
  }
  return prompts;
}

// A JSON array, not "[intro] and then a verse": it holds a string or an object, or is whole.
bool IsArray(const std::string& text) {
  const size_t start = text.find_first_not_of(kBlank);
  if (start == std::string::npos || text[start] != '[') return false;
  const size_t first = text.find_first_not_of(kBlank, start + 1);
  return (first != std::string::npos && (text[first] == '{' || text[first] == '"')) ||
         common::IsJson(text);
}

// One object, which may stand on several lines.
bool IsObject(const std::string& text) {
  const size_t start = text.find_first_not_of(kBlank);
  return start != std::string::npos && text[start] == '{' && common::IsJson(text);
}

}  // namespace

std::vector<PromptFields> ReadPromptsFile(const std::string& path) {
  const std::string name = path == "-" ? "stdin" : path;
  const std::string text = common::ReadTextFile(path);
  std::vector<PromptFields> prompts;
  if (IsArray(text)) {
    prompts = OfArray(common::ParseJson(text, name), name);
  } else if (IsObject(text) && common::Lines(text).size() > 1) {
    prompts.push_back(FieldsOf(common::ParseJson(text, name), name));
  } else {
    prompts = OfLines(text, name);
  }
  if (prompts.empty()) BadInput(name + " holds no prompt");
  return prompts;
}

}  // namespace musicgen::cli
