// The kernels of one instruction set as function pointers: plain data, because it is shared with
// object files that only some processors can run (see cpu/simd_avx2.h).
#pragma once

#include <cstdint>

#include "kernels/weight_format.h"

namespace musicgen::kernels {

struct AttentionOptions;  // kernels/attention.h
struct KvView;

// MatMul's arguments, taken apart.
struct MatMulCall {
  const float* x;
  int64_t x_stride;
  int64_t rows;
  WeightFormat format;
  const void* weights;  // of tile 0
  int64_t outputs;
  int64_t inputs;
  int64_t tile_begin;
  int64_t tile_end;
  const float* bias;
  bool accumulate;
  bool two_digit_activations;
  const void* next;
  void* scratch;
  float* y;
  int64_t y_stride;
};

struct KernelTable {
  void (*matmul)(const MatMulCall& call);
  void (*attend_row)(const float* q, const KvView& kv, int64_t head, int64_t keys,
                     const AttentionOptions& options, float* scratch, float* out);
  float (*attention_weights)(float* scores, int64_t keys, const AttentionOptions& options);
  // n floats as integers in [−127, 127], their scale and the integers' sum.
  void (*quantize)(const float* x, int64_t n, int8_t* values, float* scale, int32_t* sum);
  void (*layer_norm_row)(const float* x, const float* weight, const float* bias, float eps,
                         int64_t n, float* y);
  void (*rms_norm_row)(const float* x, const float* weight, float eps, int64_t n, float* y);
  void (*exp)(const float* x, int64_t n, float* y);
  void (*relu)(const float* x, int64_t n, float* y);
  void (*gelu)(const float* x, int64_t n, float* y);
  void (*gelu_tanh)(const float* x, int64_t n, float* y);
  void (*elu)(const float* x, int64_t n, float* y);
  void (*add)(const float* a, const float* b, int64_t n, float* y);
  void (*multiply)(const float* a, const float* b, int64_t n, float* y);
  void (*glu)(const float* a, const float* b, int64_t n, float* y);
  void (*scaled_gelu)(const float* x, const float* scale, const float* shift, int64_t n, float* y);
  void (*add_scaled_glu)(const float* h, const float* scale, const float* shift, const float* gains,
                         int64_t n, float* x);
  void (*lstm_cell)(const float* gates_x, const float* gates_h, int64_t hidden, int64_t begin,
                    int64_t end, float* c, float* h);
};

extern const KernelTable kScalarKernels;
extern const KernelTable kAvx2Kernels;         // x86-64 builds alone
extern const KernelTable kAvx512Kernels;       // x86-64 builds alone
extern const KernelTable kAvx512VnniKernels;   // x86-64 builds alone
extern const KernelTable kNeonKernels;         // AArch64 builds alone
extern const KernelTable kNeonDotprodKernels;  // AArch64 builds alone

// The table of ActiveIsa().
const KernelTable& ActiveKernels();

}  // namespace musicgen::kernels
