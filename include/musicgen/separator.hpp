// A recording to its stems: drums, bass, other instruments and vocals.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "musicgen/handle_values.hpp"
#include "musicgen/separate_options.hpp"
#include "musicgen/stem.hpp"

namespace musicgen {

// HT-Demucs, loaded once. Immutable to its users, who may be on several threads; their calls take
// turns.
class Separator {
 public:
  // `path`: its weights (.th, .safetensors, htdemucs.yaml) or a folder that holds them; empty: as
  // they lie in the caches of Hugging Face and of torch. `threads` 0: one for each processor.
  // Throws Error(kBadInput) where there are none.
  explicit Separator(const std::string& path = "", int threads = 0) {
    detail::Check(mg_separator_open(detail::CString("demucs", path), threads, handle_.out()));
  }

  // "htdemucs 955717e8".
  std::string name() const { return mg_separator_name(handle_.get()); }
  std::vector<std::string> stems() const {
    std::vector<std::string> names;
    for (size_t i = 0; i < mg_separator_stem_count(handle_.get()); ++i) {
      names.emplace_back(mg_separator_stem_name(handle_.get(), i));
    }
    return names;
  }
  int64_t sample_rate_hz() const { return mg_separator_sample_rate_hz(handle_.get()); }

  // The stems of a sound of any rate and channels, in stereo at sample_rate_hz(), at the level they
  // have in it; nothing is rescaled, so that they may exceed ±1. Nothing where the callback stopped
  // it; what one throws ends the call, which throws it again. The same bits for every number of
  // threads. Throws Error(kBadInput) for a sound without samples, or with some that are no numbers,
  // and for stems there are none of.
  std::optional<std::vector<Stem>> Separate(const Waveform& sound,
                                            const SeparateOptions& options = {}) const {
    struct Call {
      const SeparateOptions& options;
      std::exception_ptr thrown;
    } call{options, nullptr};
    const mg_progress_callback tell = [](int64_t done, int64_t segments, void* user) -> int32_t {
      Call& mine = *static_cast<Call*>(user);
      try {
        return mine.options.progress(done, segments) ? MG_CONTINUE : MG_STOP;
      } catch (...) {
        mine.thrown = std::current_exception();
        return MG_STOP;
      }
    };
    detail::SeparationHandle made;
    const char* stem = options.stem.empty() ? nullptr : detail::CString("stem", options.stem);
    const mg_status status = mg_separator_run(
        handle_.get(), detail::ToHandle("sound", sound).get(), stem, options.shifts,
        options.progress == nullptr ? nullptr : tell, &call, made.out());
    if (call.thrown != nullptr) std::rethrow_exception(call.thrown);
    if (status == MG_CANCELLED) return std::nullopt;
    detail::Check(status);
    std::vector<Stem> stems;
    for (size_t i = 0; i < mg_separation_count(made.get()); ++i) {
      detail::WaveformHandle wave;
      detail::Check(mg_separation_audio(made.get(), i, wave.out()));
      stems.push_back({mg_separation_name(made.get(), i), detail::FromHandle(wave)});
    }
    return stems;
  }

 private:
  detail::SeparatorHandle handle_;
};

}  // namespace musicgen
