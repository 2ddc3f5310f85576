// Speed of the kernels at the shapes MusicGen has: bytes of weights per second where memory limits,
// multiply-adds (as two operations) per second where arithmetic does. MUSICGEN_ISA chooses the
// instruction set; one thread unless a benchmark says otherwise.
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "base/bandwidth.h"
#include "base/thread_pool.h"
#include "kernels/attention.h"
#include "kernels/elementwise.h"
#include "kernels/isa.h"
#include "kernels/matmul.h"

namespace musicgen::kernels {
namespace {

std::vector<float> Noise(int64_t n, float scale = 1.0f) {
  std::minstd_rand random(1);
  std::uniform_real_distribution<float> uniform(-scale, scale);
  std::vector<float> out(static_cast<size_t>(n));
  for (float& v : out) v = uniform(random);
  return out;
}

PackedMatrix NoisyMatrix(WeightFormat format, int64_t outputs, int64_t inputs) {
  PackedMatrix w(format, outputs, inputs);
  const std::vector<float> row = Noise(inputs);
  for (int64_t n = 0; n < outputs; ++n) w.PackRows(n, {"", DType::kF32, {1, inputs}, row.data()});
  return w;
}

void Label(benchmark::State& state, WeightFormat format) {
  state.SetLabel(std::string(FormatName(format)) + " " + IsaName(ActiveIsa()));
}

// Arguments: format, outputs, inputs, rows, threads. Enough matrices that no cache holds them all.
void BM_Decode(benchmark::State& state) {
  const auto format = static_cast<WeightFormat>(state.range(0));
  const int64_t outputs = state.range(1), inputs = state.range(2), rows = state.range(3);
  std::vector<PackedMatrix> matrices;
  size_t bytes = 0;
  do {
    matrices.push_back(NoisyMatrix(format, outputs, inputs));
    bytes += matrices.back().bytes();
  } while (bytes < (size_t{256} << 20));
  const std::vector<float> x = Noise(rows * inputs);
  std::vector<float> y(static_cast<size_t>(rows * outputs));
  ThreadPool pool(static_cast<int>(state.range(4)));
  for (auto _ : state) {
    pool.Run([&](Worker& worker) {
      for (const PackedMatrix& w : matrices) {
        MatMul(x.data(), inputs, rows, w, worker.Split(w.tiles()), {.scratch = worker.scratch()},
               y.data(), outputs);
      }
    });
    benchmark::DoNotOptimize(y.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes));
  Label(state, format);
}
BENCHMARK(BM_Decode)
    ->ArgNames({"format", "N", "K", "rows", "threads"})
    ->ArgsProduct({{0, 1, 2, 3, 4}, {4096}, {1024}, {1, 2, 4}, {1, 2}})
    ->ArgsProduct({{0, 2, 3, 4}, {1024}, {4096}, {2}, {1, 2}})
    ->ArgsProduct({{0, 2, 3, 4}, {4096}, {1024}, {8, 16}, {1}})
    ->Unit(benchmark::kMillisecond)
    ->MinTime(0.2)
    ->UseRealTime();

// Arguments: format, outputs, inputs, rows, x_stride.
void BM_ManyRows(benchmark::State& state) {
  const auto format = static_cast<WeightFormat>(state.range(0));
  const int64_t outputs = state.range(1), inputs = state.range(2), rows = state.range(3);
  const int64_t x_stride = state.range(4);
  const PackedMatrix w = NoisyMatrix(format, outputs, inputs);
  const std::vector<float> x = Noise(rows * x_stride + inputs);
  const AlignedBuffer scratch(kMatMulScratchBytes);
  std::vector<float> y(static_cast<size_t>(rows * outputs));
  for (auto _ : state) {
    MatMul(x.data(), x_stride, rows, w, {0, w.tiles()}, {.scratch = scratch.data()}, y.data(),
           outputs);
    benchmark::DoNotOptimize(y.data());
  }
  state.counters["flop"] = benchmark::Counter(static_cast<double>(2 * outputs * inputs * rows),
                                              benchmark::Counter::kIsIterationInvariantRate,
                                              benchmark::Counter::kIs1000);
  Label(state, format);
}
BENCHMARK(BM_ManyRows)
    ->ArgNames({"format", "N", "K", "rows", "x_stride"})
    ->ArgsProduct({{0, 1, 2, 3, 4}, {1024}, {1024}, {64, 512}, {1024}})
    ->ArgsProduct({{3, 4}, {1024}, {1024}, {1, 2, 4, 16}, {1024}})  // in the caches
    ->Args({0, 4096, 1024, 512, 1024})
    ->Args({0, 1024, 4096, 512, 4096})
    ->Args({0, 128, 384, 8000, 128})  // convolutions of the codec
    ->Args({0, 64, 192, 32000, 64})
    ->Args({0, 32, 192, 32000, 64})
    ->Args({0, 1, 448, 32000, 64})
    ->Unit(benchmark::kMillisecond)
    ->MinTime(0.2);

// Arguments: format, keys; 16 heads of 64, as a layer of the small model has.
void BM_Attention(benchmark::State& state) {
  const auto format = static_cast<WeightFormat>(state.range(0));
  const int64_t keys = state.range(1), heads = 16, dim = 64;
  AlignedBuffer k(KeyBytes(format, heads, dim, keys)), v(ValueBytes(format, heads, dim, keys));
  const KvView kv{format, heads, dim, keys, k.data(), v.data()};
  const std::vector<float> row = Noise(heads * dim);
  for (int64_t i = 0; i < keys; ++i)
    StoreKeyValue(kv, i, 0, heads, row.data(), dim, row.data(), dim);
  std::vector<float> scratch(static_cast<size_t>(AttentionScratchFloats(keys, dim))), out(64);
  for (auto _ : state) {
    for (int64_t head = 0; head < heads; ++head) {
      AttendRow(row.data(), kv, head, keys, {.scale = 0.125f}, scratch.data(), out.data());
      benchmark::DoNotOptimize(out.data());
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(k.bytes() + v.bytes()));
  Label(state, format);
}
BENCHMARK(BM_Attention)
    ->ArgNames({"format", "keys"})
    ->ArgsProduct({{0, 1, 2, 3}, {96, 1500}})
    ->Unit(benchmark::kMicrosecond)
    ->MinTime(0.2);

// Caches that lie in memory, two threads: argument as above, 1500 keys.
void BM_AttentionFromMemory(benchmark::State& state) {
  const auto format = static_cast<WeightFormat>(state.range(0));
  const int64_t keys = 1500, heads = 16, dim = 64, caches = 48;
  const size_t k_bytes = KeyBytes(format, heads, dim, keys);
  const size_t bytes = k_bytes + ValueBytes(format, heads, dim, keys);
  AlignedBuffer memory(static_cast<size_t>(caches) * bytes);
  const auto view = [&](int64_t cache) {
    char* k = static_cast<char*>(memory.data()) + static_cast<size_t>(cache) * bytes;
    return KvView{format, heads, dim, keys, k, k + k_bytes};
  };
  const std::vector<float> row = Noise(heads * dim);
  for (int64_t cache = 0; cache < caches; ++cache) {
    for (int64_t i = 0; i < keys; ++i) {
      StoreKeyValue(view(cache), i, 0, heads, row.data(), dim, row.data(), dim);
    }
  }
  ThreadPool pool(2);
  for (auto _ : state) {
    pool.Run([&](Worker& worker) {
      std::vector<float> scratch(static_cast<size_t>(AttentionScratchFloats(keys, dim))), out(dim);
      AttentionOptions options{.scale = 0.125f};
      const Range mine = worker.Split(heads);
      for (int64_t cache = 0; cache < caches; ++cache) {
        for (int64_t head = mine.begin; head < mine.end; ++head) {
          options.next = FirstKeys(view(cache), head + 1);
          AttendRow(row.data(), view(cache), head, keys, options, scratch.data(), out.data());
        }
      }
    });
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(memory.bytes()));
  Label(state, format);
}
BENCHMARK(BM_AttentionFromMemory)
    ->DenseRange(0, 3)
    ->Unit(benchmark::kMillisecond)
    ->MinTime(0.2)
    ->UseRealTime();

void BM_Function(benchmark::State& state, void (*function)(const float*, int64_t, float*)) {
  const std::vector<float> x = Noise(4096, 4.0f);
  std::vector<float> y(x.size());
  for (auto _ : state) {
    function(x.data(), 4096, y.data());
    benchmark::DoNotOptimize(y.data());
  }
  state.SetItemsProcessed(state.iterations() * 4096);
  state.SetLabel(IsaName(ActiveIsa()));
}
BENCHMARK_CAPTURE(BM_Function, exp, Exp)->MinTime(0.1);
BENCHMARK_CAPTURE(BM_Function, gelu, Gelu)->MinTime(0.1);
BENCHMARK_CAPTURE(BM_Function, elu, Elu)->MinTime(0.1);

// What the memory gives: the bound of BM_Decode.
void BM_ReadBandwidth(benchmark::State& state) {
  ThreadPool pool(static_cast<int>(state.range(0)));
  double best = 0;
  for (auto _ : state) best = MeasureReadBandwidth(pool);
  state.counters["bytes_per_second"] = best;
}
BENCHMARK(BM_ReadBandwidth)->Arg(1)->Arg(2)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace musicgen::kernels

BENCHMARK_MAIN();
