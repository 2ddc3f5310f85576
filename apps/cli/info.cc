#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/lora.h"
#include "cli/open_model.h"
#include "common/format.h"
#include "common/json.h"

namespace musicgen::cli {
namespace {

using common::JsonObject;

std::string DeviceName(size_t number) { return "vulkan:" + std::to_string(number); }

std::vector<JsonObject> DeviceRows(const std::vector<GraphicsCard>& cards) {
  std::vector<JsonObject> rows;
  for (const GraphicsCard& card : cards) {
    JsonObject row;
    row.Set("device", DeviceName(rows.size()));
    row.Set("name", card.name);
    row.Set("driver", card.driver);
    row.Set("kind", card.kind);
    row.Set("memory_bytes", card.memory_bytes);
    row.Set("arithmetic", card.arithmetic);
    rows.push_back(std::move(row));
  }
  return rows;
}

JsonObject ToJson(const ModelInfo& info, const std::vector<GraphicsCard>& cards) {
  JsonObject json;
  json.Set("path", info.path);
  json.Set("model_type", info.model_type);
  json.Set("licence", info.licence);
  json.Set("file_dtype", info.file_dtype);
  json.Set("hidden_size", info.hidden_size);
  json.Set("layers", info.layers);
  json.Set("heads", info.heads);
  json.Set("ffn_dim", info.ffn_dim);
  json.Set("codebooks", info.codebooks);
  json.Set("codebook_size", info.codebook_size);
  json.Set("audio_channels", info.audio_channels);
  json.Set("sample_rate", info.sample_rate_hz);
  json.Set("frame_rate", info.frame_rate_hz);
  json.Set("hop_samples", info.hop_samples);
  json.Set("text_width", info.text_width);
  json.Set("text_layers", info.text_layers);
  json.Set("text_vocabulary", info.text_vocabulary);
  json.Set("lm_parameters", info.lm_parameters);
  json.Set("text_parameters", info.text_parameters);
  json.Set("codec_parameters", info.codec_parameters);
  if (info.style.codebooks > 0) {
    JsonObject style;
    style.Set("codebooks", info.style.codebooks);
    style.Set("eval_q", info.style.eval_q);
    style.Set("excerpt_s", info.style.excerpt_s);
    style.Set("ds_factor", info.style.ds_factor);
    json.Set("style", style);
  }
  JsonObject memory;
  for (const auto& [precision, need] : info.memory) {
    JsonObject row;
    row.Set("weights_bytes", need.weights_bytes);
    row.Set("cache_bytes_per_stream", need.cache_bytes_per_stream);
    memory.Set(precision, row);
  }
  json.Set("memory", memory);
  json.Set("loras", LoraRows(info));
  json.Set("devices", DeviceRows(cards));
  return json;
}

std::string Count(uint64_t parameters) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f M", static_cast<double>(parameters) / 1e6);
  return text;
}

void PrintTable(const ModelInfo& info, const std::vector<GraphicsCard>& cards) {
  const auto row = [](const char* name, const std::string& value) {
    std::printf("%-18s %s\n", name, value.c_str());
  };
  const auto number = [](int64_t n) { return std::to_string(n); };
  row("model", info.path);
  row("type", info.model_type);
  for (const LoraFile& lora : info.loras) {
    char strength[32];
    std::snprintf(strength, sizeof strength, ", strength %g", lora.strength);
    row("LoRA", lora.path + strength);
  }
  row("licence", info.licence);
  row("weights in file", info.file_dtype);
  row("language model", Count(info.lm_parameters) + " parameters, " + number(info.layers) +
                            " layers of width " + number(info.hidden_size) + ", " +
                            number(info.heads) + " heads, feed-forward " + number(info.ffn_dim));
  row("text encoder", Count(info.text_parameters) + " parameters, " + number(info.text_layers) +
                          " layers of width " + number(info.text_width) + ", vocabulary " +
                          number(info.text_vocabulary));
  row("codec", Count(info.codec_parameters) + " parameters, " + number(info.codebooks) +
                   " codebooks of " + number(info.codebook_size));
  if (info.style.codebooks > 0) {
    row("style", common::Seconds(info.style.excerpt_s) + " of a sound through " +
                     number(info.style.eval_q) + " of " + number(info.style.codebooks) +
                     " codebooks, one vector for " + number(info.style.ds_factor) +
                     " frames of MERT's 75 a second");
  }
  row("sound", number(info.sample_rate_hz) + " Hz, " + number(info.audio_channels) +
                   (info.audio_channels == 1 ? " channel, " : " channels, ") +
                   number(info.frame_rate_hz) + " frames/s of " + number(info.hop_samples) +
                   " samples");
  std::printf("\n%-18s %14s %26s\n", "memory at", "weights", "a stream of 30 s adds");
  for (const auto& [precision, need] : info.memory) {
    std::printf("%-18s %11.3f GB %23.3f GB\n", precision.c_str(),
                static_cast<double>(need.weights_bytes) / 1e9,
                static_cast<double>(need.cache_bytes_per_stream) / 1e9);
  }
  if (cards.empty()) return;
  std::printf("\n%-18s %14s   %s\n", "graphics card", "its memory", "name");
  for (size_t i = 0; i < cards.size(); ++i) {
    const GraphicsCard& card = cards[i];
    std::printf("%-18s %11.3f GB   %s (%s; %s), %s\n", DeviceName(i).c_str(),
                static_cast<double>(card.memory_bytes) / 1e9, card.name.c_str(), card.kind.c_str(),
                card.driver.c_str(), card.arithmetic.c_str());
  }
}

}  // namespace

int Run(const InfoFlags& flags) {
  const Model model = OpenModel(flags.model);
  const std::vector<GraphicsCard> cards = GraphicsCards();
  if (flags.json) {
    std::printf("%s\n", ToJson(model.info(), cards).Compact().c_str());
  } else {
    PrintTable(model.info(), cards);
  }
  return 0;
}

}  // namespace musicgen::cli
