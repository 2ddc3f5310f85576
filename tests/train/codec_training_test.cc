#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "codec/codec.h"
#include "codec/decode.h"
#include "codec/encoder.h"
#include "in_folder.h"
#include "model/codec_files.h"
#include "near.h"
#include "train/checkpoint/training_state.h"
#include "train/codec/codec_export.h"
#include "train/codec/codec_training_run.h"

namespace musicgen::train {
namespace {

constexpr int64_t kSamples = 2560;

CodecTrainerSettings Tiny(bool adversary) {
  CodecTrainerSettings settings;
  settings.codec.sample_rate_hz = 8000;
  settings.codec.num_filters = 4;
  settings.codec.upsampling_ratios = {5, 4};
  settings.codec.latent_width = 8;
  settings.codec.codebook_size = 16;
  settings.codec.num_quantizers = 2;
  settings.codec.pad_mode = nn::PadMode::kZero;
  settings.init = CodecInit::kVariancePreserving;
  settings.quantizer = {.codebooks = 2, .size = 16, .width = 8, .kmeans_iterations = 5};
  settings.quantize_from = 2;
  settings.balancer.weights = {{"l1", 1.0}, {"msspec", 2.0}, {"adv", 4.0}, {"feat", 4.0}};
  settings.adversarial.enabled = adversary;
  settings.adversarial.discriminators = {.filters = 4, .n_ffts = {256, 128}};
  settings.adversarial.from = 3;
  settings.adversarial.every = 2;
  settings.schedule = {.updates = 10, .warmup = 0, .min_ratio = 0.1};
  return settings;
}

CodecRunSettings TinyRun() {
  return {.updates = 10, .batch_size = 2, .valid_segments = 3, .log_every = 1, .report_every = 5};
}

at::Tensor SegmentOf(uint64_t index) {
  return at::randn({1, kSamples}, at::detail::createCPUGenerator(index)) * 0.1;
}

TrainingState Train(const std::string& folder, const std::vector<int64_t>& stops, bool adversary) {
  for (const int64_t stop : stops) {
    CodecTrainer trainer(Tiny(adversary));
    CodecTrainingRun run(trainer, TinyRun(), folder, {});
    run.Run(SegmentOf, SegmentOf, [&] { return trainer.update() >= stop; });
  }
  CodecTrainer trainer(Tiny(adversary));
  TrainingState state{trainer.State(), {}};
  LoadTrainingState(folder + "/checkpoint.safetensors", state);
  return state;
}

using CodecResume = InFolder;

TEST_F(CodecResume, PartsAreTheWholeToTheBit) {
  for (const bool adversary : {false, true}) {
    const TrainingState parts = Train(Folder("parts"), {1, 4, 7, 10}, adversary),
                        whole = Train(Folder("whole"), {10}, adversary);
    EXPECT_EQ(parts.values, whole.values);
    ASSERT_EQ(parts.tensors.size(), whole.tensors.size());
    for (size_t i = 0; i < parts.tensors.size(); ++i) {
      EXPECT_TRUE(at::equal(parts.tensors[i].value, whole.tensors[i].value))
          << parts.tensors[i].name;
    }
    std::filesystem::remove_all(Folder("parts"));
    std::filesystem::remove_all(Folder("whole"));
  }
}

TEST_F(CodecResume, RefusesAnotherPlan) {
  const std::string folder = Folder("plan");
  Train(folder, {2}, false);
  CodecTrainer trainer(Tiny(false));
  CodecRunSettings longer = TinyRun();
  longer.updates = 20;
  EXPECT_THROW(CodecTrainingRun(trainer, longer, folder, {}), Error);
}

using CodecExport = InFolder;

TEST_F(CodecExport, SoundsAlikeInTheEngine) {
  CodecTrainer trainer(Tiny(false));
  const std::string folder = Folder("run"), out = Folder("codec");
  CodecTrainingRun run(trainer, TinyRun(), folder, {});
  ASSERT_TRUE(run.Run(SegmentOf, SegmentOf, {}));
  ExportCodec(trainer.config(), trainer.Averages(), out);

  const model::CodecPart part = model::OpenCodec(out);
  const codec::Codec engine(part.config, *part.tensors.source, part.tensors.prefix);
  const codec::Encoder encoder(part.config, *part.tensors.source, part.tensors.prefix);
  ThreadPool pool(1);
  Waveform sound(8000, 1, kSamples);
  const at::Tensor segment = SegmentOf(7);
  std::copy_n(segment.const_data_ptr<float>(), kSamples, sound.values.begin());
  const Waveform decoded = Decode(pool, engine, Encode(pool, encoder, sound, 2));

  // The same with the trainer's averages.
  CodecNetwork network(trainer.config());
  ResidualQuantizer quantizer(Tiny(false).quantizer);
  for (const NamedTensor& average : trainer.Averages()) {
    for (const Parameters* parameters : {&network.parameters(), &quantizer.buffers()}) {
      for (const Parameter& parameter : *parameters) {
        if (parameter.names.front() == average.name) parameter.value.detach().copy_(average.value);
      }
    }
  }
  const at::Tensor latents = quantizer.Quantize(network.Encode(segment.unsqueeze(0))).latents;
  const at::Tensor ours = network.Decode(latents).detach().flatten();
  EXPECT_TRUE(Near(at::tensor(decoded.values), ours, 1e-3));
}

using CodecLearning = InFolder;

TEST_F(CodecLearning, KnowsOneBatchBetterAfterAWhile) {
  CodecTrainerSettings settings = Tiny(false);
  settings.adam.lr = 3e-3;
  settings.schedule = {.updates = 150, .warmup = 0, .min_ratio = 0.1};
  CodecTrainer trainer(settings);
  CodecRunSettings run_settings = TinyRun();
  run_settings.updates = 150;
  run_settings.report_every = 0;
  run_settings.log_every = 150;
  const auto tone = [](uint64_t index) {
    const double step = 0.1 + 0.05 * static_cast<double>(index % 4);
    return (at::arange(kSamples, at::kFloat) * step).sin().mul(0.2).unsqueeze(0);
  };
  const auto si_snr = [&] { return trainer.Validate({Segments(tone, 0, 4)}).front().second; };
  const double before = si_snr();
  CodecTrainingRun run(trainer, run_settings, Folder("run"), {});
  run.Run(tone, tone, {});
  EXPECT_GT(si_snr(), before + 10);
}

}  // namespace
}  // namespace musicgen::train
