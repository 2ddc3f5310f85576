// Columns drawn on a device against those that the processor draws: the same codes.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "gpu/test_device.h"
#include "lm/column_drawer.h"
#include "lm/gpu_inputs.h"
#include "lm/gpu_pages.h"

namespace musicgen::lm {
namespace {

// What a column of a case is drawn from, by random words.
class Cases {
 public:
  explicit Cases(uint32_t salt) : salt_(salt) {}

  uint32_t Below(uint32_t n) { return Philox({++count_, salt_, 0, 0}, {5, 6})[0] % n; }
  float Noise() { return (static_cast<float>(Below(20001)) - 10000.0f) / 7001.0f; }

  // Logits of one codebook and row: usual ones, ties, all kinds of zeros, what overflows, what is
  // no number.
  void Logits(float* to, int64_t size) {
    const uint32_t kind = Below(16);
    for (int64_t i = 0; i < size; ++i) to[i] = Logit(kind);
    const uint32_t at = Below(static_cast<uint32_t>(size));
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    if (kind == 11) to[at] = std::numeric_limits<float>::quiet_NaN();
    if (kind == 12) to[at] = Below(2) == 0 ? kInfinity : -kInfinity;
    if (kind == 13) to[at] = 50.0f;
  }

  SamplingParams Sampling(int64_t size) {
    SamplingParams sampling;
    sampling.greedy = Below(8) == 0;
    constexpr double kTemperatures[] = {1.0, 0.7, 1.3, 0.0, 1e-6, 1e-40, 1e6, 1.0};
    sampling.temperature = kTemperatures[Below(8)];
    const int64_t top_k[] = {250, 1, 2, 5, 0, size, size + 5, size - 1};
    sampling.top_k = top_k[Below(8)];
    constexpr double kTopP[] = {1e-300, 1e-9, 0.1, 0.5, 0.9, 0.999999, 1.0, 1.0 - 0x1p-53};
    if (Below(2) == 0) sampling.top_p = kTopP[Below(8)];
    return sampling;
  }

 private:
  float Logit(uint32_t kind) {
    switch (kind) {
      case 5:  // ties
        return std::round(2.0f * Noise()) / 2.0f;
      case 6:
        return 0.25f;
      case 7:
        return 2e38f * Noise();
      case 8:
        return Below(2) == 0 ? 0.0f : -0.0f;
      case 9:
        return 1e-41f * Noise();
      case 10:
        return 100.0f * Noise();
      default:
        return 4.0f * Noise();
    }
  }

  uint32_t salt_, count_ = 0;
};

LmConfig ConfigOf(int64_t codebooks, int64_t codebook_size) {
  LmConfig config;
  config.codebooks = codebooks;
  config.codebook_size = codebook_size;
  config.width = 4;
  config.heads = 1;
  config.layers = 1;
  return config;
}

// Passes of as many rows as there are, each of which draws.
class Bench {
 public:
  Bench(int64_t codebooks, int64_t codebook_size, int64_t lanes)
      : config_(ConfigOf(codebooks, codebook_size)),
        device_(gpu::TestDevice()),
        pages_(std::make_shared<GpuPages>(
            std::shared_ptr<const gpu::Device>(&device_, [](const auto*) {}), config_,
            kernels::WeightFormat::kF32, gpu::kMostRows)),
        upload_(device_, gpu::MemoryKind::kUpload, 1 << 20),
        download_(device_, gpu::MemoryKind::kDownload, 1 << 20),
        inputs_(upload_, config_),
        operations_(device_, lanes),
        drawer_(codebooks, codebook_size, pool_) {
    const auto outputs = static_cast<uint64_t>(gpu::kMostRows * codebooks * codebook_size);
    const auto column = static_cast<uint64_t>(codebooks) * sizeof(int32_t);
    logits_ = upload_.Allocate(outputs * sizeof(float));
    out_.values = download_.Allocate(outputs * sizeof(float));
    out_.columns = download_.Allocate(gpu::kMostRows * 2 * column);
    out_.codes = download_.Allocate(gpu::kMostRows * column);
    gpu::Recorder recorder(device_);
    operations_.Draw(recorder, inputs_.rows, inputs_.draws, logits_, codebooks, codebook_size,
                     gpu::kMostRows, out_);
    recording_ = recorder.Finish();
    for (int64_t i = 0; i < gpu::kMostRows; ++i) caches_.push_back(pages_->Take(1));
  }

  // So many columns; how many were drawn.
  size_t Compare(Cases& cases) {
    std::vector<Network::Row> rows;
    std::vector<Network::Draw> draws;
    std::vector<int32_t> tokens(static_cast<size_t>(config_.codebooks));
    while (rows.size() + kMostBranches <= static_cast<size_t>(gpu::kMostRows)) {
      Network::Draw draw = MakeDraw(cases);
      draw.row = rows.size();
      draw.keep = {caches_[draws.size()].get(), cases.Below(2)};
      for (size_t b = 0; b < draw.branches; ++b) {
        Network::Row row;
        row.cache = caches_[draws.size()].get();
        row.tokens = tokens.data();
        rows.push_back(row);
      }
      draws.push_back(std::move(draw));
    }
    const int64_t books = config_.codebooks, size = config_.codebook_size;
    auto* logits = logits_.as<float>();
    for (int64_t i = 0; i < gpu::kMostRows * books; ++i) cases.Logits(logits + i * size, size);
    std::vector<float> copy(logits, logits + gpu::kMostRows * books * size);

    GpuDescriber(config_).Describe(rows, draws, 0, inputs_);
    device_.Run(recording_.commands(), "drawing");
    std::vector<int32_t> expected(draws.size() * static_cast<size_t>(books));
    drawer_.Draw(draws, copy.data(), expected.data());
    EXPECT_EQ(std::memcmp(out_.codes.host, expected.data(), expected.size() * sizeof(int32_t)), 0);
    for (size_t i = 0; i < expected.size(); ++i) {
      const size_t draw = i / static_cast<size_t>(books), k = i % static_cast<size_t>(books);
      const size_t place =
          2 * caches_[draw]->pages()[0] + static_cast<size_t>(draws[draw].keep.index);
      const int32_t found = out_.codes.as<int32_t>()[i];
      EXPECT_EQ(found, expected[i]) << Describe(draws[draw], k);
      EXPECT_EQ(out_.columns.as<uint32_t>()[place * static_cast<size_t>(books) + k],
                expected[i] < 0 ? size : expected[i]);
      given_ += draws[draw].cells[k].given != kUnknownCode;
      refused_ += expected[i] == kUnknownCode;
    }
    return expected.size();
  }
  // Of those so far.
  size_t given() const { return given_; }
  size_t refused() const { return refused_; }

 private:
  Network::Draw MakeDraw(Cases& cases) const {
    Network::Draw draw;
    draw.branches = 1 + cases.Below(kMostBranches);
    constexpr double kCoefs[] = {3.0, 1.0, 0.0, -1.5, 0.1};
    for (size_t b = 1; b < draw.branches; ++b) draw.guidance.push_back(kCoefs[cases.Below(5)]);
    draw.sampling = cases.Sampling(config_.codebook_size);
    draw.seed = uint64_t{cases.Below(1u << 31)} << 32 | cases.Below(1u << 31);
    draw.take = cases.Below(3);
    for (int64_t k = 0; k < config_.codebooks; ++k) {
      Network::Draw::Cell cell;
      cell.frame = cases.Below(100000);
      if (cases.Below(8) == 0) {
        cell.given =
            static_cast<int32_t>(cases.Below(static_cast<uint32_t>(config_.codebook_size) + 1));
      }
      draw.cells.push_back(cell);
    }
    return draw;
  }
  static std::string Describe(const Network::Draw& draw, size_t k) {
    return StrCat("codebook ", k, ", given ", draw.cells[k].given, ", branches ", draw.branches,
                  ", greedy ", draw.sampling.greedy, ", temperature ", draw.sampling.temperature,
                  ", top_k ", draw.sampling.top_k, ", top_p ", draw.sampling.top_p);
  }

  const LmConfig config_;
  const gpu::Device& device_;
  std::shared_ptr<GpuPages> pages_;
  gpu::Arena upload_, download_;
  GpuInputs inputs_;
  gpu::Operations operations_;
  ThreadPool pool_{2};
  ColumnDrawer drawer_;
  gpu::BufferRange logits_;
  gpu::DrawOutputs out_;
  gpu::Recording recording_;
  std::vector<std::unique_ptr<GpuPages::Cache>> caches_;
  size_t given_ = 0, refused_ = 0;
};

// Codes; the long tier draws a hundred thousand columns, half of them with either number of lanes.
size_t Wanted() {
  const char* text = std::getenv("MUSICGEN_LONG_TESTS");
  return text != nullptr && std::string(text) != "0" ? 200000 : 3000;
}

class GpuDrawTest : public testing::TestWithParam<int64_t> {};

TEST_P(GpuDrawTest, EveryCodeIsTheProcessors) {
  MUSICGEN_NEEDS_DEVICE();
  Bench bench(4, 2048, GetParam());
  Cases cases(static_cast<uint32_t>(GetParam()));
  for (size_t drawn = 0; drawn < Wanted() && !HasFailure();) drawn += bench.Compare(cases);
  EXPECT_GT(bench.given(), 0U);
  EXPECT_GT(bench.refused(), 0U);
}

TEST_P(GpuDrawTest, EveryCodeOfUnusualSizesIsTheProcessors) {
  MUSICGEN_NEEDS_DEVICE();
  for (const auto& [codebooks, size] :
       std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {2, 7}, {8, 65}, {3, 255}, {2, 2049}}) {
    Bench bench(codebooks, size, GetParam());
    Cases cases(static_cast<uint32_t>(size));
    for (int run = 0; run < 4 && !HasFailure(); ++run) bench.Compare(cases);
  }
}

INSTANTIATE_TEST_SUITE_P(Lanes, GpuDrawTest, testing::Values(1, 8));

}  // namespace
}  // namespace musicgen::lm
