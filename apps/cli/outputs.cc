#include "cli/outputs.h"

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "cli/errors.h"
#include "cli/platform.h"

namespace musicgen::cli {

namespace fs = std::filesystem;

void CheckWritable(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) BadInput("cannot write " + path + ": it is a directory");
  if (fs::exists(status)) {
    if (!IsWritable(path)) BadInput("cannot write " + path + ": permission denied");
    if (!fs::is_regular_file(status)) return;  // a device or pipe
  }
  fs::path folder = fs::path(path).parent_path();
  if (folder.empty()) folder = ".";
  if (!fs::is_directory(folder, error)) {
    BadInput("cannot write " + path + ": there is no folder " + folder.string());
  }
  if (!IsWritable(folder.string())) {
    BadInput("cannot write " + path + ": folder " + folder.string() + " is not writable");
  }
}

std::vector<std::string> AudioFiles(const AudioFlags& flags, size_t count) {
  if (flags.output.empty()) BadInput("--output: expected a file name, found nothing");
  flags.samples();  // throws when the format does not fit
  if (flags.output == "-") {
    if (count > 1) {
      BadInput("--output: stdout takes one result, found " + std::to_string(count));
    }
    return {flags.output};
  }
  if (count == 1) {
    CheckWritable(flags.output);
    return {flags.output};
  }
  const fs::path path(flags.output);
  std::vector<std::string> files;
  for (size_t i = 0; i < count; ++i) {
    fs::path file = path;
    file.replace_filename(path.stem().string() + "_" + std::to_string(i) +
                          path.extension().string());
    CheckWritable(file.string());
    files.push_back(file.string());
  }
  return files;
}

void WriteAudio(const AudioFlags& flags, const std::string& file, Waveform audio,
                const std::string& comment) {
  int64_t clipped = Normalize(audio, flags.level());
  if (Clips(flags)) clipped += CountBeyondFullScale(audio);
  const std::vector<uint8_t> bytes = EncodeAudio(audio, flags.kind(), flags.samples(), comment);
  if (file != "-") {
    WriteFile(file, bytes);
  } else {
    std::fwrite(bytes.data(), 1, bytes.size(), stdout);  // main() checks stdout at the end
  }
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

}  // namespace musicgen::cli
