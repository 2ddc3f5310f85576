#include "musicgen/bench.h"

#include <algorithm>
#include <memory>

#include "api/argument_check.h"
#include "api/devices.h"
#include "base/bandwidth.h"
#include "base/cpu.h"
#include "base/memory.h"
#include "base/thread_pool.h"
#include "c_api/bytes.h"
#include "c_api/guard.h"
#include "c_api/model.h"
#include "kernels/isa.h"

using namespace musicgen;
using namespace musicgen::c_api;

static_assert(MG_BENCH_STAGES == kStepStages);

struct mg_bench_reader {
  static constexpr char kName[] = "mg_bench_reader";
  explicit mg_bench_reader(int threads) : pool(threads), reader(pool, size_t{512} << 20) {}
  std::mutex mutex;
  ThreadPool pool;
  MemoryReader reader;
};

mg_status mg_bench_reader_new(int32_t threads, mg_bench_reader** out) {
  return Create(out, [&] {
    if (threads < 1) ThrowBadInput("threads: expected a number from 1, found ", threads);
    return std::make_shared<mg_bench_reader>(api::ThreadCount(threads));
  });
}

mg_status mg_bench_reader_pass(mg_bench_reader* reader, double* bytes_per_s) {
  return Guard([&] {
    CheckPlace("bytes_per_s", bytes_per_s);
    const auto of = Get(reader);
    std::lock_guard<std::mutex> lock(of->mutex);
    *bytes_per_s = of->reader.Pass();
  });
}

void mg_bench_reader_free(mg_bench_reader* reader) { Free(reader); }

uint64_t mg_bench_peak_memory_bytes(void) { return Value(PeakResidentBytes); }

mg_status mg_bench_cpu_name(mg_bytes** out) {
  return Create(out, [] { return MakeBytes(ProcessorName()); });
}

mg_status mg_bench_instruction_set(mg_bytes** out) {
  return Create(out, [] { return MakeBytes(std::string(kernels::IsaName(kernels::ActiveIsa()))); });
}

mg_status mg_bench_device(mg_model* model, mg_bytes** out) {
  return Create(out, [&] { return MakeBytes(Get(model)->model.device()); });
}

mg_status mg_bench_device_speed(const char* device, double* copy_bytes_per_s, double* dispatch_s) {
  return Guard([&] {
    CheckPlace("copy_bytes_per_s", copy_bytes_per_s);
    CheckPlace("dispatch_s", dispatch_s);
    const GraphicsCardSpeed speed = api::SpeedOf(Text("device", device));
    *copy_bytes_per_s = speed.copy_bytes_per_s;
    *dispatch_s = speed.dispatch_s;
  });
}

mg_status mg_bench_step_traffic(mg_model* model, uint64_t* weight_bytes,
                                uint64_t* kv_bytes_per_position, uint64_t* stage_weight_bytes) {
  return Guard([&] {
    CheckPlace("weight_bytes", weight_bytes);
    CheckPlace("kv_bytes_per_position", kv_bytes_per_position);
    CheckPlace("stage_weight_bytes", stage_weight_bytes);
    const api::StepTraffic traffic = Get(model)->model.step_traffic();
    *weight_bytes = traffic.weight_bytes;
    *kv_bytes_per_position = traffic.kv_bytes_per_position;
    std::copy(traffic.stage_weight_bytes.begin(), traffic.stage_weight_bytes.end(),
              stage_weight_bytes);
  });
}

mg_status mg_bench_stage_seconds(mg_model* model, double* seconds) {
  return Guard([&] {
    CheckPlace("seconds", seconds);
    const StageSeconds spent = Get(model)->model.stage_seconds();
    std::copy(spent.begin(), spent.end(), seconds);
  });
}
