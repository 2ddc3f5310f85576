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
  int64_t clipped = Normalize(audio, flags.level());
  if (Clips(flags)) clipped += CountBeyondFullScale(audio);
  const std::vector<uint8_t> bytes = EncodeAudio(audio, flags.kind(), flags.samples(), comment);
  common::WriteTo(file, [&](const std::string& path) { WriteFile(path, bytes); });
  ReportClipping(file, clipped, audio.channels * audio.samples);
}

bool Clips(const AudioFlags& flags) {
  return flags.kind() != AudioFormat::kWav || flags.samples() != SampleFormat::kFloat32;
}

void ReportClipping(const std::string& file, int64_t clipped, int64_t samples) {
  if (clipped == 0) return;
  const double percent = 100.0 * static_cast<double>(clipped) / static_cast<double>(samples);
  char share[32] = "less than 0.1";
  if (percent >= 0.05) std::snprintf(share, sizeof share, "%.1f", percent);
  std::fprintf(stderr, "%s: %s %% of the samples were clipped (%lld of %lld)\n",
               file == "-" ? "stdout" : file.c_str(), share, static_cast<long long>(clipped),
               static_cast<long long>(samples));
}

void WriteCodesFile(const std::string& file, const std::vector<Codes>& codes,
                    const ModelInfo& info) {
  common::WriteTo(file, [&](const std::string& path) {
    WriteCodes(path, codes, {info.frame_rate_hz, info.sample_rate_hz, info.codebook_size});
  });
}

}  // namespace musicgen::cli
