#include "cli/lora.h"

#include <charconv>
#include <filesystem>
#include <system_error>

#include "common/errors.h"

namespace musicgen::cli {

LoraFile ReadLora(const std::string& text) {
  const size_t sign = text.rfind('=');
  std::error_code error;
  if (sign == text.npos || std::filesystem::exists(text, error)) return {text};
  LoraFile lora = {text.substr(0, sign)};
  const char* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data() + sign + 1, end, lora.strength);
  if (lora.path.empty() || problem != std::errc() || rest != end) {
    common::BadInput("--lora: expected FILE or FILE=strength, where strength is a number, found " +
                     text);
  }
  return lora;
}

std::vector<common::JsonObject> LoraRows(const ModelInfo& info) {
  std::vector<common::JsonObject> rows;
  for (const LoraFile& lora : info.loras) {
    common::JsonObject& row = rows.emplace_back();
    row.Set("path", lora.path);
    row.Set("strength", lora.strength);
  }
  return rows;
}

}  // namespace musicgen::cli
