#include "train/settings/setting_values.h"

namespace musicgen::train {
namespace {

void Add(const checkpoint::Config& settings, const std::string& prefix,
         std::map<std::string, std::string>* values) {
  for (const std::string& key : settings.Keys()) {
    if (!settings.Has(key)) continue;
    const std::string json = settings.Json(key);
    if (json.front() == '{') {
      Add(settings.Object(key), prefix + key + ".", values);
    } else {
      (*values)[prefix + key] = json;
    }
  }
}

}  // namespace

std::map<std::string, std::string> SettingValues(const checkpoint::Config& settings) {
  std::map<std::string, std::string> values;
  Add(settings, "", &values);
  return values;
}

}  // namespace musicgen::train
