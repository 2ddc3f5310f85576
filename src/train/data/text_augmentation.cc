#include "train/data/text_augmentation.h"

#include <charconv>
#include <utility>
#include <vector>

namespace musicgen::train {
namespace {

std::string Joined(const std::vector<std::string>& items, const char* between) {
  std::string text;
  for (const std::string& item : items) {
    if (!text.empty()) text += between;
    text += item;
  }
  return text;
}

// As Python prints it: 120.0.
std::string Number(double value) {
  char digits[32];
  std::string text(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

// The fields of a track that may be written behind its description, as "name: value".
std::vector<std::string> Fields(const TrackText& text) {
  std::vector<std::string> fields;
  if (text.key) fields.push_back("key: " + *text.key);
  if (text.bpm) fields.push_back("bpm: " + Number(*text.bpm));
  if (text.genre) fields.push_back("genre: " + *text.genre);
  if (text.moods) fields.push_back("moods: " + Joined(*text.moods, ", "));
  if (text.instrument) fields.push_back("instrument: " + *text.instrument);
  if (text.keywords) fields.push_back("keywords: " + Joined(*text.keywords, ", "));
  return fields;
}

std::string Shuffled(std::vector<std::string> fields, Draws& draws) {
  for (size_t i = fields.size(); i > 1; --i) {
    std::swap(fields[i - 1], fields[static_cast<size_t>(draws.Below(static_cast<int64_t>(i)))]);
  }
  return Joined(fields, ". ");
}

std::string WithoutStops(std::string text) {
  text.erase(text.find_last_not_of('.') + 1);
  return text;
}

}  // namespace

std::optional<std::string> AugmentedDescription(const TrackText& text,
                                                const TextAugmentation& settings, Draws& draws) {
  std::optional<std::string> description = text.description;
  if (settings.merge_text_p == 0.0) return description;
  std::string others;
  if (draws.Next() < settings.merge_text_p) {
    std::vector<std::string> kept;
    for (std::string& field : Fields(text)) {
      if (draws.Next() < settings.drop_other_p) kept.push_back(std::move(field));
    }
    others = Shuffled(std::move(kept), draws);
    if (draws.Next() < settings.drop_desc_p) description.reset();
  }
  if (description) {
    description = Trimmed(WithoutStops(*description) + ". " + others);
  } else if (others.size() > 1) {
    description = Trimmed(others);
  }
  return description;
}

std::string DropWords(const std::string& text, double p, Draws& draws) {
  if (p <= 0.0) return text;
  std::vector<std::string> kept;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    if (draws.Next() >= p) kept.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return Joined(kept, " ");
}

}  // namespace musicgen::train
