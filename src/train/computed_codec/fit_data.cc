#include "train/computed_codec/fit_data.h"

#include "compose/draws.h"
#include "compose/song.h"

namespace musicgen::train {
namespace {

using compose::FrameCodes;
using compose::kBooks;
using compose::kFrameSamples;
using compose::Vocabulary;

constexpr int kShortest = 3, kLongest = 40;  // frames from one onset to the next

FitSequence WithSound(std::vector<FrameCodes> codes, const compose::FrameTables& tables) {
  const std::vector<float> sound = compose::RenderCodes(tables, codes);
  FitSequence sequence{std::move(codes), {}};
  sequence.frames = Eigen::Map<const Matrix>(
      sound.data(), static_cast<Eigen::Index>(sequence.codes.size()), kFrameSamples);
  return sequence;
}

std::vector<std::vector<int>> Onsets(const Vocabulary& vocabulary) {
  std::vector<std::vector<int>> onsets(kBooks);
  for (int book = 0; book < kBooks; ++book) {
    for (int code = 1; code < vocabulary.used(book); ++code) {
      if (vocabulary.meaning(book, code).age == 0) {
        onsets[static_cast<size_t>(book)].push_back(code);
      }
    }
  }
  return onsets;
}

}  // namespace

std::vector<FrameCodes> RandomMixture(const Vocabulary& vocabulary, uint64_t seed, uint64_t counter,
                                      int frame_count) {
  compose::Draws draws(seed, counter, compose::DrawStream::kMixture);
  const auto onsets = Onsets(vocabulary);
  std::vector<FrameCodes> codes(static_cast<size_t>(frame_count));
  for (int book = 0; book < kBooks; ++book) {
    const auto k = static_cast<size_t>(book);
    int code = 0;
    int wait = draws.Below(kLongest);
    for (int frame = 0; frame < frame_count; ++frame) {
      code = vocabulary.meaning(book, code).next;
      if (wait-- == 0) {
        code = draws.Of(onsets[k]);
        wait = kShortest + draws.Below(kLongest - kShortest);
      }
      codes[static_cast<size_t>(frame)][k] = static_cast<int16_t>(code);
    }
  }
  return codes;
}

std::vector<FitSequence> MakeFitData(const Vocabulary& vocabulary,
                                     const compose::FrameTables& tables, const FitSize& size,
                                     uint64_t seed) {
  std::vector<FitSequence> data;
  for (int i = 0; i < size.songs; ++i) {
    data.push_back(WithSound(
        compose::Compose(vocabulary, seed, static_cast<uint64_t>(i), size.song_frames).frames,
        tables));
  }
  for (int i = 0; i < size.mixtures; ++i) {
    data.push_back(WithSound(
        RandomMixture(vocabulary, seed, static_cast<uint64_t>(i), size.mixture_frames), tables));
  }
  return data;
}

}  // namespace musicgen::train
