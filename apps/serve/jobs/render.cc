#include "serve/jobs/render.h"

#include <map>
#include <optional>

#include "musicgen/model.hpp"
#include "musicgen/sound_files.hpp"
#include "musicgen/sounds.hpp"
#include "serve/http/failure.h"

namespace musicgen::serve {
namespace {

const std::map<std::string, AudioFormat>& Formats() {
  static const std::map<std::string, AudioFormat> formats = {{"wav", AudioFormat::kWav},
                                                             {"flac", AudioFormat::kFlac},
                                                             {"ogg", AudioFormat::kOgg},
                                                             {"opus", AudioFormat::kOpus},
                                                             {"mp3", AudioFormat::kMp3}};
  return formats;
}

std::string Text(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

AudioFormat FormatOf(const std::string& name) { return Formats().at(name); }

// A WAV file's samples: its head comes with the first write.
std::string PcmOf(const Waveform& sound) {
  AudioStream wav({AudioFormat::kWav, SampleFormat::kPcm16}, sound.sample_rate_hz, sound.channels,
                  sound.samples);
  wav.Write(Waveform(sound.sample_rate_hz, sound.channels, 0));
  return Text(wav.Write(sound));
}

void CheckFormat(const std::string& format) {
  if (format == "pcm" || Formats().count(format) > 0) return;
  Refuse(400, "invalid_value", "format: expected wav, flac, ogg, opus, mp3 or pcm, found another",
         "format");
}

std::vector<Waveform> SoundsOf(const RenderOrder& order) {
  std::optional<Model> model;
  std::vector<Waveform> sounds;
  for (const RenderOrder::Take& take : order.takes) {
    if (take.sound != nullptr) {
      sounds.push_back(*take.sound);
      continue;
    }
    ModelOptions options = order.model;
    options.threads = 1;
    if (!model) model.emplace(options);
    sounds.push_back(model->Decode(take.codes));
  }
  return sounds;
}

std::vector<std::string> RenderTakes(const RenderOrder& order) {
  std::vector<std::string> files;
  for (Waveform& sound : SoundsOf(order)) {
    Normalize(sound, order.strategy);
    files.push_back(order.format == "pcm" ? PcmOf(sound)
                                          : Text(EncodeAudio(sound, FormatOf(order.format),
                                                             SampleFormat::kPcm16, order.comment)));
  }
  return files;
}

}  // namespace musicgen::serve
