#include <cstdio>
#include <map>

#include "cli/commands.h"
#include "cli/fetch_model.h"

namespace musicgen::cli {

int Run(const DownloadFlags& flags) {
  static const std::map<std::string, DownloadFormat> formats = {
      {"auto", DownloadFormat::kAuto},
      {"safetensors", DownloadFormat::kSafetensors},
      {"audiocraft", DownloadFormat::kAudioCraft},
      {"gguf", DownloadFormat::kGguf}};
  DownloadOptions options;
  options.model = flags.model;
  options.revision = flags.revision;
  options.format = formats.at(flags.format);
  options.precision = PrecisionOf(flags.precision);
  options.include = flags.include;
  options.offline = flags.offline;
  options.refresh = true;
  options.style = true;
  std::printf("%s\n", DownloadWithProgress(options).path.c_str());
  return 0;
}

}  // namespace musicgen::cli
