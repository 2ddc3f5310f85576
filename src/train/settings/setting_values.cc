#include "train/settings/setting_values.h"

#include <charconv>
#include <limits>
#include <vector>

#include "base/error.h"

namespace musicgen::train {
namespace {

using checkpoint::Config;

constexpr double kAny = std::numeric_limits<double>::infinity();
constexpr size_t kMost = 1000;

std::string Exact(double number) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof(digits), number).ptr};
}

std::string Text(const Config& settings, const std::string& key) {
  // A configuration tells the type of a value by refusing the others.
  const auto as = [](const auto& read) -> std::string {
    try {
      return read();
    } catch (const Error&) {
      return "";
    }
  };
  std::string text = as([&] { return settings.String(key, ""); });
  if (text.empty()) text = as([&] { return settings.Bool(key, false) ? "true" : "false"; });
  if (text.empty()) text = as([&] { return Exact(settings.Number(key, 0, -kAny, kAny)); });
  if (text.empty()) {
    text = as([&] {
      std::string list;
      for (const double number : settings.Numbers(key, {}, -kAny, kAny, kMost)) {
        list += (list.empty() ? "" : ", ") + Exact(number);
      }
      return list;
    });
  }
  if (text.empty()) {
    text = as([&] {
      std::string list;
      for (const std::string& word : settings.Strings(key, {}, kMost)) {
        list += (list.empty() ? "" : ", ") + word;
      }
      return list;
    });
  }
  return text;
}

void Add(const Config& settings, const std::string& prefix,
         std::map<std::string, std::string>* values) {
  for (const std::string& key : settings.Keys()) {
    if (!settings.Has(key)) continue;
    try {
      Add(settings.Object(key), prefix + key + ".", values);
    } catch (const Error&) {
      (*values)[prefix + key] = Text(settings, key);
    }
  }
}

}  // namespace

std::map<std::string, std::string> SettingValues(const Config& settings) {
  std::map<std::string, std::string> values;
  Add(settings, "", &values);
  return values;
}

}  // namespace musicgen::train
