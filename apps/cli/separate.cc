#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/fetch_model.h"
#include "cli/outputs.h"
#include "cli/status_line.h"
#include "common/errors.h"
#include "common/json.h"

namespace musicgen::cli {
namespace {

std::string Comment(const std::string& stem, const Separator& separator) {
  common::JsonObject comment;
  comment.Set("stem", stem).Set("demucs", separator.name());
  comment.Set("software", std::string("musicgen ") + Version());
  return comment.Compact();
}

}  // namespace

int Run(const SeparateFlags& flags) {
  using Clock = std::chrono::steady_clock;
  common::Destinations destinations;
  destinations.Keep("--audio", flags.audio);
  // Sound as it is: floats in WAV, and nothing rescaled.
  AudioFlags file;
  file.strategy = "none";
  file.format = flags.format;
  file.samples();  // throws where the format does not fit
  const Waveform sound = ReadAudio(flags.audio);
  const Separator separator(FetchDemucs(flags.demucs, flags.offline),
                            static_cast<int>(flags.threads));
  const auto path_of = [&](const std::string& stem) {
    return flags.output + "/" + stem + "." + flags.format;
  };
  const std::vector<std::string> names =
      flags.stem.empty() ? separator.stems()
                         : std::vector<std::string>{flags.stem, "no_" + flags.stem};
  for (const std::string& name : names) destinations.Add("--output", path_of(name));

  if (!flags.no_progress) {
    std::fprintf(stderr, "separating %.0f s with %s\n", std::ceil(sound.duration_s()),
                 separator.name().c_str());
  }
  SeparateOptions options;
  options.stem = flags.stem;
  options.shifts = flags.shifts;
  std::optional<std::vector<Stem>> stems;
  {
    StatusLine line(!flags.no_progress);
    const Clock::time_point begin = Clock::now();
    options.progress = [&](int64_t done, int64_t segments) {
      const double taken_s = std::chrono::duration<double>(Clock::now() - begin).count();
      const double share = static_cast<double>(done) / static_cast<double>(segments);
      if (line.due()) line.Show(share, TimeLeft(taken_s * (1 - share) / share));
      return true;
    };
    stems = separator.Separate(sound, options);
  }
  for (Stem& stem : stems.value()) {
    WriteAudio(file, path_of(stem.name), std::move(stem.sound), Comment(stem.name, separator));
  }
  return 0;
}

}  // namespace musicgen::cli
