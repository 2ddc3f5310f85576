// The spellings of the positional convolution's weight norm.

#include "mert/positional_convolution.h"

#include <gtest/gtest.h>

#include <map>

#include "mert/tiny_mert.h"

namespace musicgen::mert {
namespace {

// The tiny MERT's tensors with some under other names.
class Renamed : public checkpoint::TensorSource {
 public:
  Renamed(std::shared_ptr<const checkpoint::TensorSource> inner,
          std::map<std::string, std::string> own)
      : inner_(std::move(inner)), own_(std::move(own)) {
    for (const std::string& name : inner_->Names()) {
      names_.push_back(own_.contains(name) ? own_[name] : name);
      places_[names_.back()] = name;
    }
  }
  const std::vector<std::string>& Names() const override { return names_; }
  bool Has(const std::string& name) const override { return places_.contains(name); }
  TensorView Get(const std::string& name) const override { return inner_->Get(places_.at(name)); }
  void Drop(const TensorView& tensor) const override { inner_->Drop(tensor); }
  const std::string& Where() const override { return inner_->Where(); }

 private:
  std::shared_ptr<const checkpoint::TensorSource> inner_;
  std::map<std::string, std::string> own_, places_;
  std::vector<std::string> names_;
};

TEST(PositionalConvolutionTest, BothSpellingsAreTheSame) {
  const TinyMert tiny;
  const std::string conv = "encoder.pos_conv_embed.conv.";
  const Renamed renamed(tiny.source,
                        {{conv + "weight_g", conv + "parametrizations.weight.original0"},
                         {conv + "weight_v", conv + "parametrizations.weight.original1"}});
  checkpoint::CheckTensors(renamed, ExpectedTensors(tiny.config, renamed), IgnoredTensors(), true);
  ThreadPool pool(2);
  Features x(5, tiny.config.width);
  for (size_t i = 0; i < x.values.size(); ++i) x.values[i] = static_cast<float>(i % 17) - 8.0f;
  EXPECT_EQ(PositionalConvolution(tiny.config, renamed).Forward(pool, x).values,
            PositionalConvolution(tiny.config, *tiny.source).Forward(pool, x).values);
}

}  // namespace
}  // namespace musicgen::mert
