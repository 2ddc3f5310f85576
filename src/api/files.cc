// The file functions of the library's face.

#include <cmath>

#include "api/argument_check.h"
#include "api/guard.h"
#include "audio/encode.h"
#include "audio/normalize.h"
#include "audio/wav_stream.h"
#include "audio/wav_writer.h"
#include "base/atomic_file.h"
#include "base/bandwidth.h"
#include "base/cpu.h"
#include "base/destination.h"
#include "base/error.h"
#include "base/memory.h"
#include "checkpoint/codes_file.h"
#include "checkpoint/safetensors.h"
#include "kernels/isa.h"
#include "musicgen/musicgen.hpp"

namespace musicgen {
namespace {

constexpr size_t kBandwidthBytes = size_t{512} << 20;

audio::WavEncoding Encoding(SampleFormat format) {
  switch (format) {
    case SampleFormat::kPcm16:
      return audio::WavEncoding::kPcm16;
    case SampleFormat::kPcm24:
      return audio::WavEncoding::kPcm24;
    case SampleFormat::kFloat32:
      return audio::WavEncoding::kFloat32;
  }
  return audio::WavEncoding::kPcm16;
}

audio::FileFormat FormatOf(AudioFormat format) {
  switch (format) {
    case AudioFormat::kWav:
      return audio::FileFormat::kWav;
    case AudioFormat::kFlac:
      return audio::FileFormat::kFlac;
    case AudioFormat::kOgg:
      return audio::FileFormat::kOgg;
    case AudioFormat::kOpus:
      return audio::FileFormat::kOpus;
    case AudioFormat::kMp3:
      return audio::FileFormat::kMp3;
  }
  return audio::FileFormat::kWav;
}

audio::Strategy StrategyOf(Strategy strategy) {
  switch (strategy) {
    case Strategy::kLoudness:
      return audio::Strategy::kLoudness;
    case Strategy::kPeak:
      return audio::Strategy::kPeak;
    case Strategy::kRms:
      return audio::Strategy::kRms;
    case Strategy::kClip:
      return audio::Strategy::kClip;
    case Strategy::kNone:
      return audio::Strategy::kNone;
  }
  return audio::Strategy::kNone;
}

std::vector<uint8_t> Bytes(const std::string& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

int64_t Normalize(Waveform& wave, Strategy strategy) {
  return Guard([&] {
    CheckSound("sound", wave);
    audio::NormalizeOptions options;
    options.strategy = StrategyOf(strategy);
    return audio::Normalize(wave, options);
  });
}

int64_t CountBeyondFullScale(const Waveform& wave) {
  return Guard([&] {
    CheckSound("sound", wave);
    return audio::CountBeyondFullScale(wave);
  });
}

std::vector<uint8_t> EncodeAudio(const Waveform& wave, AudioFormat format, SampleFormat samples,
                                 const std::string& comment) {
  return Guard([&] {
    CheckSound("sound", wave);
    return Bytes(
        audio::EncodeAudio(wave, FormatOf(format), Encoding(samples), {"musicgen", comment}));
  });
}

std::vector<uint8_t> EncodeWav(const Waveform& wave, SampleFormat format,
                               const std::string& comment) {
  return Guard([&] {
    CheckSound("sound", wave);
    return Bytes(audio::EncodeWav(wave, Encoding(format), {"musicgen", comment}));
  });
}

WavStream::WavStream(int64_t sample_rate_hz, int64_t channels, int64_t samples, SampleFormat format)
    : sample_rate_hz_(sample_rate_hz), channels_(channels), samples_(samples), format_(format) {
  Guard([&] { CheckStream(sample_rate_hz, channels, samples); });
}

std::vector<uint8_t> WavStream::Header() const {
  return Guard(
      [&] { return audio::WavHeader(sample_rate_hz_, channels_, samples_, Encoding(format_)); });
}

std::vector<uint8_t> WavStream::Samples(const Waveform& chunk) const {
  return Guard([&] {
    CheckSound("chunk", chunk);
    if (chunk.channels != channels_) {
      ThrowBadInput("chunk: expected ", channels_, " channels as the stream has, found ",
                    chunk.channels);
    }
    return audio::WavSamples(chunk, Encoding(format_));
  });
}

void CheckDestination(const std::string& path) { CheckWritable(path); }

void WriteFile(const std::string& path, std::span<const uint8_t> bytes) {
  Guard([&] {
    AtomicFile file(path);
    file.Write(bytes.data(), bytes.size());
    file.Commit();
  });
}

std::vector<Codes> ReadCodes(const std::string& path, CodesInfo* info) {
  return Guard([&] {
    checkpoint::CodesInfo read;
    std::vector<Codes> codes = checkpoint::ReadCodesFile(path, &read);
    if (info != nullptr) {
      *info = {static_cast<int64_t>(std::lround(read.frame_rate)), read.sample_rate,
               read.codebook_size};
    }
    return codes;
  });
}

void WriteCodes(const std::string& path, std::span<const Codes> codes, const CodesInfo& info) {
  Guard([&] {
    CheckCodesToWrite(codes, info);
    checkpoint::WriteCodesFile(
        path, codes,
        {static_cast<double>(info.frame_rate_hz), info.sample_rate_hz, info.codebook_size});
  });
}

void WriteLogits(const std::string& path, const ScoreResult& score) {
  Guard([&] {
    CheckLogits(score);
    const Shape shape = {score.codebooks, score.frames, score.codebook_size};
    checkpoint::WriteSafetensors(path,
                                 {{"conditional", DType::kF32, shape, score.conditional.data()},
                                  {"unconditional", DType::kF32, shape, score.unconditional.data()},
                                  {"guided", DType::kF32, shape, score.guided.data()}},
                                 {});
  });
}

struct BandwidthReader::Impl {
  explicit Impl(int threads) : pool(threads), reader(pool, kBandwidthBytes) {}
  ThreadPool pool;
  MemoryReader reader;
};

BandwidthReader::BandwidthReader(int threads) {
  Guard([&] {
    if (threads < 1) ThrowBadInput("threads: expected a number from 1, found ", threads);
    impl_ = std::make_unique<Impl>(ThreadCount(threads));
  });
}
BandwidthReader::~BandwidthReader() = default;
double BandwidthReader::Pass() {
  return Guard([&] { return impl_->reader.Pass(); });
}

uint64_t PeakMemoryBytes() { return Guard(PeakResidentBytes); }

std::string CpuName() { return Guard(ProcessorName); }

std::string InstructionSet() {
  return Guard([] { return std::string(kernels::IsaName(kernels::ActiveIsa())); });
}

}  // namespace musicgen
