// Adapters as other programs save them, and hostile ones.
#include "lora/adapter.h"

#include "checkpoint/hostile.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/torch_writer.h"

namespace musicgen::lora {
namespace {

using checkpoint::ErrorOf;
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::vector<float> kZeros(64);
constexpr char kConfig[] = R"({"peft_type": "LORA", "r": 2, "lora_alpha": 4})";

struct Tensor {
  std::string name;
  Shape shape;
  DType dtype = DType::kF32;
};

class AdapterTest : public testing::Test {
 protected:
  std::string Write(const std::vector<Tensor>& tensors, const std::string& config = kConfig) const {
    std::vector<checkpoint::TensorToWrite> written;
    for (const Tensor& tensor : tensors) {
      written.push_back({tensor.name, tensor.dtype, tensor.shape, kZeros.data()});
    }
    checkpoint::WriteSafetensors(folder_.Path("adapter_model.safetensors"), written, {});
    folder_.Write("adapter_config.json", config);
    return folder_.path();
  }
  std::string Refused(const std::vector<Tensor>& tensors,
                      const std::string& config = kConfig) const {
    const std::string path = Write(tensors, config);
    return ErrorOf([&] { Adapter::Open(path); });
  }

  checkpoint::TemporaryFolder folder_;
};

TEST_F(AdapterTest, NamesTheTensorsOfTheWrappedModel) {
  const auto adapter =
      Adapter::Open(Write({{"base_model.model.decoder.lm_heads.0.lora_A.weight", {2, 5}},
                           {"base_model.model.decoder.lm_heads.0.lora_B.weight", {7, 2}},
                           {"base_model.model.e.lora_embedding_A", {2, 6}},
                           {"base_model.model.e.lora_embedding_B", {4, 2}},
                           {"base_model.model.e.base_layer.weight", {6, 4}},
                           {"base_model.model._orig_mod.decoder.norm.bias", {3}},
                           {"base_model.model.p.lora_A.default.weight", {2, 3}},
                           {"base_model.model.p.lora_B.default.weight", {3, 2}},
                           {"base_model.model.p.lora_B.default.bias", {3}}}));
  const auto& changes = adapter->changes();
  ASSERT_EQ(changes.size(), 5u);
  const Change& head = changes.at("decoder.lm_heads.0.weight");
  EXPECT_EQ(head.low_rank.value().a.shape, (Shape{2, 5}));
  EXPECT_EQ(head.low_rank.value().scale, 2.0);
  EXPECT_FALSE(head.low_rank.value().embedding || head.whole);
  const Change& table = changes.at("e.weight");
  EXPECT_TRUE(table.low_rank.value().embedding && table.whole);
  EXPECT_TRUE(changes.at("decoder.norm.bias").whole);
  EXPECT_TRUE(changes.at("p.weight").low_rank);
  EXPECT_TRUE(changes.at("p.bias").shift);
}

TEST_F(AdapterTest, IsNamedByItsFolderOrItsFile) {
  Write({{"x.lora_A.weight", {2, 3}}, {"x.lora_B.weight", {3, 2}}});
  EXPECT_EQ(Adapter::Open(folder_.path())->changes().size(), 1u);
  EXPECT_EQ(Adapter::Open(folder_.Path("adapter_model.safetensors"))->changes().size(), 1u);
  std::filesystem::rename(folder_.Path("adapter_model.safetensors"),
                          folder_.Path("epoch-4.safetensors"));
  EXPECT_EQ(Adapter::Open(folder_.Path("epoch-4.safetensors"))->changes().size(), 1u);
}

TEST_F(AdapterTest, SaysWhatIsMissing) {
  EXPECT_THAT(ErrorOf([&] { Adapter::Open(folder_.path()); }),
              HasSubstr("adapter_model.bin, found nothing at all"));
  EXPECT_THAT(ErrorOf([&] { Adapter::Open(folder_.Path("x.safetensors")); }),
              HasSubstr("no such LoRA adapter"));
  const std::string other = folder_.Write("tune.gguf", "GGUF");
  EXPECT_THAT(ErrorOf([&] { Adapter::Open(other); }), HasSubstr("found another file"));
  Write({{"x.lora_A.weight", {2, 3}}, {"x.lora_B.weight", {3, 2}}});
  std::filesystem::remove(folder_.Path("adapter_config.json"));
  EXPECT_THAT(ErrorOf([&] { Adapter::Open(folder_.path()); }),
              HasSubstr("expected adapter_config.json beside"));
}

TEST_F(AdapterTest, RefusesHalfAProduct) {
  EXPECT_THAT(Refused({{"x.lora_A.weight", {2, 3}}}), HasSubstr("found no B"));
  EXPECT_THAT(Refused({{"x.lora_embedding_B", {2, 3}}}), HasSubstr("found no A"));
  EXPECT_THAT(Refused({}), HasSubstr("found none"));
}

TEST_F(AdapterTest, RefusesShapesThatDisagree) {
  EXPECT_THAT(Refused({{"x.lora_A.weight", {4, 3}}, {"x.lora_B.weight", {3, 4}}}),
              HasSubstr("expected rank 2 as its configuration says, found A [4, 3] and B [3, 4]"));
  EXPECT_THAT(Refused({{"x.lora_A.weight", {2, 3}}, {"x.lora_B.weight", {3, 4}}}),
              HasSubstr("B [3, 4]"));
  EXPECT_THAT(Refused({{"x.lora_A.weight", {2}}, {"x.lora_B.weight", {3, 2}}}),
              HasSubstr("expected a matrix, found [2]"));
  EXPECT_THAT(Refused({{"x.lora_A.weight", {2, 3, 1}}, {"x.lora_B.weight", {3, 2}}}),
              HasSubstr("expected a matrix"));
}

TEST_F(AdapterTest, RefusesStrangeTensors) {
  EXPECT_THAT(Refused({{"x.lora_A.weight", {2, 3}, DType::kI32}}),
              HasSubstr("expected floating-point numbers, found I32"));
  EXPECT_THAT(Refused({{"x.lora_down.weight", {2, 3}}}), HasSubstr("found another part"));
  EXPECT_THAT(Refused({{"x.lora_A.a.b.weight", {2, 3}}}), HasSubstr("found another part"));
  EXPECT_THAT(Refused({{"x.lora_A.weight", {2, 3}},
                       {"x.lora_A.default.weight", {2, 3}},
                       {"x.lora_B.weight", {3, 2}}}),
              HasSubstr("found a second time"));
}

TEST_F(AdapterTest, WantsMagnitudesWhereTheConfigurationDoes) {
  const std::string dora = R"({"r": 2, "use_dora": true})";
  const std::vector<Tensor> plain = {{"x.lora_A.weight", {2, 3}}, {"x.lora_B.weight", {3, 2}}};
  EXPECT_THAT(Refused(plain, dora), HasSubstr("expected a lora_magnitude_vector"));
  std::vector<Tensor> with = plain;
  with.push_back({"x.lora_magnitude_vector", {3}});
  EXPECT_EQ(Refused(with, dora), "");
  EXPECT_THAT(Refused(with), HasSubstr("expected no lora_magnitude_vector"));
}

TEST_F(AdapterTest, SurvivesEveryTruncation) {
  Write({{"x.lora_A.weight", {2, 3}}, {"x.lora_B.weight", {3, 2}}});
  const std::string whole = folder_.Read("adapter_model.safetensors");
  for (size_t bytes = 0; bytes < whole.size(); ++bytes) {
    folder_.Write("adapter_model.safetensors", whole.substr(0, bytes));
    EXPECT_NE(ErrorOf([&] { Adapter::Open(folder_.path()); }), "") << bytes;
  }
}

}  // namespace
}  // namespace musicgen::lora
