#include "c_api/waveform.h"

#include <string_view>

#include "api/argument_check.h"
#include "audio/convert.h"
#include "audio/normalize.h"
#include "audio/read.h"
#include "c_api/arguments.h"
#include "c_api/guard.h"

using namespace musicgen;
using namespace musicgen::c_api;

namespace musicgen::c_api {
namespace {

std::string_view File(const void* data, size_t size) {
  if (data == nullptr && size > 0) {
    ThrowBadInput("file: expected ", size, " bytes, found NULL");
  }
  return {static_cast<const char*>(data), size};
}

std::string NameOr(const char* name) { return name == nullptr ? "the sound file" : name; }

void PutInfo(const audio::SoundInfo& info, int64_t* sample_rate_hz, int64_t* channels,
             int64_t* samples) {
  if (sample_rate_hz != nullptr) *sample_rate_hz = info.sample_rate_hz;
  if (channels != nullptr) *channels = info.channels;
  if (samples != nullptr) *samples = info.samples;
}

}  // namespace

Waveform CopySound(const char* name, const float* values, int64_t sample_rate_hz, int64_t channels,
                   int64_t samples) {
  const size_t count = CheckMatrix(name, values, channels, 1, samples);
  Waveform sound;
  sound.sample_rate_hz = sample_rate_hz;
  sound.channels = channels;
  api::CheckSound(name, sound);  // rate and channels; without samples yet
  sound.samples = samples;
  if (count > 0) sound.values.assign(values, values + count);
  return sound;
}

}  // namespace musicgen::c_api

mg_status mg_waveform_new(const float* values, int64_t sample_rate_hz, int64_t channels,
                          int64_t samples, mg_waveform** out) {
  return Create(out, [&] {
    return MakeWaveform(CopySound("waveform", values, sample_rate_hz, channels, samples));
  });
}

mg_status mg_waveform_read(const char* path, double start_s, double duration_s, mg_waveform** out) {
  return Create(out, [&] {
    return MakeWaveform(audio::ReadAudio(Text("path", path), {start_s, duration_s}));
  });
}

mg_status mg_waveform_decode(const void* data, size_t size, const char* name, double start_s,
                             double duration_s, mg_waveform** out) {
  return Create(out, [&] {
    return MakeWaveform(audio::DecodeAudio(File(data, size), NameOr(name), {start_s, duration_s}));
  });
}

void mg_decoder_load(const void* data, size_t size) {
  Guard([&] { audio::LoadDecoder(File(data, size)); });
}

void mg_waveform_free(mg_waveform* wave) { Free(wave); }

const float* mg_waveform_data(const mg_waveform* wave) {
  return Value([&]() -> const float* {
    const auto sound = Get(wave)->sound;
    return sound->values.empty() ? nullptr : sound->values.data();
  });
}

int64_t mg_waveform_sample_rate_hz(const mg_waveform* wave) {
  return Value([&] { return Get(wave)->sound->sample_rate_hz; });
}

int64_t mg_waveform_channels(const mg_waveform* wave) {
  return Value([&] { return Get(wave)->sound->channels; });
}

int64_t mg_waveform_samples(const mg_waveform* wave) {
  return Value([&] { return Get(wave)->sound->samples; });
}

mg_status mg_sound_info_read(const char* path, int64_t* sample_rate_hz, int64_t* channels,
                             int64_t* samples) {
  return Guard([&] {
    PutInfo(audio::ReadSoundInfo(Text("path", path)), sample_rate_hz, channels, samples);
  });
}

mg_status mg_sound_info_decode(const void* data, size_t size, const char* name,
                               int64_t* sample_rate_hz, int64_t* channels, int64_t* samples) {
  return Guard([&] {
    PutInfo(audio::DecodeSoundInfo(File(data, size), NameOr(name)), sample_rate_hz, channels,
            samples);
  });
}

mg_status mg_waveform_convert(const mg_waveform* wave, int64_t sample_rate_hz, int64_t channels,
                              mg_waveform** out) {
  return Create(out, [&] {
    const auto from = Get(wave)->sound;
    Waveform wanted;
    wanted.sample_rate_hz = sample_rate_hz == 0 ? from->sample_rate_hz : sample_rate_hz;
    wanted.channels = channels == 0 ? from->channels : channels;
    api::CheckSound("conversion", wanted);  // a sound of no samples takes any number of channels
    return MakeWaveform(audio::ConvertAudio(*from, wanted.sample_rate_hz, wanted.channels));
  });
}

int64_t mg_waveform_count_beyond_full_scale(const mg_waveform* wave) {
  return Value([&] { return audio::CountBeyondFullScale(*Get(wave)->sound); });
}
