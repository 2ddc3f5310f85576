#include "model/audiocraft_gguf.h"

#include <limits>

#include "base/error.h"
#include "model/audiocraft_config.h"
#include "model/audiocraft_files.h"
#include "model/audiocraft_source.h"
#include "model/audiocraft_yaml.h"

namespace musicgen::model {
namespace {

using checkpoint::GgufFile;

constexpr char kT5[] = "t5-base", kCodec[] = "facebook/encodec_32khz";

class Keys {
 public:
  explicit Keys(const GgufFile& file) : file_(file) {}

  std::string Where(const char* key) const {
    return StrCat(file_.where(), ": metadata ", kBeginning, key);
  }
  int64_t Int(const char* key, int64_t low, int64_t high) const {
    return InRange(key, file_.Integer(kBeginning + std::string(key)), low, high);
  }
  double Number(const char* key, double low, double high) const {
    return InRange(key, file_.Number(kBeginning + std::string(key)), low, high);
  }
  void ExpectText(const char* key, std::string_view expected) const {
    const auto found = file_.Text(kBeginning + std::string(key)).value_or("nothing");
    if (found != expected) {
      ThrowBadInput(Where(key), ": expected ", expected, ", found ", Printable(found));
    }
  }
  // As f32, which the file has them in.
  void ExpectNumber(const char* key, double expected) const {
    const double found =
        Number(key, -std::numeric_limits<double>::max(), std::numeric_limits<double>::max());
    if (static_cast<float>(found) != static_cast<float>(expected)) {
      ThrowBadInput(Where(key), ": expected ", expected, ", found ", found);
    }
  }
  std::vector<int64_t> Ints(const char* key) const {
    auto values = file_.Integers(kBeginning + std::string(key));
    if (!values) ThrowBadInput(Where(key), ": expected integers, found nothing");
    return *std::move(values);
  }

 private:
  static constexpr char kBeginning[] = "ac.lm.";

  template <class T>
  T InRange(const char* key, std::optional<T> value, T low, T high) const {
    if (!value) ThrowBadInput(Where(key), ": expected a number, found nothing");
    if (!(*value >= low && *value <= high)) {
      ThrowBadInput(Where(key), ": expected a number from ", low, " to ", high, ", found ", *value);
    }
    return *value;
  }

  const GgufFile& file_;
};

AudioCraftConfig ReadConfig(const Keys& keys) {
  AudioCraftConfig config;
  lm::LmConfig& lm = config.lm;
  keys.ExpectText("family", "musicgen");
  keys.ExpectText("activation", "gelu_erf");
  lm.width = keys.Int("dim", 4, 1 << 16);
  lm.layers = keys.Int("layers", 1, 1 << 10);
  lm.heads = keys.Int("heads", 1, 1 << 10);
  if (lm.width % 2 != 0 || lm.width % lm.heads != 0) {
    ThrowBadInput(keys.Where("heads"), ": expected a divisor of an even ac.lm.dim, found ",
                  lm.heads, " for ", lm.width);
  }
  lm.ffn_width = keys.Int("ff_dim", 1, 1 << 18);
  lm.codebooks = keys.Int("n_q", 1, 64);
  lm.codebook_size = keys.Int("card", 1, 1 << 20);
  keys.ExpectNumber("special_token_id", static_cast<double>(lm.codebook_size));
  keys.ExpectNumber("head_dim", static_cast<double>(lm.head_dim()));
  keys.ExpectNumber("max_period", 10000);
  keys.ExpectNumber("pos_denominator", static_cast<double>(lm.width / 2 - 1));
  keys.ExpectNumber("norm_eps", 1e-5);
  lm.pattern.delays = keys.Ints("delays");
  lm::CheckPattern(lm.pattern, lm.codebooks, keys.Where("delays"));
  config.cfg_coef = keys.Number("cfg_coef", -1000, 1000);
  config.sample_rate_hz = keys.Int("sample_rate", 1, 1 << 20);
  config.max_duration_s = keys.Number("max_duration", 0.1, 3600);
  config.t5_name = kT5;
  return config;
}

}  // namespace

LmPart OpenAudioCraftGguf(const GgufFile& file) {
  const Keys keys(file);
  const AudioCraftConfig config = ReadConfig(keys);
  LmPart part = DescribeAudioCraft(config);
  part.xp_cfg = AudioCraftYaml(config);
  part.tensors = {PresentAudioCraftGguf(file.Tensors([](const std::string& name) { return name; })),
                  "decoder."};
  part.size_where = keys.Where("card");
  part.books_where = keys.Where("n_q");
  part.rate_where = keys.Where("sample_rate");
  part.text_encoder = {kT5, file.where(), "--text-encoder"};
  part.codec = {kCodec, file.where(), "--codec"};
  return part;
}

}  // namespace musicgen::model
