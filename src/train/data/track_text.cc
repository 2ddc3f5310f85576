#include "train/data/track_text.h"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "checkpoint/side_files.h"

namespace musicgen::train {
namespace {

using checkpoint::JsonArray;
using checkpoint::JsonObject;
using checkpoint::JsonValue;

constexpr std::string_view kSpaces = " \t\r\n\f\v";
constexpr const char* kRequired[] = {"title", "artist", "key",         "bpm",       "genre",
                                     "moods", "name",   "description", "instrument"};

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::optional<std::string> Text(const JsonValue* value) {
  const std::string* const text = value == nullptr ? nullptr : value->as<std::string>();
  if (text == nullptr || *text == "None") return std::nullopt;
  std::string trimmed = Trimmed(*text);
  if (trimmed.empty()) return std::nullopt;
  return trimmed;
}

std::optional<std::string> LowerText(const JsonValue* value) {
  std::optional<std::string> text = Text(value);
  if (text) *text = Lower(std::move(*text));
  return text;
}

std::optional<std::string> Key(const JsonValue* value) {
  std::optional<std::string> key = LowerText(value);
  if (key && key->find(',') != std::string::npos) return std::nullopt;
  return key;
}

std::optional<double> Bpm(const JsonValue* value) {
  if (value == nullptr) return std::nullopt;
  if (const int64_t* const whole = value->as<int64_t>()) return static_cast<double>(*whole);
  if (const double* const number = value->as<double>()) return *number;
  const std::optional<std::string> text = Text(value);
  if (!text) return std::nullopt;
  double number = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || stop != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<std::vector<std::string>> List(const JsonValue* value) {
  std::vector<std::string> items;
  const auto add = [&items](std::string_view item) {
    std::string trimmed = Lower(Trimmed(item));
    if (!trimmed.empty()) items.push_back(std::move(trimmed));
  };
  if (const std::optional<std::string> text = Text(value)) {
    for (size_t begin = 0; begin <= text->size();) {
      const size_t end = std::min(text->find_first_of(", \t\r\n\f\v", begin), text->size());
      add(std::string_view(*text).substr(begin, end - begin));
      begin = end + 1;
    }
  } else if (const JsonArray* const list = value == nullptr ? nullptr : value->as<JsonArray>()) {
    for (const JsonValue& item : *list) {
      if (const std::string* const word = item.as<std::string>()) add(*word);
    }
  }
  if (items.empty()) return std::nullopt;
  return items;
}

}  // namespace

std::string Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kSpaces) + 1 - begin));
}

TrackText ParseTrackText(std::string_view json, const std::string& where, bool fields_required) {
  const JsonValue document = checkpoint::ParseJson(json, where);
  const JsonObject* const object = document.as<JsonObject>();
  if (object == nullptr) {
    ThrowBadInput(where, ": expected an object, found ", checkpoint::Describe(document));
  }
  if (fields_required) {
    for (const char* field : kRequired) {
      if (checkpoint::Find(*object, field) == nullptr) {
        ThrowBadInput(where, ": expected the field ", field,
                      " (dataset.info_fields_required=false does without), found none");
      }
    }
  }
  return NormalisedText(*object);
}

TrackText NormalisedText(const JsonObject& fields) {
  const auto value = [&fields](const char* field) { return checkpoint::Find(fields, field); };
  TrackText text;
  text.title = Text(value("title"));
  text.artist = Text(value("artist"));
  text.description = Text(value("description"));
  text.key = Key(value("key"));
  text.bpm = Bpm(value("bpm"));
  text.genre = LowerText(value("genre"));
  text.name = LowerText(value("name"));
  text.instrument = LowerText(value("instrument"));
  text.moods = List(value("moods"));
  text.keywords = List(value("keywords"));
  return text;
}

TrackText ReadTrackText(const std::string& sound_path, bool fields_required) {
  const std::string path = std::filesystem::path(sound_path).replace_extension(".json").string();
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return {};
  const auto folder = std::filesystem::path(path).parent_path().string();
  const auto files = checkpoint::FilesOfDirectory(folder.empty() ? "." : folder);
  return ParseTrackText(files->Read(std::filesystem::path(path).filename().string()),
                        Printable(path, 300), fields_required);
}

}  // namespace musicgen::train
