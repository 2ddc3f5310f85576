#include "cli/verify_values.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/errors.h"
#include "common/json_input.h"

namespace musicgen::cli {
namespace {

using common::BadInput;
using common::Found;
using Json = nlohmann::ordered_json;

constexpr size_t kMostEntries = 4096;  // of any list
constexpr int64_t kMostTokens = 1503;  // the published models' window of 30 s
constexpr double kMostToneSeconds = 30;

// An object and where it stands, for the sentences.
class Place {
 public:
  Place(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json_.is_object()) BadInput(where_ + ": expected an object, found " + Found(json_));
  }

  bool Has(const char* key) const { return json_.contains(key); }

  std::string Text(const char* key) const { return TextOf(Member(key), At(key)); }

  double Number(const char* key, double least, double most) const {
    return NumberOf(Member(key), At(key), least, most);
  }

  int64_t Whole(const char* key, int64_t least, int64_t most) const {
    const Json& value = Member(key);
    const bool fits = value.is_number_integer() && value >= least && value <= most;
    if (!fits) {
      BadInput(At(key) + ": expected a whole number from " + std::to_string(least) + " to " +
               std::to_string(most) + ", found " + Found(value));
    }
    return value.get<int64_t>();
  }

  bool Truth(const char* key) const {
    const Json& value = Member(key);
    if (!value.is_boolean()) BadInput(At(key) + ": expected true or false, found " + Found(value));
    return value.get<bool>();
  }

  std::vector<double> Numbers(const char* key, double least, double most) const {
    std::vector<double> numbers;
    for (const Json& value : List(key)) {
      numbers.push_back(NumberOf(value, At(key), least, most));
    }
    return numbers;
  }

  // null is none.
  std::vector<std::optional<std::string>> Texts(const char* key) const {
    std::vector<std::optional<std::string>> texts;
    for (const Json& value : List(key)) {
      texts.push_back(value.is_null() ? std::nullopt : std::optional(TextOf(value, At(key))));
    }
    return texts;
  }

  std::vector<Place> Objects(const char* key) const {
    std::vector<Place> places;
    for (const Json& value : List(key)) {
      places.emplace_back(value, At(key) + "[" + std::to_string(places.size()) + "]");
    }
    return places;
  }

  std::string At(const char* key) const { return where_ + ": " + key; }
  const std::string& where() const { return where_; }

 private:
  static std::string TextOf(const Json& value, const std::string& where) {
    if (!value.is_string()) BadInput(where + ": expected a string, found " + Found(value));
    std::string text = value.get<std::string>();
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
    if (std::any_of(text.begin(), text.end(), is_control)) {
      BadInput(where + ": expected text without control characters, found " + Found(value));
    }
    return text;
  }

  static double NumberOf(const Json& value, const std::string& where, double least, double most) {
    const bool fits = value.is_number() && value >= least && value <= most;
    if (!fits) {
      BadInput(where + ": expected a number from " + Json(least).dump() + " to " +
               Json(most).dump() + ", found " + Found(value));
    }
    return value.get<double>();
  }

  const Json& Member(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) BadInput(At(key) + ": expected a value, found nothing");
    return *found;
  }

  const Json& List(const char* key) const {
    const Json& list = Member(key);
    if (!list.is_array() || list.empty() || list.size() > kMostEntries) {
      BadInput(At(key) + ": expected a list of 1 to " + std::to_string(kMostEntries) +
               " entries, found " + Found(list));
    }
    return list;
  }

  const Json& json_;
  std::string where_;
};

CheckKind KindOf(const Place& place) {
  const std::string kind = place.Text("kind");
  if (kind == "logits") return CheckKind::kLogits;
  if (kind == "sound") return CheckKind::kSound;
  if (kind == "melodies differ") return CheckKind::kMelodiesDiffer;
  BadInput(place.At("kind") + ": expected logits, sound or melodies differ, found " + kind);
}

ExpectedValues ExpectedOf(const Place& place, const VerifyCheck& check,
                          const VerifiedModel& model) {
  const bool sound = check.kind == CheckKind::kSound;
  ExpectedValues expected;
  expected.sample = place.Whole("sample", 0, static_cast<int64_t>(check.prompts.size()) - 1);
  // Of the other codebooks the start column's prediction is none of a code.
  expected.row =
      sound ? place.Whole("channel", 0, model.audio_channels - 1) : place.Whole("codebook", 0, 0);
  expected.begin = place.Whole("begin", -1000000, 1000000);
  expected.values = place.Numbers("values", -1e6, 1e6);
  return expected;
}

template <class T>
void CheckCount(const Place& place, const char* key, const std::vector<T>& list, size_t samples) {
  if (list.empty() || list.size() == samples) return;
  BadInput(place.At(key) + ": expected one for each of the " + std::to_string(samples) +
           " prompts, found " + std::to_string(list.size()));
}

void ReadSounds(const Place& place, const VerifiedModel& model, VerifyCheck* check) {
  if (place.Has("beeps_s")) {
    check->beeps_s = place.Numbers("beeps_s", 1e-3, kMostToneSeconds);
    const std::string use = place.Text("beeps_are");
    check->beeps_are_melodies = use == "melodies";
    if (!check->beeps_are_melodies && use != "audio prompts") {
      BadInput(place.At("beeps_are") + ": expected melodies or audio prompts, found " + use);
    }
  }
  if (place.Has("sines_hz")) check->sines_hz = place.Numbers("sines_hz", 1, 16000);
  CheckCount(place, "beeps_s", check->beeps_s, check->prompts.size());
  CheckCount(place, "sines_hz", check->sines_hz, check->prompts.size());
  if (!model.melody && (check->beeps_are_melodies || !check->sines_hz.empty())) {
    BadInput(place.where() + ": expected a melody model for melodies, found another");
  }
}

VerifyCheck CheckOf(const Place& place, const VerifiedModel& model) {
  VerifyCheck check;
  check.name = place.Text("name");
  check.kind = KindOf(place);
  check.prompts = place.Texts("prompts");
  ReadSounds(place, model, &check);
  if (check.kind != CheckKind::kLogits) {
    check.cfg_coef = place.Number("guidance_scale", 0, 100);
    // Shorter pieces transformers makes without the delay pattern.
    const int64_t least = 2 * model.codebooks / model.audio_channels - 1;
    check.max_new_tokens = place.Whole("max_new_tokens", least, kMostTokens);
  }
  if (check.kind == CheckKind::kMelodiesDiffer) {
    if (check.sines_hz.size() != 2) {
      BadInput(place.At("sines_hz") + ": expected two melodies to tell apart, found " +
               std::to_string(check.sines_hz.size()));
    }
    check.more_than = place.Number("more_than", 0, 1);
    return check;
  }
  check.tolerance = place.Number("tolerance", 0, 1);
  for (const Place& row : place.Objects("expected")) {
    check.expected.push_back(ExpectedOf(row, check, model));
  }
  return check;
}

VerifiedModel ModelOf(const Place& place) {
  VerifiedModel model;
  model.name = place.Text("name");
  for (const auto& repository : place.Texts("repositories")) {
    model.repositories.push_back(repository.value_or(""));
  }
  model.hidden_size = place.Whole("hidden_size", 1, 1 << 20);
  model.audio_channels = place.Whole("audio_channels", 1, 2);
  model.codebooks = place.Whole("codebooks", model.audio_channels, 64);
  model.melody = place.Truth("melody");
  model.source = place.Text("source");
  for (const Place& check : place.Objects("checks")) model.checks.push_back(CheckOf(check, model));
  return model;
}

}  // namespace

std::vector<VerifiedModel> ParseVerifyValues(std::string_view json, const std::string& where) {
  const Json root = common::ParseJson(json, where);
  std::vector<VerifiedModel> models;
  for (const Place& model : Place(root, where).Objects("models")) models.push_back(ModelOf(model));
  return models;
}

}  // namespace musicgen::cli
