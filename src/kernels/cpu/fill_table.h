// The kernel table of one set of vector operations.
#pragma once

#include "kernels/cpu/attention_loops.h"
#include "kernels/cpu/elementwise_loops.h"
#include "kernels/cpu/kernel_table.h"
#include "kernels/cpu/matmul_loops.h"
#include "kernels/cpu/norm_loops.h"

namespace musicgen::kernels {
namespace {

template <class V>
constexpr KernelTable FillTable() {
  using E = ElementwiseLoops<V>;
  return {
      .matmul = MatMulLoops<V>::Run,
      .attend_row = AttentionLoops<V>::AttendRow,
      .layer_norm_row = NormLoops<V>::LayerNorm,
      .rms_norm_row = NormLoops<V>::RmsNorm,
      .exp = E::Exp,
      .relu = E::Relu,
      .gelu = E::Gelu,
      .gelu_tanh = E::GeluTanh,
      .elu = E::Elu,
      .add = E::Add,
      .multiply = E::Multiply,
      .lstm_cell = E::LstmCell,
  };
}

}  // namespace
}  // namespace musicgen::kernels
