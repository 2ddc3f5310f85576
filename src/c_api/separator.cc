#include "api/separator.h"

#include <memory>
#include <optional>
#include <vector>

#include "c_api/arguments.h"
#include "c_api/guard.h"
#include "c_api/waveform.h"

using namespace musicgen;
using namespace musicgen::c_api;

struct mg_separator {
  static constexpr char kName[] = "mg_separator";
  api::Separator separator;
};

struct mg_separation {
  static constexpr char kName[] = "mg_separation";
  std::vector<Stem> stems;
};

namespace {

// One of the stems, which keeps all of them.
std::shared_ptr<const Stem> At(const mg_separation* stems, size_t index) {
  const auto all = Get(stems);
  CheckIndex("stems", index, all->stems.size());
  return {all, &all->stems[index]};
}

}  // namespace

mg_status mg_separator_open(const char* path, int32_t threads, mg_separator** out) {
  return Create(out, [&] {
    return std::shared_ptr<mg_separator>(new mg_separator{{TextOrEmpty(path), threads}});
  });
}

const char* mg_separator_name(const mg_separator* separator) {
  return Value([&] { return Get(separator)->separator.name().c_str(); });
}

size_t mg_separator_stem_count(const mg_separator* separator) {
  return Value([&] { return Get(separator)->separator.stems().size(); });
}

const char* mg_separator_stem_name(const mg_separator* separator, size_t index) {
  return Value([&] {
    const auto from = Get(separator);
    CheckIndex("stems", index, from->separator.stems().size());
    return from->separator.stems()[index].c_str();
  });
}

int64_t mg_separator_sample_rate_hz(const mg_separator* separator) {
  return Value([&] { return Get(separator)->separator.sample_rate_hz(); });
}

mg_status mg_separator_run(mg_separator* separator, const mg_waveform* sound, const char* stem,
                           int64_t shifts, mg_progress_callback progress, void* user,
                           mg_separation** out) {
  bool stopped = false;
  const mg_status status = Create(out, [&] {
    const auto from = Get(separator);
    const auto wave = Get(sound)->sound;
    SeparateOptions options;
    options.stem = TextOrEmpty(stem);
    options.shifts = shifts;
    if (progress != nullptr) {
      options.progress = [=](int64_t done, int64_t segments) {
        return progress(done, segments, user) == MG_CONTINUE;
      };
    }
    std::optional<std::vector<Stem>> stems = from->separator.Separate(*wave, options);
    stopped = !stems;
    if (stopped) ThrowBadInput("separate: a callback stopped it");
    return std::make_shared<mg_separation>(mg_separation{*std::move(stems)});
  });
  return stopped ? MG_CANCELLED : status;
}

void mg_separator_free(mg_separator* separator) { Free(separator); }

size_t mg_separation_count(const mg_separation* stems) {
  return Value([&] { return Get(stems)->stems.size(); });
}

const char* mg_separation_name(const mg_separation* stems, size_t index) {
  return Value([&] { return At(stems, index)->name.c_str(); });
}

mg_status mg_separation_audio(const mg_separation* stems, size_t index, mg_waveform** out) {
  return Create(out, [&] {
    const auto stem = At(stems, index);
    return std::make_shared<mg_waveform>(
        mg_waveform{std::shared_ptr<const Waveform>(stem, &stem->sound)});
  });
}

void mg_separation_free(mg_separation* stems) { Free(stems); }
