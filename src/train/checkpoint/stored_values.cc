#include "train/checkpoint/stored_values.h"

#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/error.h"

namespace musicgen::train {

std::string StoredValues::Text(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) {
    ThrowBadInput(Printable(path_, 300), ": expected the value ", name,
                  ", found none: this is no checkpoint of a training run");
  }
  return found->second;
}

double StoredValues::Number(const std::string& name) const {
  const std::string text = Text(name);
  double found = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), found);
  if (error != std::errc() || end != text.data() + text.size()) {
    ThrowBadInput(Printable(path_, 300), ": ", name, ": expected a number, found ",
                  Printable(text));
  }
  return found;
}

int64_t StoredValues::Count(const std::string& name) const {
  const double found = Number(name);
  if (!(found >= 0 && found < 0x1p53)) {
    ThrowBadInput(Printable(path_, 300), ": ", name, ": expected a count, found ", found);
  }
  return static_cast<int64_t>(found);
}

void StoredValues::Expect(const std::string& name, const std::string& wanted) const {
  const std::string found = Text(name);
  if (found == wanted) return;
  ThrowBadInput(Printable(path_, 300), ": ", name, ": expected ", wanted,
                " as the settings have it, found ", Printable(found));
}

std::string ReadableDuration(double seconds) {
  const auto s = static_cast<int64_t>(std::llround(seconds));
  char text[32];
  std::snprintf(text, sizeof(text), "%lld:%02lld:%02lld", static_cast<long long>(s / 3600),
                static_cast<long long>(s / 60 % 60), static_cast<long long>(s % 60));
  return text;
}

}  // namespace musicgen::train
