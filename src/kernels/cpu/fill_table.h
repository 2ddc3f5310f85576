// The kernel table of one set of vector operations and its integer products.
#pragma once

#include "kernels/cpu/attention_quantized.h"
#include "kernels/cpu/elementwise_loops.h"
#include "kernels/cpu/kernel_table.h"
#include "kernels/cpu/matmul_loops.h"
#include "kernels/cpu/matmul_quantized.h"
#include "kernels/cpu/norm_loops.h"

namespace musicgen::kernels {
namespace {

template <class V, class D>
void MatMulOfAnyFormat(const MatMulCall& call) {
  return IsQuantized(call.format) ? QuantizedMatMul<V, D>::Run(call) : MatMulLoops<V>::Run(call);
}

template <class V, class D>
void AttendRowOfAnyFormat(const float* q, const KvView& kv, int64_t head, int64_t keys,
                          const AttentionOptions& options, float* scratch, float* out) {
  return kv.format == WeightFormat::kQ8
             ? QuantizedAttention<V, D>::AttendRow(q, kv, head, keys, options, scratch, out)
             : AttentionLoops<V>::AttendRow(q, kv, head, keys, options, scratch, out);
}

template <class V, class D>
constexpr KernelTable FillTable() {
  using E = ElementwiseLoops<V>;
  return {
      .matmul = MatMulOfAnyFormat<V, D>,
      .attend_row = AttendRowOfAnyFormat<V, D>,
      .attention_weights = AttentionLoops<V>::Weights,
      .quantize = VectorQuantizer<V>::Run,
      .layer_norm_row = NormLoops<V>::LayerNorm,
      .rms_norm_row = NormLoops<V>::RmsNorm,
      .exp = E::Exp,
      .relu = E::Relu,
      .gelu = E::Gelu,
      .gelu_tanh = E::GeluTanh,
      .elu = E::Elu,
      .add = E::Add,
      .multiply = E::Multiply,
      .glu = E::Glu,
      .scaled_gelu = E::ScaledGelu,
      .add_scaled_glu = E::AddScaledGlu,
      .lstm_cell = E::LstmCell,
  };
}

}  // namespace
}  // namespace musicgen::kernels
