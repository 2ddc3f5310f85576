#include "api/separator.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <mutex>

#include "api/argument_check.h"
#include "audio/convert.h"
#include "base/error.h"
#include "base/thread_pool.h"
#include "kernels/isa.h"
#include "model/demucs_files.h"
#include "separation/separate.h"

namespace musicgen::api {
namespace {

using separation::HtDemucs;
using separation::HtDemucsConfig;
using separation::Level;
using separation::StemMix;

constexpr int64_t kMostShifts = 100;

model::DemucsPart Open(const std::string& path) {
  const std::optional<std::string> found = model::FindDemucs(path, "");
  if (!found) {
    ThrowBadInput(
        "stems: expected the weights of HT-Demucs in the caches of Hugging Face or torch, "
        "found none: `musicgen download ",
        model::kDemucsRepository, "` brings them (84 MB, MIT)");
  }
  return model::OpenDemucs(*found);
}

// They become names of files.
void CheckNames(const model::DemucsPart& part) {
  for (const std::string& name : part.config.sources) {
    const bool is_word =
        !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
          return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
        });
    if (!is_word) {
      ThrowBadInput(part.path, ": expected stems with names of letters, digits, _ and -, found '",
                    Printable(name), "'");
    }
  }
}

// What is asked for, by name. `stems` of each count how often the recording's mean is in it.
struct Wanted {
  std::vector<std::string> names;
  std::vector<StemMix> mixes;
};

Wanted WantedOf(const HtDemucsConfig& config, const std::string& stem) {
  if (stem.empty()) return {config.sources, separation::EachStem(config)};
  const int64_t chosen = config.FindStem(stem);
  if (chosen < 0) {
    ThrowBadInput("stem: expected one of ", Listed(config.sources, 16), ", found ",
                  Printable(stem));
  }
  StemMix others;
  for (int64_t i = 0; i < config.stems(); ++i) {
    if (i != chosen) others.stems.push_back(i);
  }
  return {{stem, "no_" + stem}, {StemMix{{chosen}}, others}};
}

}  // namespace

struct Separator::Impl {
  Impl(const model::DemucsPart& part, int threads)
      : name(part.name), pool(threads), network(pool, part.config, *part.tensors) {}

  std::string name;
  std::mutex mutex;
  ThreadPool pool;
  HtDemucs network;
};

Separator::Separator(const std::string& path, int threads) {
  const int count = ThreadCount(threads);
  kernels::ActiveIsa();  // throws here, before any file is read, when MUSICGEN_ISA names none
  const model::DemucsPart part = Open(path);
  CheckNames(part);
  impl_ = std::make_unique<Impl>(part, count);
}

Separator::~Separator() = default;

const std::string& Separator::name() const { return impl_->name; }
const std::vector<std::string>& Separator::stems() const { return impl_->network.config().sources; }
int64_t Separator::sample_rate_hz() const { return impl_->network.config().sample_rate_hz; }

std::optional<std::vector<Stem>> Separator::Separate(const Waveform& sound,
                                                     const SeparateOptions& options) {
  CheckFiniteSound("sound", sound);
  if (sound.samples == 0) ThrowBadInput("sound: expected at least one sample, found none");
  if (options.shifts < 0 || options.shifts > kMostShifts) {
    ThrowBadInput("shifts: expected from 0 to ", kMostShifts, ", found ", options.shifts);
  }
  const HtDemucsConfig& config = impl_->network.config();
  const Wanted wanted = WantedOf(config, options.stem);
  // Channels first, as demucs does it.
  Waveform mix = audio::ConvertAudio(audio::ConvertChannels(sound, config.audio_channels),
                                     config.sample_rate_hz, config.audio_channels);
  const Level level = separation::MeasureLevel(mix);
  separation::Normalize(level, &mix);

  std::atomic<bool> stop = false;
  separation::SeparateOptions how;
  how.shifts = options.shifts;
  how.stop = &stop;
  how.progress = [&](int64_t done, int64_t segments) {
    if (options.progress && !options.progress(done, segments)) stop = true;
  };
  std::lock_guard<std::mutex> lock(impl_->mutex);
  std::vector<Waveform> made =
      separation::Separate(impl_->pool, impl_->network, mix, wanted.mixes, how);
  if (stop || made.size() != wanted.mixes.size()) return std::nullopt;
  std::vector<Stem> stems;
  for (size_t i = 0; i < made.size(); ++i) {
    const auto parts = static_cast<double>(wanted.mixes[i].stems.size());
    separation::Denormalize({level.mean * parts, level.deviation}, &made[i]);
    stems.push_back({wanted.names[i], std::move(made[i])});
  }
  return stems;
}

}  // namespace musicgen::api
