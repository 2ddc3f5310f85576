#include "train/settings/settings.h"

#include <fstream>
#include <sstream>

#include "base/error.h"
#include "checkpoint/json.h"
#include "checkpoint/yaml.h"

namespace musicgen::train {
namespace {

using checkpoint::JsonObject;
using checkpoint::JsonValue;

std::string ReadText(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) ThrowBadInput(Printable(path, 300), ": this file of settings cannot be read");
  return text.str();
}

void Override(const std::string& argument, const std::string& path, JsonValue* settings) {
  const size_t equals = argument.find('=');
  if (equals == std::string::npos || equals == 0) {
    ThrowBadInput(Printable(argument), ": expected a setting as key.sub=value");
  }
  const std::string key = argument.substr(0, equals);
  const JsonValue value =
      checkpoint::ParseYaml("value: " + argument.substr(equals + 1), Printable(argument));
  JsonValue* at = settings;
  for (size_t begin = 0; begin <= key.size();) {
    const size_t end = std::min(key.find('.', begin), key.size());
    const std::string name = key.substr(begin, end - begin);
    auto* object = std::get_if<JsonObject>(&at->is);
    JsonValue* next = nullptr;
    if (object != nullptr) {
      for (checkpoint::JsonMember& member : *object) {
        if (member.key == name) next = &member.value;
      }
    }
    if (next == nullptr) {
      ThrowBadInput(Printable(argument), ": ", Printable(path, 300), " has no setting ",
                    Printable(key.substr(0, end)));
    }
    at = next;
    begin = end + 1;
  }
  *at = value.as<JsonObject>()->front().value;
}

}  // namespace

checkpoint::Config ParseSettings(const std::string& yaml, const std::string& name,
                                 const std::vector<std::string>& overrides) {
  JsonValue settings = checkpoint::ParseYaml(yaml, Printable(name, 300));
  for (const std::string& argument : overrides) Override(argument, name, &settings);
  return checkpoint::Config::Parse(checkpoint::ToJson(settings), name);
}

checkpoint::Config ReadSettings(const std::string& path,
                                const std::vector<std::string>& overrides) {
  return ParseSettings(ReadText(path), path, overrides);
}

}  // namespace musicgen::train
