#include "cli/outputs.h"

#include <filesystem>

#include "common/errors.h"

namespace musicgen::cli {

namespace fs = std::filesystem;

std::vector<std::string> AudioFiles(const AudioFlags& flags, size_t count,
                                    common::Destinations& destinations) {
  flags.samples();  // throws when the format does not fit
  if (flags.output == "-" && count > 1) {
    common::BadInput("--output: stdout takes one result, found " + std::to_string(count));
  }
  const fs::path path(flags.output);
  std::vector<std::string> files;
  for (size_t i = 0; i < count; ++i) {
    fs::path file = path;
    if (count > 1) {
      file.replace_filename(path.stem().string() + "_" + std::to_string(i) +
                            path.extension().string());
    }
    destinations.Add("--output", file.string());
    files.push_back(file.string());
  }
  return files;
}

void AddTensorFile(common::Destinations& destinations, const std::string& flag,
                   const std::string& path) {
  common::CheckSuffix(flag, path, "safetensors", ".safetensors");
  destinations.Add(flag, path);
}

void WriteAudio(const AudioFlags& flags, const std::string& file, Waveform audio,
                const std::string& comment) {
  Normalize(audio, flags.level());
  const std::vector<uint8_t> bytes = EncodeAudio(audio, flags.kind(), flags.samples(), comment);
  common::WriteTo(file, [&](const std::string& path) { WriteFile(path, bytes); });
}

void WriteCodesFile(const std::string& file, const std::vector<Codes>& codes,
                    const ModelInfo& info) {
  common::WriteTo(file, [&](const std::string& path) {
    WriteCodes(path, codes, {info.frame_rate_hz, info.sample_rate_hz, info.codebook_size});
  });
}

}  // namespace musicgen::cli
