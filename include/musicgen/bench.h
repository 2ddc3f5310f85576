/* What the project's own benchmarks ask of the library. UNSTABLE: not part of the ABI, may change
 * with every version. Handles, statuses and strings are those of musicgen.h. */
#ifndef MUSICGEN_BENCH_H_
#define MUSICGEN_BENCH_H_

#include "musicgen/musicgen.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads a buffer far larger than the caches with 1 to 256 threads, to see how fast memory can be
 * read. */
typedef struct mg_bench_reader mg_bench_reader;
MG_API mg_status mg_bench_reader_new(int32_t threads, mg_bench_reader** out);
/* Bytes per second of one pass: take the best of several. */
MG_API mg_status mg_bench_reader_pass(mg_bench_reader* reader, double* bytes_per_s);
MG_API void mg_bench_reader_free(mg_bench_reader* reader);

/* The largest resident size of this process so far. */
MG_API uint64_t mg_bench_peak_memory_bytes(void);
/* The processor's name, and the kernels' choice: "avx512", ... */
MG_API mg_status mg_bench_cpu_name(mg_bytes** out);
MG_API mg_status mg_bench_instruction_set(mg_bytes** out);

/* The device on which the model's language model computes: "cpu", "vulkan:0", ... */
MG_API mg_status mg_bench_device(mg_model* model, mg_bytes** out);
/* Of a graphics card ("vulkan:N"): bytes per second that it copies within its memory, read and
 * written ones together, and the seconds of a shader that has next to nothing to do. */
MG_API mg_status mg_bench_device_speed(const char* device, double* copy_bytes_per_s,
                                       double* dispatch_s);

/* The parts of a decode step, in order: qkv, self_attention, out, cross, feed_forward, heads,
 * sampling. */
enum { MG_BENCH_STAGES = 7 };
/* What one decode step of a guided stream moves through memory: the packed matrices, read once, the
 * keys and values read per position already decoded, and the matrices of each stage. */
MG_API mg_status mg_bench_step_traffic(mg_model* model, uint64_t* weight_bytes,
                                       uint64_t* kv_bytes_per_position,
                                       uint64_t stage_weight_bytes[MG_BENCH_STAGES]);
/* What the model's steps so far spent where. */
MG_API mg_status mg_bench_stage_seconds(mg_model* model, double seconds[MG_BENCH_STAGES]);

#ifdef __cplusplus
}
#endif

#endif /* MUSICGEN_BENCH_H_ */
