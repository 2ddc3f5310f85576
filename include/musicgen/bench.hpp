// What the project's own benchmarks ask of the library. UNSTABLE: may change with every version.
#pragma once

#include <cstdint>
#include <string>

#include "musicgen/bench.h"
#include "musicgen/graphics_card_speed.hpp"
#include "musicgen/handle.hpp"
#include "musicgen/model.hpp"
#include "musicgen/step_stages.hpp"

namespace musicgen {

// Reads a buffer far larger than the caches with 1 to 256 threads, to see how fast memory can be
// read. Throws Error(kOutOfMemory).
class BandwidthReader {
 public:
  explicit BandwidthReader(int threads) {
    detail::Check(mg_bench_reader_new(threads, reader_.out()));
  }
  // Bytes per second of one pass: take the best of several.
  double Pass() {
    double bytes_per_s = 0;
    detail::Check(mg_bench_reader_pass(reader_.get(), &bytes_per_s));
    return bytes_per_s;
  }

 private:
  detail::Handle<mg_bench_reader, mg_bench_reader_free> reader_;
};

// The largest resident size of this process so far, bytes.
inline uint64_t PeakMemoryBytes() { return mg_bench_peak_memory_bytes(); }

inline std::string CpuName() {
  detail::BytesHandle name;
  detail::Check(mg_bench_cpu_name(name.out()));
  return reinterpret_cast<const char*>(mg_bytes_data(name.get()));
}

// The kernels' choice: "avx512", …
inline std::string InstructionSet() {
  detail::BytesHandle name;
  detail::Check(mg_bench_instruction_set(name.out()));
  return reinterpret_cast<const char*>(mg_bytes_data(name.get()));
}

// On which device the language model computes: "cpu", "vulkan:0", …
inline std::string DeviceOf(const Model& model) {
  detail::BytesHandle name;
  detail::Check(mg_bench_device(model.handle(), name.out()));
  return reinterpret_cast<const char*>(mg_bytes_data(name.get()));
}

// Of a graphics card: "vulkan:N". Takes some seconds.
inline GraphicsCardSpeed SpeedOf(const std::string& device) {
  GraphicsCardSpeed speed;
  detail::Check(mg_bench_device_speed(device.c_str(), &speed.copy_bytes_per_s, &speed.dispatch_s));
  return speed;
}

// What one decode step of a guided stream moves through memory.
struct StepTraffic {
  uint64_t weight_bytes = 0;           // packed matrices read once per step
  uint64_t kv_bytes_per_position = 0;  // keys and values read per position already decoded, of
                                       // both rows
  StageBytes stage_weight_bytes{};     // the matrices, by the stage that reads them
};

inline StepTraffic StepTrafficOf(const Model& model) {
  StepTraffic traffic;
  detail::Check(mg_bench_step_traffic(model.handle(), &traffic.weight_bytes,
                                      &traffic.kv_bytes_per_position,
                                      traffic.stage_weight_bytes.data()));
  return traffic;
}

// What the model's steps so far spent where.
inline StageSeconds StageSecondsOf(const Model& model) {
  StageSeconds seconds{};
  detail::Check(mg_bench_stage_seconds(model.handle(), seconds.data()));
  return seconds;
}

}  // namespace musicgen
