// Every shader against its kernel on the processor, bit by bit.

#include "gpu/operations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/random.h"
#include "gpu/test_device.h"
#include "gpu/transfer.h"
#include "kernels/elementwise.h"
#include "kernels/matmul.h"
#include "kernels/norm.h"
#include "nn/kv_cache.h"
#include "tensor/aligned_buffer.h"
#include "tensor/dtype.h"

namespace musicgen::gpu {
namespace {

using kernels::WeightFormat;

std::vector<float> Noise(size_t count, uint32_t salt, float scale = 1.0f) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) {
    const auto random = Philox({static_cast<uint32_t>(i), salt, 0, 0}, {3, 4});
    values[i] = scale * (static_cast<float>(random[0] % 20001) - 10000.0f) / 7001.0f;
  }
  return values;
}

// Rows on the device, and one run of what is recorded of them.
class Bench {
 public:
  explicit Bench(int64_t count, int64_t lanes = 1)
      : rows(count),
        operations(TestDevice(), lanes),
        recorder(TestDevice()),
        own_(TestDevice(), MemoryKind::kDevice, 1 << 20),
        upload_(TestDevice(), MemoryKind::kUpload, 1 << 20),
        download_(TestDevice(), MemoryKind::kDownload, 1 << 20),
        uploader_(TestDevice(), 1 << 20) {
    in.table = upload_.Allocate(sizeof(RowTable));
    in.pages = upload_.Allocate(kMostRows * sizeof(RowPages));
    table = new (in.table.host) RowTable();
    table->rows = static_cast<uint32_t>(count);
    pages = in.pages.as<RowPages>();
    operations.SetScratch(own_.Allocate(Operations::DigitBytes(kMostRows, 2048)),
                          own_.Allocate(Operations::ScaleBytes(kMostRows, 2048)));
  }
  // Rows as recordings have them.
  int64_t class_rows() const {
    int64_t many = 1;
    while (many < rows) many *= 2;
    return many;
  }

  BufferRange Room(size_t floats) { return own_.Allocate(floats * sizeof(float)); }
  template <class T>
  BufferRange Put(const std::vector<T>& values, size_t room = 0) {
    const BufferRange range = own_.Allocate(std::max(room, values.size()) * sizeof(T));
    uploader_.Upload(std::as_bytes(std::span(values)), range);
    return range;
  }
  std::vector<float> Run(const BufferRange& result, size_t floats) {
    BufferRange from = result;
    from.bytes = floats * sizeof(float);
    const BufferRange back = download_.Allocate(from.bytes);
    recorder.Copy(from, back);
    TestDevice().Run(recorder.Finish().commands(), "computing");
    return {back.as<float>(), back.as<float>() + floats};
  }

  const int64_t rows;
  RowTable* table;
  RowPages* pages;
  RowInputs in;
  Operations operations;
  Recorder recorder;

 private:
  Arena own_, upload_, download_;
  Uploader uploader_;
};

void ExpectSame(const std::vector<float>& found, const std::vector<float>& expected,
                const std::string& what) {
  ASSERT_EQ(found.size(), expected.size());
  size_t differ = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    differ += std::memcmp(&found[i], &expected[i], sizeof(float)) != 0;
  }
  EXPECT_EQ(differ, 0U) << what << ": of " << found.size();
}

class OperationsTest : public testing::Test {
 protected:
  void SetUp() override { MUSICGEN_NEEDS_DEVICE(); }
};

struct ProductCase {
  int64_t rows, inputs, outputs;
  WeightFormat format = WeightFormat::kF32;
  int64_t lanes = 1;
  bool two_digits = false;
};

std::ostream& operator<<(std::ostream& out, const ProductCase& shape) {
  return out << "product " << shape.rows << " · " << shape.inputs << " · " << shape.outputs << " "
             << kernels::FormatName(shape.format) << (shape.two_digits ? ", two digits, " : ", ")
             << shape.lanes << " lanes";
}

void CheckProduct(const ProductCase& shape, Epilogue epilogue) {
  const int64_t rows = shape.rows, inputs = shape.inputs, outputs = shape.outputs;
  Bench bench(rows, shape.lanes);
  const size_t room = static_cast<size_t>(bench.class_rows());
  const std::vector<float> weights = Noise(static_cast<size_t>(outputs * inputs), 1);
  kernels::PackedMatrix packed(shape.format, outputs, inputs);
  packed.PackRows(0, {"w", DType::kF32, {outputs, inputs}, weights.data()});
  const std::vector<float> x = Noise(static_cast<size_t>(rows * inputs), 2);
  std::vector<float> expected = Noise(static_cast<size_t>(rows * outputs), 3);
  const auto y = bench.Put(expected, room * static_cast<size_t>(outputs));
  kernels::MatMulOptions options;
  options.accumulate = epilogue == Epilogue::kAccumulate;
  options.two_digit_activations = shape.two_digits;
  const AlignedBuffer scratch(kernels::kMatMulScratchBytes);
  options.scratch = const_cast<void*>(scratch.data());
  kernels::MatMul(x.data(), inputs, rows, packed, {0, packed.tiles()}, options, expected.data(),
                  outputs);
  if (epilogue == Epilogue::kGelu) {
    kernels::Gelu(expected.data(), rows * outputs, expected.data());
  }
  const auto* bytes = static_cast<const std::byte*>(packed.tile(0));
  const Matrix matrix = {bench.Put(std::vector<std::byte>(bytes, bytes + packed.bytes())), outputs,
                         inputs, shape.format, shape.two_digits};
  bench.operations.Product(bench.recorder, bench.in,
                           bench.Put(x, room * static_cast<size_t>(inputs)), matrix,
                           Which::kAllRows, epilogue, bench.class_rows(), y);
  ExpectSame(bench.Run(y, expected.size()), expected, testing::PrintToString(shape));
}

TEST_F(OperationsTest, ProductsAreTheKernels) {
  for (const ProductCase& shape : {ProductCase{1, 64, 256},
                                   {1, 1, 1},
                                   {1, 100, 33},
                                   {2, 64, 64},
                                   {3, 7, 31},
                                   {4, 256, 96},
                                   {7, 65, 129},
                                   {8, 64, 65},
                                   {9, 33, 100},
                                   {16, 64, 32},
                                   {33, 128, 70},
                                   {64, 40, 40}}) {
    CheckProduct(shape, Epilogue::kStore);
    CheckProduct(shape, Epilogue::kAccumulate);
  }
}

TEST_F(OperationsTest, ProductsOfNarrowWeightsAreTheKernels) {
  for (const WeightFormat format : {WeightFormat::kF16, WeightFormat::kBF16}) {
    CheckProduct({1, 65, 33, format}, Epilogue::kStore);
    CheckProduct({3, 200, 64, format}, Epilogue::kAccumulate);
    CheckProduct({33, 64, 40, format}, Epilogue::kStore);
  }
  for (const WeightFormat format : {WeightFormat::kQ8, WeightFormat::kQ4}) {
    for (const bool two_digits : {false, true}) {
      CheckProduct({1, 64, 33, format, 1, two_digits}, Epilogue::kStore);
      CheckProduct({3, 544, 64, format, 1, two_digits}, Epilogue::kAccumulate);
      CheckProduct({9, 1056, 40, format, 1, two_digits}, Epilogue::kGelu);
    }
  }
}

TEST_F(OperationsTest, ProductsDoNotDependOnTheLanesThatShareAnOutput) {
  for (const int64_t lanes : {2, 3, 8, 32}) {
    CheckProduct({1, 1000, 70, WeightFormat::kF32, lanes}, Epilogue::kStore);
    CheckProduct({2, 64, 64, WeightFormat::kF32, lanes}, Epilogue::kGelu);
    CheckProduct({5, 130, 33, WeightFormat::kF16, lanes}, Epilogue::kAccumulate);
    CheckProduct({16, 700, 33, WeightFormat::kBF16, lanes}, Epilogue::kStore);
    CheckProduct({8, 1536, 64, WeightFormat::kQ8, lanes, true}, Epilogue::kAccumulate);
    CheckProduct({2, 2048, 64, WeightFormat::kQ4, lanes}, Epilogue::kGelu);
  }
}

// Infinities, NaN and what is too small for a scale; all must come out as they do there.
TEST_F(OperationsTest, UnusualInputsAreQuantizedAsTheKernelsDo) {
  // Payloads of NaN may differ: their place may not.
  Bench bench(4);
  const int64_t inputs = 64, outputs = 32;
  std::vector<float> x(4 * 64, 0.0f);
  for (size_t i = 0; i < 32; ++i) x[i] = 1e-31f;
  x[64] = 3e38f;
  x[128 + 5] = INFINITY;
  x[192 + 40] = NAN;
  const std::vector<float> weights = Noise(static_cast<size_t>(outputs * inputs), 1);
  kernels::PackedMatrix packed(WeightFormat::kQ8, outputs, inputs);
  packed.PackRows(0, {"w", DType::kF32, {outputs, inputs}, weights.data()});
  std::vector<float> expected(4 * 32);
  kernels::MatMulOptions options;
  const AlignedBuffer scratch(kernels::kMatMulScratchBytes);
  options.scratch = const_cast<void*>(scratch.data());
  kernels::MatMul(x.data(), inputs, 4, packed, {0, packed.tiles()}, options, expected.data(),
                  outputs);
  const auto* bytes = static_cast<const std::byte*>(packed.tile(0));
  const Matrix matrix = {bench.Put(std::vector<std::byte>(bytes, bytes + packed.bytes())), outputs,
                         inputs, WeightFormat::kQ8};
  const auto y = bench.Room(expected.size());
  bench.operations.Product(bench.recorder, bench.in, bench.Put(x), matrix, Which::kAllRows,
                           Epilogue::kStore, 4, y);
  const std::vector<float> found = bench.Run(y, expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(found[i])) << i;
    } else {
      EXPECT_EQ(found[i], expected[i]) << i;
    }
  }
}

TEST_F(OperationsTest, ProductsWithGeluAreTheKernels) {
  CheckProduct({1, 3, 20000}, Epilogue::kGelu);
  CheckProduct({2, 1, 5000}, Epilogue::kGelu);
  CheckProduct({5, 64, 256}, Epilogue::kGelu);
}

TEST_F(OperationsTest, NormsAreTheKernels) {
  for (const int64_t width : {1, 15, 16, 17, 64, 100, 255, 256, 257, 1000}) {
    Bench bench(3, width % 2 + 1);
    const size_t n = static_cast<size_t>(width);
    const std::vector<float> x = Noise(3 * n, 1, 10.0f), weight = Noise(n, 2), bias = Noise(n, 3);
    std::vector<float> expected(3 * n);
    for (size_t r = 0; r < 3; ++r) {
      kernels::LayerNormRow(x.data() + r * n, weight.data(), bias.data(), 1e-5f, width,
                            expected.data() + r * n);
    }
    const auto y = bench.Room(4 * n);
    bench.operations.Norm(bench.recorder, bench.in, bench.Put(x, 4 * n), bench.Put(weight),
                          bench.Put(bias), 1e-5f, width, Which::kAllRows, 4, y);
    ExpectSame(bench.Run(y, expected.size()), expected, "norm " + std::to_string(width));
  }
}

TEST_F(OperationsTest, RowsThatAStageIsNotForStay) {
  const std::vector<float> before = Noise(4 * 64, 1), ones(64, 1.0f);
  for (const Which which : {Which::kCrossingRows, Which::kReadingRows}) {
    Bench bench(3);
    bench.table->row[1].cross_rows = 5;
    bench.table->row[2].flags = Row::kReads;
    const auto x = bench.Put(Noise(4 * 64, 2)), weight = bench.Put(ones), y = bench.Put(before);
    bench.operations.Norm(bench.recorder, bench.in, x, weight, weight, 1e-5f, 64, which, 4, y);
    const std::vector<float> found = bench.Run(y, before.size());
    for (size_t r = 0; r < 4; ++r) {
      const bool stays = std::memcmp(found.data() + r * 64, before.data() + r * 64, 256) == 0;
      EXPECT_EQ(stays, r != (which == Which::kCrossingRows ? 1U : 2U)) << r;
    }
  }
}

TEST_F(OperationsTest, EmbeddingsAddUpInTheOrderOfTheCodebooks) {
  constexpr size_t kWidth = 100, kBooks = 3, kTable = 7;
  Bench bench(3);
  const std::vector<float> table = Noise(kBooks * kTable * kWidth, 1),
                           vectors = Noise(6 * kWidth, 2);
  const std::vector<uint32_t> tokens = {6, 0, 3, 1, 1, 1, 2, 2, 2};
  // The third row's own is the fourth of the places'.
  const std::vector<uint32_t> columns = {0, 0, 0, 0, 0, 0, 1, 1, 1, 5, 4, 2};
  bench.in.tokens = bench.Put(tokens);
  bench.in.vectors = bench.Put(vectors);
  bench.table->row[1].flags = Row::kFromVector;
  bench.table->row[2] = {.position = 8, .flags = Row::kFromColumn, .place = 3};
  std::vector<float> expected(3 * kWidth);
  for (size_t d = 0; d < kWidth; ++d) {
    float sum = 0.0f, drawn = 0.0f;
    for (size_t k = 0; k < kBooks; ++k) {
      sum += table[(k * kTable + tokens[k]) * kWidth + d];
      drawn += table[(k * kTable + columns[9 + k]) * kWidth + d];
    }
    expected[d] = sum + vectors[d];
    expected[2 * kWidth + d] = drawn + vectors[4 * kWidth + d];
    expected[kWidth + d] = vectors[3 * kWidth + d] + vectors[2 * kWidth + d];
  }
  const auto x = bench.Room(3 * kWidth);
  const EmbeddingTables tables = {bench.Put(table), kBooks, kTable, kWidth};
  bench.operations.Embed(bench.recorder, bench.in, bench.Put(columns), tables, 3, x);
  ExpectSame(bench.Run(x, expected.size()), expected, "embeddings");
}

TEST_F(OperationsTest, NarrowEmbeddingsAreWidenedExactly) {
  // Every number of f16 but NaN, subnormals included.
  constexpr size_t kAll = 1 << 16, kWidth = 256;
  for (const WeightFormat format : {WeightFormat::kF16, WeightFormat::kBF16}) {
    Bench bench(static_cast<int64_t>(kMostRows));
    std::vector<uint16_t> table(kAll);
    for (size_t i = 0; i < kAll; ++i) table[i] = static_cast<uint16_t>(i);
    std::vector<uint32_t> tokens(kMostRows);
    std::vector<float> expected;
    for (size_t row = 0; row < tokens.size(); ++row) {
      tokens[row] = static_cast<uint32_t>(row * 4 + row % 3);
      for (size_t d = 0; d < kWidth; ++d) {
        const auto bits = static_cast<uint16_t>(tokens[row] * kWidth + d);
        const float value = format == WeightFormat::kF16 ? F16ToFloat(bits) : BF16ToFloat(bits);
        expected.push_back(0.0f + value);
      }
    }
    bench.in.tokens = bench.Put(tokens);
    bench.in.vectors = bench.Put(std::vector<float>(2 * kMostRows * kWidth));
    const auto x = bench.Room(kMostRows * kWidth);
    const EmbeddingTables tables = {bench.Put(table), 1, 256, kWidth, format};
    bench.operations.Embed(bench.recorder, bench.in, bench.Room(1), tables, kMostRows, x);
    const std::vector<float> found = bench.Run(x, expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      if (std::isnan(expected[i])) {
        ASSERT_TRUE(std::isnan(found[i])) << i;
      } else if (std::abs(expected[i]) >= 0x1p-126f) {  // a device may flush smaller ones
        ASSERT_EQ(found[i], expected[i]) << i;
      }
    }
  }
}

struct AttentionCase {
  int64_t heads, head_dim;
  std::vector<int64_t> keys;  // of each row's own sequence
  bool cross;
  WeightFormat format = WeightFormat::kF32;
  int64_t lanes = 1;
};

void CheckAttention(const AttentionCase& shape) {
  const int64_t rows = static_cast<int64_t>(shape.keys.size());
  const int64_t width = shape.heads * shape.head_dim, dim = shape.head_dim;
  Bench bench(rows, shape.lanes);
  const int64_t class_rows = bench.class_rows();
  constexpr int64_t kPages = 100;
  const size_t page_floats = kPages * PageBytes(shape.format, shape.heads, dim) / sizeof(float);
  const KeyValuePages cache = {bench.Room(page_floats), bench.Room(page_floats), shape.format};

  // Filled by passes of at most 64 rows, which are positions of one sequence here.
  std::vector<nn::KvCache> caches;
  uint32_t next_page = kPages - 1;  // downwards, so that the order of pages is seen not to matter
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t keys = shape.keys[static_cast<size_t>(r)];
    RowPages& pages = bench.pages[r];
    uint32_t* list = shape.cross ? pages.cross : pages.own;
    for (int64_t p = 0; p < (keys + kPagePositions - 1) / kPagePositions; ++p)
      list[p] = next_page--;
    caches.emplace_back(shape.format, 1, shape.heads, dim, std::max<int64_t>(keys, 1));
    for (int64_t first = 0; first < keys; first += kMostRows) {
      const int64_t n = std::min(kMostRows, keys - first);
      Bench fill(n);
      const std::vector<float> source =
          Noise(static_cast<size_t>(n * 3 * width), static_cast<uint32_t>(100 * r + first));
      for (int64_t i = 0; i < n; ++i) {
        fill.table->row[i].position = static_cast<int32_t>(first + i);
        std::copy(list, list + kMostPages, fill.pages[i].own);
        const float* row = source.data() + i * 3 * width;
        kernels::StoreKeyValue(caches.back().Layer(0), first + i, 0, shape.heads, row + width, dim,
                               row + 2 * width, dim);
      }
      fill.operations.Store(fill.recorder, fill.in,
                            fill.Put(source, static_cast<size_t>(kMostRows * 3 * width)), 3 * width,
                            width, 2 * width, width, dim, fill.class_rows(), cache);
      TestDevice().Run(fill.recorder.Finish().commands(), "storing");
    }
    bench.table->row[r].position = static_cast<int32_t>(shape.cross ? 0 : keys - 1);
    bench.table->row[r].cross_rows = static_cast<int32_t>(shape.cross ? keys : 0);
  }

  const int64_t stride = width + 5;
  const std::vector<float> q = Noise(static_cast<size_t>(rows * stride), 7, 3.0f);
  std::vector<float> expected(static_cast<size_t>(rows * width), -1.0f);
  kernels::AttentionOptions options;
  options.scale = 1.0f / std::sqrt(static_cast<float>(dim));
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t keys = shape.keys[static_cast<size_t>(r)];
    if (keys == 0) continue;
    std::vector<float> scratch(static_cast<size_t>(kernels::AttentionScratchFloats(keys, dim)));
    for (int64_t head = 0; head < shape.heads; ++head) {
      kernels::AttendRow(q.data() + r * stride + head * dim,
                         caches[static_cast<size_t>(r)].Layer(0), head, keys, options,
                         scratch.data(), expected.data() + r * width + head * dim);
    }
  }
  const auto out = bench.Put(std::vector<float>(static_cast<size_t>(class_rows * width), -1.0f));
  bench.operations.Attend(bench.recorder, bench.in,
                          bench.Put(q, static_cast<size_t>(class_rows * stride)), stride,
                          shape.cross, width, dim, class_rows, cache, out);
  ExpectSame(bench.Run(out, expected.size()), expected,
             "attention, head_dim " + std::to_string(dim) + (shape.cross ? ", cross, " : ", ") +
                 kernels::FormatName(shape.format));
}

TEST_F(OperationsTest, AttentionIsTheKernels) {
  CheckAttention({4, 16, {1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 129}, false});
  CheckAttention({1, 64, {200}, false});
  CheckAttention({2, 24, {33, 1500, 5}, false});
  CheckAttention({3, 100, {70}, false});
}

TEST_F(OperationsTest, AttentionOverNarrowKeysIsTheKernels) {
  for (const WeightFormat format : {WeightFormat::kBF16, WeightFormat::kQ8}) {
    CheckAttention(
        {4, 16, {1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129}, false, format});
    CheckAttention({2, 64, {1500, 200}, false, format});
    CheckAttention({3, 100, {70}, false, format});
    CheckAttention({4, 16, {12, 0, 1, 65}, true, format});
  }
  CheckAttention({2, 30, {40, 3}, false, WeightFormat::kQ8});
}

TEST_F(OperationsTest, AttentionDoesNotDependOnTheLanesThatShareAHead) {
  for (const WeightFormat format : {WeightFormat::kF32, WeightFormat::kBF16, WeightFormat::kQ8}) {
    CheckAttention({2, 64, {1500, 64, 65, 1}, false, format, 8});
    CheckAttention({2, 100, {300}, true, format, 8});
  }
}

TEST_F(OperationsTest, CrossAttentionIsTheKernelsAndLeavesRowsWithoutASource) {
  CheckAttention({4, 16, {12, 0, 1, 65}, true});
}

}  // namespace
}  // namespace musicgen::gpu
