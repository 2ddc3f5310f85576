// The compression model's half of audiocraft_config.h.

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "model/audiocraft_config.h"
#include "model/audiocraft_switches.h"
#include "model/decimal.h"

namespace musicgen::model {
namespace {

using checkpoint::Config;

void RefuseSwitches(const Config& xp, const Config& encodec, const Config& seanet) {
  ExpectString(xp, "compression_model", "encodec", "encodec");
  ExpectString(encodec, "autoencoder", "seanet", "seanet");
  ExpectString(encodec, "quantizer", "rvq", "rvq");
  ExpectBool(encodec, "renormalize", false, false);
  ExpectInt(encodec, "channels", 1, 1);
  ExpectInt(seanet, "channels", 1, 1);
  ExpectString(seanet, "norm", "none", "weight_norm");
  ExpectString(seanet, "activation", "ELU", "ELU");
  ExpectNumber(seanet.Object("activation_params"), "alpha", 1.0, 1.0);
  ExpectInt(seanet, "disable_norm_outer_blocks", 0, 0);
  ExpectNull(seanet.Object("decoder"), "final_activation");
  // Both halves share one set of sizes here.
  for (const char* half : {"encoder", "decoder"}) {
    for (const std::string& key : seanet.Object(half).Keys()) {
      if (key == "trim_right_ratio" || key == "final_activation" ||
          key == "final_activation_params") {
        continue;
      }
      ThrowBadInput(seanet.Object(half).Where(key), ": settings of one half are not supported");
    }
  }
}

std::string Join(const std::vector<int64_t>& numbers) {
  std::string text;
  for (const int64_t number : numbers) text += StrCat(text.empty() ? "" : ",", number);
  return "[" + text + "]";
}

// The bandwidth, in kbit/s, from which transformers concludes this number of codebooks: it rounds
// the quotient down, so the product must not fall short.
double Bandwidth(int64_t codebooks, int64_t codebook_size, int64_t rate, int64_t hop) {
  int64_t bits = 0;
  while ((int64_t{1} << bits) < codebook_size) ++bits;
  const auto wanted = static_cast<double>(codebooks * bits * ((rate + hop - 1) / hop));
  double bandwidth = wanted / 1000;
  while (1000 * bandwidth < wanted) bandwidth = std::nextafter(bandwidth, 2 * bandwidth);
  return bandwidth;
}

}  // namespace

std::string EncodecJson(const Config& xp) {
  const Config encodec = xp.Object("encodec"), seanet = xp.Object("seanet"), rvq = xp.Object("rvq");
  RefuseSwitches(xp, encodec, seanet);
  const auto number = [](const Config& config, const char* key, int64_t otherwise) {
    return config.Int(key, otherwise, 0, 1 << 20);
  };
  const auto flag = [](bool value) { return value ? "true" : "false"; };
  const int64_t rate = number(encodec, "sample_rate", number(xp, "sample_rate", 32000));
  const std::vector<int64_t> ratios = seanet.Ints("ratios", {8, 5, 4, 2}, 1, 256, 8);
  int64_t hop = 1;
  for (const int64_t ratio : ratios) hop = std::min<int64_t>(hop * ratio, 1 << 20);
  const int64_t width = number(seanet, "dimension", 128), bins = number(rvq, "bins", 1024),
                books = rvq.Int("n_q", 8, 1, 64);
  const std::string pad_mode = seanet.String("pad_mode", "reflect");
  if (pad_mode != "reflect" && pad_mode != "constant") {
    ThrowBadInput(seanet.Where("pad_mode"), ": expected reflect or constant, found ",
                  Printable(pad_mode));
  }
  return StrCat(
      R"({"model_type":"encodec","architectures":["EncodecModel"],"audio_channels":1)",
      R"(,"sampling_rate":)", rate, R"(,"num_filters":)", number(seanet, "n_filters", 32),
      R"(,"upsampling_ratios":)", Join(ratios), R"(,"hidden_size":)", width, R"(,"codebook_dim":)",
      width, R"(,"codebook_size":)", bins, R"(,"target_bandwidths":[)",
      Decimal(Bandwidth(books, bins, rate, hop)), R"(],"kernel_size":)",
      number(seanet, "kernel_size", 7), R"(,"last_kernel_size":)",
      number(seanet, "last_kernel_size", 7), R"(,"residual_kernel_size":)",
      number(seanet, "residual_kernel_size", 3), R"(,"num_residual_layers":)",
      number(seanet, "n_residual_layers", 3), R"(,"dilation_growth_rate":)",
      number(seanet, "dilation_base", 2), R"(,"compress":)", number(seanet, "compress", 2),
      R"(,"num_lstm_layers":)", number(seanet, "lstm", 0), R"(,"use_causal_conv":)",
      flag(seanet.Bool("causal", false)), R"(,"use_conv_shortcut":)",
      flag(!seanet.Bool("true_skip", true)), R"(,"pad_mode":")", pad_mode,
      R"(","trim_right_ratio":)",
      Decimal(seanet.Object("decoder").Number("trim_right_ratio", 1.0, 0.0, 1.0)),
      R"(,"norm_type":"weight_norm","normalize":false,"chunk_length_s":null,"overlap":null})");
}

}  // namespace musicgen::model
