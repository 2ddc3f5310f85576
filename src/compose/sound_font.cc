#include "compose/sound_font.h"

#include <fluidsynth.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "base/error.h"
#include "compose/instruments.h"

namespace musicgen::compose {
namespace {

constexpr int kPercussionBank = 128;
constexpr int kBlockSamples = 64;  // FluidSynth takes events at multiples of it

template <auto kFree>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

// FluidSynth's other loaders complain on stderr about what is not theirs.
void CheckHeader(const std::string& path) {
  std::array<char, 12> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  const std::string_view text(head.data(), head.size());
  if (!file || text.substr(0, 4) != "RIFF" || text.substr(8) != "sfbk") {
    ThrowBadInput(Printable(path, 300),
                  ": expected a sound font (.sf2 or .sf3), found another file");
  }
}

struct Change {
  int at_samples;
  bool on;
  int channel, key, velocity;
};

}  // namespace

struct SoundFont::Impl {
  std::unique_ptr<fluid_settings_t, Deleter<delete_fluid_settings>> settings{new_fluid_settings()};
  std::unique_ptr<fluid_synth_t, Deleter<delete_fluid_synth>> synth;
  int font = -1;

  // The channel that plays a preset: one for each that is in use.
  int ChannelOf(const Preset& preset, std::vector<Preset>* in_use) {
    for (size_t i = 0; i < in_use->size(); ++i) {
      if ((*in_use)[i].drums == preset.drums && (*in_use)[i].program == preset.program) {
        return static_cast<int>(i);
      }
    }
    const int channel = static_cast<int>(in_use->size());
    if (channel == fluid_synth_count_midi_channels(synth.get())) {
      ThrowFailure("The synthesizer has ", channel, " channels; expected no more presets at once");
    }
    in_use->push_back(preset);
    fluid_synth_set_channel_type(synth.get(), channel,
                                 preset.drums ? CHANNEL_TYPE_DRUM : CHANNEL_TYPE_MELODIC);
    const int bank = preset.drums ? kPercussionBank : 0;
    if (fluid_synth_program_select(synth.get(), channel, font, bank, preset.program) != FLUID_OK) {
      fluid_synth_program_change(synth.get(), channel, preset.program);
    }
    return channel;
  }
};

SoundFont::SoundFont(const std::string& path) : impl_(std::make_unique<Impl>()) {
  CheckHeader(path);
  for (const int level : {FLUID_PANIC, FLUID_ERR, FLUID_WARN, FLUID_INFO, FLUID_DBG}) {
    fluid_set_log_function(level, nullptr, nullptr);
  }
  fluid_settings_t* settings = impl_->settings.get();
  fluid_settings_setnum(settings, "synth.sample-rate", kSampleRateHz);
  fluid_settings_setnum(settings, "synth.gain", 0.5);
  fluid_settings_setint(settings, "synth.reverb.active", 0);
  fluid_settings_setint(settings, "synth.chorus.active", 0);
  fluid_settings_setint(settings, "synth.polyphony", 512);
  fluid_settings_setint(settings, "synth.midi-channels", 32);
  fluid_settings_setint(settings, "synth.threadsafe-api", 0);
  fluid_settings_setint(settings, "synth.dynamic-sample-loading", 1);  // of what is played alone
  impl_->synth.reset(new_fluid_synth(settings));
  if (impl_->synth == nullptr) ThrowFailure("The synthesizer FluidSynth could not be started");
  impl_->font = fluid_synth_sfload(impl_->synth.get(), path.c_str(), 1);
  if (impl_->font == FLUID_FAILED) {
    ThrowBadInput(Printable(path, 300),
                  ": expected a sound font that FluidSynth reads, found none");
  }
}

SoundFont::~SoundFont() = default;

bool SoundFont::Has(const Preset& preset) const {
  fluid_sfont_t* font = fluid_synth_get_sfont_by_id(impl_->synth.get(), impl_->font);
  return fluid_sfont_get_preset(font, preset.drums ? kPercussionBank : 0, preset.program) !=
         nullptr;
}

std::vector<float> SoundFont::Render(const std::vector<NoteEvent>& events, int sample_count) {
  fluid_synth_t* synth = impl_->synth.get();
  fluid_synth_system_reset(synth);
  std::vector<Preset> presets;
  std::vector<Change> changes;
  for (const NoteEvent& event : events) {
    const int channel = impl_->ChannelOf(event.preset, &presets);
    changes.push_back({event.onset_samples, true, channel, event.key, event.velocity});
    changes.push_back({event.onset_samples + event.length_samples, false, channel, event.key, 0});
  }
  // A release before an onset of the same time: it belongs to an earlier note.
  std::stable_sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    return a.at_samples != b.at_samples ? a.at_samples < b.at_samples : a.on < b.on;
  });

  std::vector<float> left(static_cast<size_t>(sample_count)), right(left.size());
  int rendered = 0;
  const auto render_to = [&](int end) {
    end = std::min(end, sample_count);
    if (end <= rendered) return;
    fluid_synth_write_float(synth, end - rendered, left.data(), rendered, 1, right.data(), rendered,
                            1);
    rendered = end;
  };
  for (const Change& change : changes) {
    render_to(change.at_samples / kBlockSamples * kBlockSamples);
    if (change.on) {
      fluid_synth_noteon(synth, change.channel, change.key, change.velocity);
    } else {
      fluid_synth_noteoff(synth, change.channel, change.key);
    }
  }
  render_to(sample_count);
  for (size_t i = 0; i < left.size(); ++i) left[i] = 0.5f * (left[i] + right[i]);
  // Nothing sounds into the next rendering, whose first block is whole.
  fluid_synth_all_sounds_off(synth, -1);
  std::vector<float> silence(static_cast<size_t>(2 * kBlockSamples - sample_count % kBlockSamples));
  fluid_synth_write_float(synth, static_cast<int>(silence.size()), silence.data(), 0, 1,
                          silence.data(), 0, 1);
  return left;
}

std::string FindSoundFont() {
  if (const char* path = std::getenv("MUSICGEN_SOUND_FONT")) return path;
  constexpr const char* kInstalled[] = {"/usr/share/sounds/sf3/MuseScore_General_Lite.sf3",
                                        "/usr/share/sounds/sf3/MuseScore_General_Full.sf3",
                                        "/usr/share/sounds/sf2/FluidR3_GM.sf2"};
  for (const char* path : kInstalled) {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) return path;
  }
  ThrowBadInput(
      "Sound font: expected one of Debian's packages musescore-general-soundfont-small or "
      "fluid-soundfont-gm, or a file named by MUSICGEN_SOUND_FONT, found none");
}

}  // namespace musicgen::compose
