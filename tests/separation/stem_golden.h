// The goldens of demucs-tiny, of which many tensors keep every n-th index of one axis alone.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>

#include "checkpoint/config.h"
#include "golden.h"
#include "separation/tiny_demucs.h"

namespace musicgen::separation {

class StemGolden {
 public:
  StemGolden() : config_(checkpoint::Config::ReadFile(TinyFile("golden.json"))) {}

  const Golden& values() const { return golden_; }
  const checkpoint::Config& config() const { return config_; }

  // Compares with value(i, j, …), whose indices are those of the whole tensor. With `function`,
  // which has slopes up to `slope`, the golden is what is before it.
  void Expect(const std::string& name,
              const std::function<float(const std::vector<int64_t>&)>& value,
              float (*function)(float) = nullptr, double slope = 1) const {
    ASSERT_TRUE(golden_.Has(name)) << name;
    const checkpoint::Config entry = config_.Object("tensors").Object(name);
    const std::string meaning = entry.String("meaning", ""),
                      tolerance = entry.String("tolerance", "");
    size_t axis = 0;
    int64_t step = 1;
    if (const size_t at = meaning.find("every "); at != meaning.npos) {
      step = std::stoll(meaning.substr(at + 6));
      axis = std::stoul(meaning.substr(meaning.find("of axis ", at) + 8));
    }
    ASSERT_TRUE(tolerance.starts_with("abs ")) << name << ": " << tolerance;
    const double most = slope * std::stod(tolerance.substr(4));
    const Shape shape = golden_.ShapeOf(name);
    const std::vector<float> expected = golden_.Floats(name);
    double largest = 0;
    std::vector<int64_t> index(shape.size(), 0);
    ASSERT_FALSE(expected.empty());
    for (float wanted : expected) {
      if (function != nullptr) wanted = function(wanted);
      std::vector<int64_t> whole = index;
      whole[axis] *= step;
      const double difference =
          std::abs(static_cast<double>(value(whole)) - static_cast<double>(wanted));
      ASSERT_FALSE(std::isnan(difference)) << name;
      largest = std::max(largest, difference);
      for (size_t d = index.size(); d-- > 0;) {
        if (++index[d] < shape[d]) break;
        index[d] = 0;
      }
    }
    EXPECT_LE(largest, most) << name;
  }

  // A frequency plane's [channel, bin, frame], a time plane's [channel, sample].
  void ExpectPlane(const std::string& name, const Plane& plane, float (*function)(float) = nullptr,
                   double slope = 1) const {
    const auto value = [&](const std::vector<int64_t>& i) {
      return i.size() == 3 ? plane.row(i[2], i[1])[i[0]] : plane.row(0, i[1])[i[0]];
    };
    Expect(name, value, function, slope);
  }

  // Stems [stem, channel, sample].
  void ExpectStems(const std::string& name, const std::vector<Waveform>& stems) const {
    Expect(name, [&](const std::vector<int64_t>& i) {
      return stems[static_cast<size_t>(i[0])].channel(i[1])[i[2]];
    });
  }

 private:
  Golden golden_{"demucs-tiny"};
  checkpoint::Config config_;
};

}  // namespace musicgen::separation
