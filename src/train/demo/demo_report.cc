#include "train/demo/demo_report.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.h"
#include "compose/caption.h"
#include "compose/song.h"
#include "train/demo/demo_batches.h"

namespace musicgen::train {
namespace {

constexpr int kPromptFrames = 55;
constexpr std::array<const char*, compose::kWrongAttributes> kWrongNames = {
    "wrong_tempo", "wrong_key", "wrong_lead", "wrong_chords", "wrong_style", "wrong_drums"};

struct Sum {
  double total = 0.0, count = 0.0;
  void Add(double value) {
    total += value;
    count += 1.0;
  }
  double mean() const { return count == 0.0 ? 0.0 : total / count; }
};

class Reporter {
 public:
  Reporter(const LmModel& model, const compose::Vocabulary& vocabulary,
           const text::Tokenizer& tokenizer, const DemoReportSettings& settings)
      : model_(model), vocabulary_(vocabulary), tokenizer_(tokenizer), settings_(settings) {}

  void CrossEntropies(LogValues* values) const {
    std::array<Sum, compose::kBooks> books;
    Sum grid;
    for (int64_t begin = 0; begin < settings_.songs; begin += kSongsAtATime) {
      std::vector<compose::Song> songs;
      std::vector<TrainingItem> items;
      for (int64_t i = begin; i < std::min(begin + kSongsAtATime, settings_.songs); ++i) {
        songs.push_back(Song(i, static_cast<int>(settings_.frames)));
        items.push_back(ItemOf(songs.back(), Text(songs.back().attributes, i)));
      }
      ForEach(items, [&](int64_t item, int64_t book, int64_t frame, double loss) {
        books[static_cast<size_t>(book)].Add(loss);
        const auto& on_grid = songs[static_cast<size_t>(item)].on_grid;
        if (on_grid[static_cast<size_t>(frame)]) grid.Add(loss);
      });
    }
    double mean = 0.0;
    for (int k = 0; k < compose::kBooks; ++k) {
      const double ce = books[static_cast<size_t>(k)].mean();
      values->push_back({StrCat("ce_q", k + 1), ce});
      mean += ce / compose::kBooks;
    }
    values->push_back({"ce", mean});
    values->push_back({"ce_grid", grid.mean()});
  }

  void WrongCaptions(LogValues* values) const {
    const int64_t count = settings_.prompt_songs;
    std::vector<compose::Song> songs;
    std::vector<TrainingItem> right, shifted;
    for (int64_t i = 0; i < count; ++i) {
      songs.push_back(Song(settings_.songs + i, kPromptFrames));
      right.push_back(ItemOf(songs.back(), Text(songs.back().attributes, settings_.songs + i)));
    }
    for (size_t i = 0; i < right.size(); ++i) {
      shifted.push_back(ItemOf(songs[i], right[(i + 1) % right.size()].text));
    }
    const Costs cost = CostOf(right);
    values->push_back({"ce_first", cost.first});
    values->push_back({"gap_first", CostOf(shifted).first - cost.first});
    for (int wrong = 0; wrong < compose::kWrongAttributes; ++wrong) {
      std::vector<TrainingItem> items;
      for (int64_t i = 0; i < count; ++i) {
        const auto counter = static_cast<uint64_t>(settings_.songs + i);
        const compose::SongAttributes attributes = compose::WithOneWrong(
            songs[static_cast<size_t>(i)].attributes, static_cast<compose::WrongAttribute>(wrong),
            vocabulary_.palette(), settings_.seed, counter);
        items.push_back(
            ItemOf(songs[static_cast<size_t>(i)], Text(attributes, static_cast<int64_t>(counter))));
      }
      values->push_back({kWrongNames[static_cast<size_t>(wrong)], CostOf(items).song - cost.song});
    }
  }

 private:
  static constexpr int64_t kSongsAtATime = 8;

  // Nats of a song, and mean of its codes at frame 0.
  struct Costs {
    double song = 0.0, first = 0.0;
  };

  compose::Song Song(int64_t counter, int frames) const {
    return compose::Compose(vocabulary_, settings_.seed, static_cast<uint64_t>(counter), frames);
  }

  TokenIds Text(const compose::SongAttributes& attributes, int64_t counter) const {
    return tokenizer_.Encode(compose::Caption(attributes, settings_.seed,
                                              static_cast<uint64_t>(counter), /*complete=*/true));
  }

  // Calls use(item, book, frame, loss) for every code that is predicted.
  template <class Use>
  void ForEach(const std::vector<TrainingItem>& items, const Use& use) const {
    const int64_t frames = items.front().codes.frames;
    const Batch batch = LayOut({{items, 1.0}}, kDemoDelays, compose::kCodebookSize);
    const at::Tensor losses = model_.Loss(batch.To(model_.device())).cross_entropy.cpu();
    for (int64_t k = 0; k < compose::kBooks; ++k) {
      const float* const loss = losses.const_data_ptr<float>() + k * batch.positions();
      const int64_t* const frame = batch.frames.const_data_ptr<int64_t>() + k * batch.positions();
      for (int64_t p = 0; p < batch.positions(); ++p) {
        if (frame[p] >= 0) use(p / frames, k, frame[p], static_cast<double>(loss[p]));
      }
    }
  }

  Costs CostOf(const std::vector<TrainingItem>& items) const {
    double total = 0.0;
    Sum first;
    ForEach(items, [&](int64_t, int64_t, int64_t frame, double loss) {
      total += loss;
      if (frame == 0) first.Add(loss);
    });
    return {total / static_cast<double>(items.size()), first.mean()};
  }

  const LmModel& model_;
  const compose::Vocabulary& vocabulary_;
  const text::Tokenizer& tokenizer_;
  const DemoReportSettings& settings_;
};

}  // namespace

LogValues ReportDemo(const LmModel& model, const compose::Vocabulary& vocabulary,
                     const text::Tokenizer& tokenizer, const DemoReportSettings& settings) {
  const at::NoGradGuard no_grad;
  const Reporter reporter(model, vocabulary, tokenizer, settings);
  LogValues values;
  reporter.CrossEntropies(&values);
  reporter.WrongCaptions(&values);
  return values;
}

}  // namespace musicgen::train
