// How long a graphics card takes for each operation of a step:
//
//   gpu_bench [--size small|medium|large] [--format f32|f16|bf16|q8|q4] [--rows N] [--device N]
//
// One line of JSON for each operation: microseconds of one dispatch, a barrier included, the median
// of several recordings of many, and the bytes of weights, keys and values that it reads per
// second. Products go through so many matrices that no cache holds them. Numbers are what the
// memory holds; those that codes are drawn from are written first.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "gpu/open_device.h"
#include "gpu/operations.h"
#include "gpu/transfer.h"
#include "kernels/packed_matrix.h"

namespace musicgen::gpu {
namespace {

using kernels::WeightFormat;

constexpr uint64_t kBeyondCaches = uint64_t{256} << 20;
constexpr int kDispatches = 64, kRuns = 7;
constexpr int64_t kCodebooks = 4, kCodebookSize = 2048, kHeadDim = 64, kTextTokens = 16;

const std::map<std::string, int64_t> kWidths = {{"small", 1024}, {"medium", 1536}, {"large", 2048}};
const std::map<std::string, WeightFormat> kFormats = {{"f32", WeightFormat::kF32},
                                                      {"f16", WeightFormat::kF16},
                                                      {"bf16", WeightFormat::kBF16},
                                                      {"q8", WeightFormat::kQ8},
                                                      {"q4", WeightFormat::kQ4}};

class Bench {
 public:
  Bench(const Device& device, int64_t width, WeightFormat format, int64_t rows)
      : device_(device),
        width_(width),
        rows_(rows),
        format_(format),
        // As model/precision.cc pairs them.
        cache_format_(kernels::IsQuantized(format)    ? WeightFormat::kQ8
                      : format == WeightFormat::kBF16 ? WeightFormat::kBF16
                                                      : WeightFormat::kF32),
        own_(device, MemoryKind::kDevice, uint64_t{64} << 20),
        upload_(device, MemoryKind::kUpload, 1 << 20),
        operations_(device) {
    // As a step has them: written by the host, copied to the device.
    in_.table = own_.Allocate(sizeof(RowTable));
    in_.pages = own_.Allocate(kMostRows * sizeof(RowPages));
    host_table_ = upload_.Allocate(sizeof(RowTable));
    host_pages_ = upload_.Allocate(kMostRows * sizeof(RowPages));
    table_ = new (host_table_.host) RowTable();
    table_->rows = static_cast<uint32_t>(rows);
    for (int64_t r = 0; r < rows; ++r) {
      RowPages* pages = new (host_pages_.as<RowPages>() + r) RowPages();
      for (uint32_t p = 0; p < kMostPages; ++p) {
        pages->own[p] = pages->cross[p] = static_cast<uint32_t>(r) * kMostPages + p;
      }
    }
    x_ = Floats(kMostRows * 4 * width_);
    y_ = Floats(kMostRows * std::max(4 * width_, kCodebooks * kCodebookSize));
    operations_.SetScratch(own_.Allocate(Operations::DigitBytes(kMostRows, 4 * width_)),
                           own_.Allocate(Operations::ScaleBytes(kMostRows, 4 * width_)));
  }

  void All() {
    const auto f = [&](int64_t n) { return n * width_; };
    const BufferRange weight = Floats(width_);
    Report("norm", 0, [&](Recorder& recorder, int) {
      operations_.Norm(recorder, in_, x_, weight, weight, 1e-5f, width_, Which::kAllRows, rows_,
                       y_);
    });
    Product("qkv", f(3), width_, Epilogue::kStore);
    Product("out", width_, width_, Epilogue::kAccumulate);
    Product("fc1", f(4), width_, Epilogue::kGelu);
    Product("fc2", width_, f(4), Epilogue::kAccumulate);
    Product("heads", kCodebooks * kCodebookSize, width_, Epilogue::kStore);
    const int64_t heads = width_ / kHeadDim;
    const uint64_t page_bytes = PageBytes(cache_format_, heads, kHeadDim);
    const uint64_t bytes = static_cast<uint64_t>(rows_ * kMostPages) * page_bytes;
    const KeyValuePages pages = {own_.Allocate(bytes), own_.Allocate(bytes), cache_format_};
    Report("store", 0, [&](Recorder& recorder, int) {
      operations_.Store(recorder, in_, x_, 3 * width_, width_, 2 * width_, width_, kHeadDim, rows_,
                        pages);
    });
    const auto attend = [&](const char* name, bool cross, int64_t keys) {
      for (int64_t r = 0; r < rows_; ++r) {
        table_->row[r].position = static_cast<int32_t>(keys - 1);
        table_->row[r].cross_rows = static_cast<int32_t>(keys);
      }
      const uint64_t read = static_cast<uint64_t>(2 * rows_ * keys) * page_bytes / kPagePositions;
      Report(name, read, [&](Recorder& recorder, int) {
        operations_.Attend(recorder, in_, x_, 3 * width_, cross, width_, kHeadDim, rows_, pages,
                           y_);
      });
    };
    attend("attend_text", true, kTextTokens);
    attend("attend_64", false, 64);
    attend("attend_500", false, 500);
    attend("attend_1500", false, 1500);
    Draws();
  }

 private:
  BufferRange Floats(int64_t count) {
    return own_.Allocate(static_cast<uint64_t>(count) * sizeof(float));
  }

  void Product(const char* name, int64_t outputs, int64_t inputs, Epilogue epilogue) {
    const uint64_t bytes = kernels::PackedMatrix(format_, outputs, inputs).bytes();
    const uint64_t count = std::min<uint64_t>(kBeyondCaches / bytes + 1, kDispatches);
    std::vector<Matrix> matrices;
    Arena weights(device_, MemoryKind::kDevice, bytes);
    for (uint64_t i = 0; i < count; ++i) {
      matrices.push_back({weights.Allocate(bytes), outputs, inputs, format_, false});
    }
    Report(name, bytes, [&](Recorder& recorder, int i) {
      operations_.Product(recorder, in_, x_, matrices[static_cast<size_t>(i) % count],
                          Which::kAllRows, epilogue, rows_, y_);
    });
  }

  void Draws() {
    const int64_t draws = std::max<int64_t>(rows_ / 2, 1);
    DrawInputs inputs = {upload_.Allocate(kMostRows * sizeof(Draw)),
                         upload_.Allocate(kMostRows * kCodebooks * sizeof(Cell))};
    for (int64_t i = 0; i < draws; ++i) {
      Draw* draw = new (inputs.draws.as<Draw>() + i) Draw();
      draw->row = static_cast<uint32_t>(2 * i);
      draw->branches = rows_ > 1 ? 2 : 1;
      draw->rule = DrawRule::kTopK;
      draw->top_k = 250;
      draw->coefs[0] = 3.0f;
      for (int64_t k = 0; k < kCodebooks; ++k)
        new (inputs.cells.as<Cell>() + i * kCodebooks + k) Cell();
    }
    table_->draws = static_cast<uint32_t>(draws);
    std::vector<float> logits(static_cast<size_t>(kMostRows * kCodebooks * kCodebookSize));
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0.0f, 4.0f);
    for (float& logit : logits) logit = normal(random);
    Uploader(device_, 1 << 20).Upload(std::as_bytes(std::span(logits)), y_);
    const DrawOutputs out = {Floats(kMostRows * kCodebooks * kCodebookSize),
                             Floats(kMostRows * kCodebooks), Floats(kMostRows * kCodebooks)};
    Report("draw", 0, [&](Recorder& recorder, int) {
      operations_.Draw(recorder, in_, inputs, y_, kCodebooks, kCodebookSize, draws, out);
    });
  }

  void Report(const char* name, uint64_t bytes, const std::function<void(Recorder&, int)>& record) {
    using Clock = std::chrono::steady_clock;
    Recorder recorder(device_);
    recorder.Copy(host_table_, in_.table);
    recorder.Copy(host_pages_, in_.pages);
    for (int i = 0; i < kDispatches; ++i) record(recorder, i);
    const Recording recording = recorder.Finish();
    std::vector<double> each_us;
    for (int i = 0; i < kRuns + 1; ++i) {
      const Clock::time_point start = Clock::now();
      device_.Run(recording.commands(), "measuring");
      const std::chrono::duration<double, std::micro> all = Clock::now() - start;
      if (i > 0) each_us.push_back(all.count() / kDispatches);  // the first warms up
    }
    std::sort(each_us.begin(), each_us.end());
    const double us = each_us[kRuns / 2];
    std::printf(
        "{\"operation\": \"%s\", \"format\": \"%s\", \"width\": %lld, \"rows\": %lld, "
        "\"us\": %.2f, \"gb_per_s\": %.0f}\n",
        name, kernels::FormatName(format_), static_cast<long long>(width_),
        static_cast<long long>(rows_), us, static_cast<double>(bytes) / us / 1e3);
    std::fflush(stdout);
  }

  const Device& device_;
  const int64_t width_, rows_;
  const WeightFormat format_, cache_format_;
  Arena own_, upload_;
  Operations operations_;
  RowInputs in_;
  BufferRange host_table_, host_pages_;
  RowTable* table_ = nullptr;
  BufferRange x_, y_;
};

}  // namespace
}  // namespace musicgen::gpu

int main(int argc, char** argv) {
  using namespace musicgen::gpu;
  CLI::App app("How long a graphics card takes for each operation of a step");
  std::string size = "small", format = "f16";
  int64_t rows = 2;
  size_t device = 0;
  app.add_option("--size", size)->check(CLI::IsMember(kWidths));
  app.add_option("--format", format)->check(CLI::IsMember(kFormats));
  app.add_option("--rows", rows, "of a pass")->check(CLI::IsMember({1, 2, 4, 8, 16, 32, 64}));
  app.add_option("--device", device);
  CLI11_PARSE(app, argc, argv);
  try {
    const std::unique_ptr<Device> opened = OpenDevice(device);
    Bench(*opened, kWidths.at(size), kFormats.at(format), rows).All();
  } catch (const musicgen::Error& error) {
    std::fprintf(stderr, "gpu_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
