#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/fetch_model.h"
#include "cli/outputs.h"
#include "common/errors.h"
#include "common/json.h"
#include "common/platform.h"

namespace musicgen::cli {
namespace {

using Clock = std::chrono::steady_clock;

// A line on stderr that is kept on a terminal, otherwise one every few seconds.
class SegmentProgress {
 public:
  explicit SegmentProgress(bool enabled)
      : enabled_(enabled), terminal_(common::IsTerminal(stderr)), start_(Clock::now()) {}
  ~SegmentProgress() {
    if (enabled_ && terminal_ && is_drawn_) std::fputs("\r\x1b[K", stderr);
  }
  SegmentProgress(const SegmentProgress&) = delete;
  SegmentProgress& operator=(const SegmentProgress&) = delete;

  void Update(int64_t done, int64_t segments) {
    const Clock::time_point now = Clock::now();
    if (!enabled_ || (!terminal_ && is_drawn_ && now - drawn_ < std::chrono::seconds(5))) return;
    const double taken_s = std::chrono::duration<double>(now - start_).count();
    const long left_s =
        std::lround(taken_s / static_cast<double>(done) * static_cast<double>(segments - done));
    std::fprintf(stderr, "%s%lld of %lld segments, %ld:%02ld left%s", terminal_ ? "\r" : "",
                 static_cast<long long>(done), static_cast<long long>(segments), left_s / 60,
                 left_s % 60, terminal_ ? "\x1b[K" : "\n");
    is_drawn_ = true;
    drawn_ = now;
  }

 private:
  const bool enabled_, terminal_;
  const Clock::time_point start_;
  Clock::time_point drawn_;
  bool is_drawn_ = false;
};

std::string Comment(const std::string& stem, const Separator& separator) {
  common::JsonObject comment;
  comment.Set("stem", stem).Set("demucs", separator.name());
  comment.Set("software", std::string("musicgen ") + Version());
  return comment.Compact();
}

}  // namespace

int Run(const SeparateFlags& flags) {
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
    SegmentProgress progress(!flags.no_progress);
    options.progress = [&](int64_t done, int64_t segments) {
      progress.Update(done, segments);
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
