#include "train/tracks/track_batches.h"

#include <algorithm>

#include "base/error.h"

namespace musicgen::train {
namespace {

using checkpoint::Config;

constexpr size_t kMostTokens = 512;  // of a text: T5 was trained with no more
// Streams of an item's seed that are not the sampler's attempts.
constexpr uint32_t kTextStream = 1000;

TokenIds Shortened(TokenIds tokens) {
  if (tokens.size() <= kMostTokens) return tokens;
  const auto end = tokens.back();
  tokens.resize(kMostTokens);
  tokens.back() = end;
  return tokens;
}

ConditionDropout ReadDropout(const Config& settings) {
  const Config guidance = settings.Object("classifier_free_guidance");
  const std::string mode = guidance.String("mode", "batch");
  if (mode != "batch" && mode != "item") {
    ThrowBadInput(guidance.Where("mode"), ": expected batch or item, found ", Printable(mode));
  }
  return {guidance.Number("training_dropout", 0.3, 0.0, 1.0),
          mode == "item" ? ConditionDropout::Mode::kItem : ConditionDropout::Mode::kBatch};
}

}  // namespace

TrackBatchSettings ReadTrackBatches(const Config& settings, int64_t accumulation,
                                    double segment_s) {
  const Config data = settings.Object("dataset"), train = data.Object("train"),
               t5 = settings.Object("conditioners").Object("description").Object("t5");
  TrackBatchSettings batches;
  batches.batch_size = data.Int("batch_size", 8, 1, 1 << 16);
  batches.accumulation = accumulation;
  if (batches.batch_size % accumulation != 0) {
    ThrowBadInput(data.Where("batch_size"), ": expected a multiple of optim.accumulation ",
                  accumulation, ", found ", batches.batch_size);
  }
  SegmentSettings& segments = batches.segments;
  segments.segment_s = data.Number("segment_duration", segment_s, 0.2, 300.0);
  segments.min_segment_ratio = data.Number("min_segment_ratio", 0.8, 0.0, 1.0);
  segments.sample_on_weight = data.Bool("sample_on_weight", false);
  segments.sample_on_duration = data.Bool("sample_on_duration", false);
  segments.shuffle = true;
  segments.shuffle_seed = static_cast<uint64_t>(settings.Int("seed", 2036, 0, int64_t{1} << 40));
  segments.permutation_on_files = train.Bool("permutation_on_files", false);
  segments.num_samples = train.Int(
      "num_samples",
      batches.batch_size * settings.Object("optim").Int("updates_per_epoch", 2000, 1, 1 << 20), 1,
      int64_t{1} << 40);
  batches.padding_with_special_token =
      settings.Object("tokens").Bool("padding_with_special_token", false);
  batches.augmentation = {train.Number("merge_text_p", 0.25, 0.0, 1.0),
                          train.Number("drop_desc_p", 0.5, 0.0, 1.0),
                          train.Number("drop_other_p", 0.5, 0.0, 1.0)};
  batches.word_dropout = t5.Number("word_dropout", 0.3, 0.0, 1.0);
  batches.dropout = ReadDropout(settings);
  return batches;
}

TrackBatches::TrackBatches(const TrackSet& set, const text::Tokenizer& tokenizer,
                           const lm::LmConfig& lm, const TrackBatchSettings& settings)
    : set_(set),
      tokenizer_(tokenizer),
      lm_(lm),
      settings_(settings),
      sampler_(SoundsOf(set.tracks), settings.segments, "training data"),
      segment_frames_(static_cast<int64_t>(settings.segments.segment_s * set.frame_rate)) {}

TrackBatches::Excerpt TrackBatches::ExcerptAt(int64_t index, int64_t epoch) const {
  const Segment segment = sampler_.At(index, epoch);
  const int64_t frames = set_.codes[segment.file].frames;
  const int64_t begin =
      std::min(static_cast<int64_t>(segment.seek_s * set_.frame_rate), frames - 1);
  const int64_t sound = std::min(segment_frames_, frames - begin);
  // The last codes of the sound are read so many steps later.
  const int64_t columns = settings_.padding_with_special_token
                              ? std::min(segment_frames_, sound + lm_.pattern.delays.back())
                              : segment_frames_;
  return {segment.file, begin, sound, columns, segment.seed};
}

TrainingItem TrackBatches::ItemOf(const Excerpt& excerpt,
                                  const std::optional<std::string>& text) const {
  TrainingItem item;
  const CachedTrack& codes = set_.codes[excerpt.track];
  item.frame_weights.assign(static_cast<size_t>(excerpt.columns), 1.0f);
  if (settings_.padding_with_special_token) {
    item.codes = ReadCached(codes, excerpt.begin, excerpt.sound, lm_.codebook_size);
    Codes padding(item.codes.codebooks, excerpt.columns - excerpt.sound);
    std::fill(padding.values.begin(), padding.values.end(), lm_.special_token());
    item.codes.Append(padding);
    std::fill(item.frame_weights.begin() + excerpt.sound, item.frame_weights.end(), 0.0f);
  } else {
    item.codes = ReadCached(codes, excerpt.begin, excerpt.columns, lm_.codebook_size);
  }
  if (text && !text->empty()) item.text = Shortened(tokenizer_.Encode(*text));
  return item;
}

Batch TrackBatches::Of(int64_t pass) const {
  const int64_t parts = settings_.accumulation, size = settings_.batch_size / parts,
                update = pass / parts, part = pass % parts, count = settings_.segments.num_samples;
  std::vector<double> frames(lm_.pattern.delays.size());
  std::vector<TrainingItem> items;
  for (int64_t i = 0; i < settings_.batch_size; ++i) {
    const int64_t number = update * settings_.batch_size + i;
    const Excerpt excerpt = ExcerptAt(number % count, number / count);
    const int64_t learnt = settings_.padding_with_special_token ? excerpt.sound : excerpt.columns;
    const auto predicted = PredictedFrames(learnt, excerpt.columns, lm_.pattern.delays);
    for (size_t k = 0; k < frames.size(); ++k) frames[k] += predicted[k];
    if (i / size != part || i % settings_.processes != settings_.rank) continue;
    std::optional<std::string> text;
    if (!settings_.dropout.Drops(pass, i % size)) {
      Draws draws(excerpt.seed, kTextStream);
      text = AugmentedDescription(set_.tracks[excerpt.track].text, settings_.augmentation, draws);
      if (text) text = DropWords(*text, settings_.word_dropout, draws);
    }
    items.push_back(ItemOf(excerpt, text));
  }
  return LayOutTogether(std::move(items), lm_.pattern.delays, lm_.special_token(), frames);
}

TrainingItem TrackBatches::Plain(int64_t index) const {
  const Excerpt excerpt = ExcerptAt(index, 0);
  return ItemOf(excerpt, set_.tracks[excerpt.track].text.description);
}

}  // namespace musicgen::train
