#include "train/codec/codec_settings.h"

#include <algorithm>

#include "base/error.h"

namespace musicgen::train {
namespace {

using checkpoint::Config;

constexpr int64_t kMost = int64_t{1} << 40;

uint64_t ReadSeed(const Config& settings) {
  return static_cast<uint64_t>(settings.Int("seed", 2036, 0, kMost));
}

codec::CodecConfig ReadSizes(const Config& settings) {
  namespace most = codec::most;
  const Config seanet = settings.Object("seanet"), rvq = settings.Object("rvq");
  codec::CodecConfig codec;
  codec.sample_rate_hz = settings.Int("sample_rate", 32000, 1, most::kSampleRate);
  codec.num_filters = seanet.Int("n_filters", 64, 1, most::kChannels);
  codec.upsampling_ratios = seanet.Ints("ratios", {8, 5, 4, 4}, 1, most::kRatio, most::kRatios);
  codec.latent_width = seanet.Int("dimension", 128, 1, most::kChannels);
  codec.kernel_size = seanet.Int("kernel_size", 7, 1, most::kKernel);
  codec.last_kernel_size = seanet.Int("last_kernel_size", 7, 1, most::kKernel);
  codec.residual_kernel_size = seanet.Int("residual_kernel_size", 3, 1, most::kKernel);
  codec.num_residual_layers = seanet.Int("n_residual_layers", 1, 0, most::kResidualLayers);
  codec.dilation_growth_rate = seanet.Int("dilation_base", 2, 1, most::kDilationGrowth);
  codec.compress = seanet.Int("compress", 2, 1, most::kChannels);
  codec.num_lstm_layers = seanet.Int("lstm", 2, 1, most::kLstmLayers);
  codec.causal = settings.Object("encodec").Bool("causal", false);
  codec.conv_shortcut = !seanet.Bool("true_skip", true);
  const std::string pad_mode = seanet.String("pad_mode", "constant");
  if (pad_mode != "constant" && pad_mode != "reflect") {
    ThrowBadInput(seanet.Where("pad_mode"), ": expected constant or reflect, found ",
                  Printable(pad_mode));
  }
  codec.pad_mode = pad_mode == "reflect" ? nn::PadMode::kReflect : nn::PadMode::kZero;
  codec.num_quantizers = rvq.Int("n_q", 4, 1, most::kQuantizers);
  codec.codebook_size = rvq.Int("bins", 2048, 2, most::kCodebookSize);
  codec::CheckCodecConfig(
      codec, {seanet.Where("ratios"), seanet.Where("n_filters"), seanet.Where("compress"),
              seanet.Where("n_residual_layers"), seanet.Where("causal")});
  return codec;
}

CodecInit ReadInit(const Config& seanet) {
  const std::string init = seanet.String("init", "framework");
  if (init == "framework") return CodecInit::kFramework;
  if (init == "variance_preserving") return CodecInit::kVariancePreserving;
  ThrowBadInput(seanet.Where("init"), ": expected framework or variance_preserving, found ",
                Printable(init));
}

QuantizerSettings ReadQuantizer(const Config& settings, const codec::CodecConfig& codec) {
  const Config rvq = settings.Object("rvq");
  return {.codebooks = codec.num_quantizers,
          .size = codec.codebook_size,
          .width = codec.latent_width,
          .decay = rvq.Number("decay", 0.99, 0.0, 1.0),
          .kmeans_iterations = rvq.Int("kmeans_iters", 50, 1, 10000),
          .dead_code_threshold = rvq.Number("threshold_ema_dead_code", 2.0, 0.0, 1e9),
          .literal = rvq.Bool("literal", false),
          .seed = ReadSeed(settings)};
}

AdamWSettings ReadAdam(const Config& settings) {
  const Config optim = settings.Object("optim"), adam = optim.Object("adam");
  const std::vector<double> betas = adam.Numbers("betas", {0.5, 0.9}, 0.0, 1.0, 2);
  if (betas.size() != 2) {
    ThrowBadInput(adam.Where("betas"), ": expected 2 numbers, found ", betas.size());
  }
  return {.lr = optim.Number("lr", 3e-4, 0.0, 1.0),
          .beta1 = betas[0],
          .beta2 = betas[1],
          .eps = adam.Number("eps", 1e-8, 0.0, 1.0),
          .weight_decay = adam.Number("weight_decay", 0.0, 0.0, 1.0)};
}

// Without a schedule the learning rate stays.
CosineSchedule ReadSchedule(const Config& settings, int64_t updates) {
  const Config schedule = settings.Object("schedule"), cosine = schedule.Object("cosine");
  const std::string name = schedule.String("lr_scheduler", "");
  if (name.empty()) return {.updates = updates, .warmup = 0, .min_ratio = 1.0};
  if (name == "cosine") {
    return {.updates = updates,
            .warmup = cosine.Int("warmup", 0, 0, kMost),
            .min_ratio = cosine.Number("lr_min_ratio", 0.0, 0.0, 1.0)};
  }
  ThrowBadInput(schedule.Where("lr_scheduler"), ": expected null or cosine, found ",
                Printable(name));
}

AdversarialSettings ReadAdversarial(const Config& settings) {
  const Config adversarial = settings.Object("adversarial"), stft = settings.Object("msstftd");
  AdversarialSettings read;
  const std::vector<std::string> names = adversarial.Strings("adversaries", {"msstftd"}, 1);
  if (!names.empty() && names.front() != "msstftd") {
    ThrowBadInput(adversarial.Where("adversaries"), ": expected msstftd or none, found ",
                  Printable(names.front()));
  }
  read.enabled = !names.empty();
  read.every = adversarial.Number("every", 1.0, 1.0, 1e9);
  read.from = adversarial.Int("from", 0, 0, kMost);
  read.discriminators.filters = stft.Int("filters", 32, 1, 4096);
  read.discriminators.n_ffts = stft.Ints("n_ffts", {1024, 2048, 512, 256, 128}, 16, 1 << 16, 16);
  if (read.discriminators.n_ffts.empty()) {
    ThrowBadInput(stft.Where("n_ffts"), ": expected at least one, found none");
  }
  return read;
}

BalancerSettings ReadBalancer(const Config& settings) {
  const Config losses = settings.Object("losses"), balancer = settings.Object("balancer");
  const std::map<std::string, double> usual = {{"adv", 4.0},    {"feat", 4.0}, {"l1", 0.1},
                                               {"msspec", 2.0}, {"mel", 0.0},  {"sisnr", 0.0}};
  BalancerSettings read{{},
                        balancer.Number("ema_decay", 0.999, 0.0, 1.0),
                        balancer.Number("total_norm", 1.0, 0.0, 1e9)};
  double reconstruction = 0.0;
  for (const auto& [name, weight] : usual) {
    read.weights[name] = losses.Number(name, weight, 0.0, 1e9);
    if (name != "adv" && name != "feat") reconstruction += read.weights[name];
  }
  if (reconstruction == 0.0) {
    ThrowBadInput(settings.Where("losses"),
                  ": expected a weight for l1, mel, msspec or sisnr, found none");
  }
  return read;
}

}  // namespace

CodecTrainerSettings ReadCodecTrainer(const Config& settings) {
  const Config rvq = settings.Object("rvq"), ema = settings.Object("optim").Object("ema");
  CodecTrainerSettings trainer;
  trainer.codec = ReadSizes(settings);
  trainer.init = ReadInit(settings.Object("seanet"));
  trainer.quantizer = ReadQuantizer(settings, trainer.codec);
  trainer.quantize_from = rvq.Int("from", 0, 0, kMost);
  trainer.balancer = ReadBalancer(settings);
  trainer.commitment_weight = rvq.Number("commitment_weight", 1.0, 0.0, 1e9);
  trainer.adversarial = ReadAdversarial(settings);
  trainer.adam = ReadAdam(settings);
  trainer.schedule = ReadSchedule(settings, ReadCodecRun(settings).updates);
  trainer.ema = {ema.Number("decay", 0.99, 0.0, 1.0), ema.Int("updates", 1, 1, 1 << 20)};
  trainer.seed = ReadSeed(settings);
  return trainer;
}

CodecRunSettings ReadCodecRun(const Config& settings) {
  const Config data = settings.Object("dataset"), logging = settings.Object("logging");
  CodecRunSettings run;
  run.updates = settings.Object("optim").Int("updates", 400000, 1, kMost);
  run.batch_size = data.Int("batch_size", 64, 1, 1 << 16);
  run.valid_segments = data.Object("valid").Int("num_samples", 64, 1, 1 << 20);
  run.kmeans_batches = settings.Object("rvq").Int("kmeans_batches", 1, 1, 10000);
  run.checkpoint_every_s = settings.Object("checkpoint").Number("every_s", 600, 0, 1e9);
  run.log_every = logging.Int("log_updates", 10, 1, 1 << 20);
  run.report_every = logging.Int("report_updates", 250, 0, 1 << 20);
  return run;
}

SegmentSettings ReadSegments(const Config& settings) {
  const Config data = settings.Object("dataset");
  SegmentSettings segments;
  const auto rate_hz = static_cast<double>(ReadSizes(settings).sample_rate_hz);
  // The longest window of the losses, and a little more for its reflection, must fit.
  const double shortest = 2048.0 / rate_hz;
  segments.segment_s = data.Number("segment_duration", 1.0, shortest, 600.0);
  segments.min_segment_ratio = data.Number("min_segment_ratio", 0.5, 0.0, 1.0);
  segments.shuffle_seed = ReadSeed(settings);
  segments.sample_on_weight = data.Bool("sample_on_weight", true);
  segments.sample_on_duration = data.Bool("sample_on_duration", true);
  const AdversarialSettings adversarial = ReadAdversarial(settings);
  const int64_t longest = *std::max_element(adversarial.discriminators.n_ffts.begin(),
                                            adversarial.discriminators.n_ffts.end());
  if (adversarial.enabled && segments.segment_s * rate_hz < static_cast<double>(longest)) {
    ThrowBadInput(data.Where("segment_duration"), ": expected at least ", longest,
                  " samples, the longest of msstftd.n_ffts, found ", segments.segment_s, " s");
  }
  return segments;
}

}  // namespace musicgen::train
