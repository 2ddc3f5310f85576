// A language model file as audiocraft.cpp's tools/convert_musicgen_lm.py writes it, made of an
// AudioCraft fixture.
#include "model/audiocraft_gguf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "checkpoint/gguf_builder.h"
#include "fixtures_directory.h"
#include "model/model_files.h"
#include "musicgen/musicgen.hpp"

namespace musicgen::model {
namespace {

using checkpoint::GgufBuilder;
using checkpoint::GgufText;
using checkpoint::Little;

const std::string kModel = std::string(kFixturesDirectory) + "/ac-tiny-mono";
constexpr uint32_t kU32 = 4, kF32 = 6, kString = 8, kArray = 9, kI32 = 5;

class AudioCraftGgufTest : public testing::Test {
 protected:
  AudioCraftGgufTest() : model_(OpenModel(kModel, "", "")) {
    std::string name = std::filesystem::temp_directory_path() / "audiocraft_gguf_test.XXXXXX";
    folder_ = mkdtemp(name.data());
    AddValues();
    AddTensors();
  }
  ~AudioCraftGgufTest() override { std::filesystem::remove_all(folder_); }

  void Text(const char* key, const char* text) { file_.Value(key, kString, GgufText(text)); }
  void Int(const char* key, int64_t value) {
    file_.Value(key, kU32, Little(static_cast<uint32_t>(value)));
  }
  void Float(const char* key, double value) {
    file_.Value(key, kF32, Little(static_cast<float>(value)));
  }

  void AddValues() {
    const lm::LmConfig& lm = model_.lm;
    Text("general.architecture", kAudioCraftGguf);
    Text("ac.architecture", "audiocraft");
    Int("ac.format_version", 1);
    Text("ac.lm.family", "musicgen");
    Int("ac.lm.dim", lm.width);
    Int("ac.lm.layers", lm.layers);
    Int("ac.lm.heads", lm.heads);
    Int("ac.lm.head_dim", lm.head_dim());
    Int("ac.lm.ff_dim", lm.ffn_width);
    Int("ac.lm.cond_dim", model_.t5.d_model);
    Int("ac.lm.n_q", lm.codebooks);
    Int("ac.lm.card", lm.codebook_size);
    Int("ac.lm.special_token_id", lm.codebook_size);
    std::string delays = Little(kI32) + Little<uint64_t>(lm.pattern.delays.size());
    for (const int64_t delay : lm.pattern.delays) delays += Little(static_cast<int32_t>(delay));
    file_.Value("ac.lm.delays", kArray, delays);
    Float("ac.lm.max_period", 10000);
    Int("ac.lm.pos_denominator", lm.width / 2 - 1);
    Float("ac.lm.norm_eps", 1e-5);
    Float("ac.lm.cfg_coef", model_.two_step_coef.value());
    Int("ac.lm.sample_rate", model_.codec.sample_rate_hz);
    Float("ac.lm.max_duration", model_.max_duration_s);
    Text("ac.lm.activation", "gelu_erf");
  }

  // The tensors on top of each other, as F32.
  void Add(const std::string& name, const std::vector<std::string>& parts) {
    std::vector<float> values;
    Shape shape;
    for (const std::string& part : parts) {
      const TensorView tensor = model_.lm_tensors.source->Get(part);
      const std::vector<float> more = ToFloats(tensor);
      values.insert(values.end(), more.begin(), more.end());
      shape = tensor.shape;
    }
    shape[0] *= static_cast<int64_t>(parts.size());
    GgufBuilder::Tensor info{name, {shape.rbegin(), shape.rend()}, 0, file_.data.size()};
    file_.tensors.push_back(info);
    file_.data.append(reinterpret_cast<const char*>(values.data()), values.size() * 4);
    file_.data.append((32 - file_.data.size() % 32) % 32, '\0');
  }

  void AddTensors() {
    const std::string root = "decoder.model.decoder.";
    const auto norm = [&](const std::string& name, const std::string& from) {
      Add(name + ".weight", {from + ".weight"});
      Add(name + ".bias", {from + ".bias"});
    };
    for (int64_t k = 0; k < model_.lm.codebooks; ++k) {
      Add(StrCat("lm.emb.", k, ".weight"), {StrCat(root, "embed_tokens.", k, ".weight")});
      Add(StrCat("lm.head.", k, ".weight"), {StrCat("decoder.lm_heads.", k, ".weight")});
    }
    norm("lm.out_norm", root + "layer_norm");
    norm("lm.cond_proj", "enc_to_dec_proj");
    for (int64_t i = 0; i < model_.lm.layers; ++i) {
      const std::string to = StrCat("lm.", i, "."), from = StrCat(root, "layers.", i, ".");
      const std::string self = from + "self_attn.", cross = from + "encoder_attn.";
      norm(to + "norm1", from + "self_attn_layer_norm");
      Add(to + "self.qkv.weight",
          {self + "q_proj.weight", self + "k_proj.weight", self + "v_proj.weight"});
      Add(to + "self.out.weight", {self + "out_proj.weight"});
      norm(to + "norm_cross", from + "encoder_attn_layer_norm");
      Add(to + "cross.q.weight", {cross + "q_proj.weight"});
      Add(to + "cross.kv.weight", {cross + "k_proj.weight", cross + "v_proj.weight"});
      Add(to + "cross.out.weight", {cross + "out_proj.weight"});
      norm(to + "norm2", from + "final_layer_norm");
      Add(to + "ff.0.weight", {from + "fc1.weight"});
      Add(to + "ff.2.weight", {from + "fc2.weight"});
    }
  }

  std::string Write() const {
    const std::string path = folder_ + "/lm.gguf";
    const std::string bytes = file_.Bytes();
    std::ofstream(path, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path;
  }
  std::string TextEncoder() const { return model_.tokenizer_files->Where(""); }
  static std::vector<int32_t> Greedy(const ModelOptions& options) {
    GenerationRequest request{"a calm piano piece", {}};
    request.params.use_sampling = false;
    request.params.duration_s = 0.4;
    GenerateOptions codes_only;
    codes_only.decode_audio = false;
    return Model(options).Generate(std::vector{request}, codes_only)[0].codes.values;
  }

  ModelFiles model_;
  GgufBuilder file_;
  std::string folder_;
};

TEST_F(AudioCraftGgufTest, GivesTheCodesOfTheCheckpoint) {
  ModelOptions options{kModel};
  options.precision = Precision::kF32;
  const std::vector<int32_t> expected = Greedy(options);
  options.model = Write();
  options.text_encoder = TextEncoder();
  options.codec = kModel;
  EXPECT_EQ(Greedy(options), expected);
  EXPECT_EQ(OpenModel(options.model, options.text_encoder, options.codec).dialect,
            conditioning::Reference::kAudioCraft);

  // Whole again as a file of ours.
  Convert(options, folder_ + "/whole.gguf");
  ModelOptions whole{folder_ + "/whole.gguf"};
  whole.precision = Precision::kF32;
  EXPECT_EQ(Greedy(whole), expected);
}

TEST_F(AudioCraftGgufTest, NamesWhatIsMissingOrOtherwise) {
  const auto complaint = [&] {
    try {
      OpenModel(Write(), TextEncoder(), kModel);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput);
      return std::string(error.what());
    }
    return std::string("none");
  };
  const auto value = [&](const char* key) {
    return std::find_if(file_.values.begin(), file_.values.end(),
                        [&](const auto& entry) { return entry.first == GgufText(key); });
  };
  EXPECT_EQ(complaint(), "none");
  value("ac.lm.pos_denominator")->second = Little(kU32) + Little<uint32_t>(7);
  EXPECT_THAT(complaint(), testing::HasSubstr("ac.lm.pos_denominator: expected"));
  file_.values.erase(value("ac.lm.pos_denominator"));
  EXPECT_THAT(complaint(), testing::HasSubstr("found nothing"));
  Int("ac.lm.pos_denominator", model_.lm.width / 2 - 1);
  file_.tensors.back().name = "lm.0.ff.3.weight";
  EXPECT_THAT(complaint(), testing::HasSubstr("lm.0.ff.3.weight"));
}

}  // namespace
}  // namespace musicgen::model
