#include "audio/ffmpeg_frames.h"

#include <algorithm>
#include <cmath>

#include "audio/append_converted.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

// More than a packet of any coding pads.
constexpr int64_t kHeldBackFrames = 8192;

// Integers of b bits are divided by 2^(b−1).
float Value(uint8_t value) { return static_cast<float>(value - 128) / 128; }
float Value(int16_t value) { return static_cast<float>(value) / 32768; }
float Value(int32_t value) { return static_cast<float>(value) / 2147483648.0f; }
float Value(float value) { return value; }
float Value(double value) { return static_cast<float>(value); }

template <class T>
void Interleave(const AVFrame& frame, bool is_planar, std::vector<float>& to) {
  const int channels = frame.ch_layout.nb_channels;
  for (int n = 0; n < frame.nb_samples; ++n) {
    for (int c = 0; c < channels; ++c) {
      const auto* from = reinterpret_cast<const T*>(frame.extended_data[is_planar ? c : 0]);
      to.push_back(Value(from[is_planar ? n : n * channels + c]));
    }
  }
}

std::vector<float> Values(const AVFrame& frame, const std::string& where) {
  std::vector<float> values;
  values.reserve(static_cast<size_t>(frame.nb_samples) *
                 static_cast<size_t>(frame.ch_layout.nb_channels));
  switch (frame.format) {
    case AV_SAMPLE_FMT_U8:
      Interleave<uint8_t>(frame, false, values);
      break;
    case AV_SAMPLE_FMT_U8P:
      Interleave<uint8_t>(frame, true, values);
      break;
    case AV_SAMPLE_FMT_S16:
      Interleave<int16_t>(frame, false, values);
      break;
    case AV_SAMPLE_FMT_S16P:
      Interleave<int16_t>(frame, true, values);
      break;
    case AV_SAMPLE_FMT_S32:
      Interleave<int32_t>(frame, false, values);
      break;
    case AV_SAMPLE_FMT_S32P:
      Interleave<int32_t>(frame, true, values);
      break;
    case AV_SAMPLE_FMT_FLT:
      Interleave<float>(frame, false, values);
      break;
    case AV_SAMPLE_FMT_FLTP:
      Interleave<float>(frame, true, values);
      break;
    case AV_SAMPLE_FMT_DBL:
      Interleave<double>(frame, false, values);
      break;
    case AV_SAMPLE_FMT_DBLP:
      Interleave<double>(frame, true, values);
      break;
    default:
      ThrowBadInput(
          where, ": expected samples that are integers of up to 32 bits or floats, found others");
  }
  return values;
}

}  // namespace

void FfmpegFrames::Append(const AVFrame& frame) {
  if (frame.nb_samples <= 0) return;
  const int64_t rate_hz = frame.sample_rate, channels = frame.ch_layout.nb_channels;
  if (sound_.channels() == 0) sound_.SetFormat(rate_hz, channels);
  if (rate_hz == sound_.sample_rate_hz() && channels == sound_.channels()) {
    FinishOther();
    const std::vector<float> values = Values(frame, sound_.where());
    held_back_.insert(held_back_.end(), values.begin(), values.end());
    HandOver(kHeldBackFrames);
    return;
  }
  HandOver(0);
  if (other_ && (rate_hz != other_->sample_rate_hz() || channels != other_->channels()))
    FinishOther();
  if (!other_) other_.emplace(sound_.where(), sound_.limits(), Excerpt{});
  other_->SetFormat(rate_hz, channels);
  other_->Append(Values(frame, sound_.where()));
}

void FfmpegFrames::Finish() {
  FinishOther();
  if (held_back_.empty()) return;
  const auto held = static_cast<int64_t>(held_back_.size()) / sound_.channels();
  const int64_t expected =
      std::llround(duration_s_ * static_cast<double>(sound_.sample_rate_hz())) - handed_over_;
  if (expected > 0 && expected < held)
    held_back_.resize(static_cast<size_t>(expected * sound_.channels()));
  HandOver(0);
}

void FfmpegFrames::HandOver(int64_t kept_frames) {
  const auto kept = static_cast<size_t>(kept_frames * sound_.channels());
  if (held_back_.size() <= kept) return;
  const size_t count = held_back_.size() - kept;
  sound_.Append({held_back_.data(), count});
  handed_over_ += static_cast<int64_t>(count) / sound_.channels();
  held_back_.erase(held_back_.begin(), held_back_.begin() + static_cast<std::ptrdiff_t>(count));
}

void FfmpegFrames::FinishOther() {
  if (!other_) return;
  if (!other_->empty()) AppendConverted(other_->Finish(), sound_);
  other_.reset();
}

}  // namespace musicgen::audio
