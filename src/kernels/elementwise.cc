#include "kernels/elementwise.h"

#include "kernels/cpu/kernel_table.h"

namespace musicgen::kernels {

void Exp(const float* x, int64_t n, float* y) { ActiveKernels().exp(x, n, y); }
void Relu(const float* x, int64_t n, float* y) { ActiveKernels().relu(x, n, y); }
void Gelu(const float* x, int64_t n, float* y) { ActiveKernels().gelu(x, n, y); }
void GeluTanh(const float* x, int64_t n, float* y) { ActiveKernels().gelu_tanh(x, n, y); }
void Elu(const float* x, int64_t n, float* y) { ActiveKernels().elu(x, n, y); }
void Add(const float* a, const float* b, int64_t n, float* y) { ActiveKernels().add(a, b, n, y); }
void Multiply(const float* a, const float* b, int64_t n, float* y) {
  ActiveKernels().multiply(a, b, n, y);
}
void Glu(const float* a, const float* b, int64_t n, float* y) { ActiveKernels().glu(a, b, n, y); }
void ScaledGelu(const float* x, const float* scale, const float* shift, int64_t n, float* y) {
  ActiveKernels().scaled_gelu(x, scale, shift, n, y);
}
void AddScaledGlu(const float* h, const float* scale, const float* shift, const float* gains,
                  int64_t n, float* x) {
  ActiveKernels().add_scaled_glu(h, scale, shift, gains, n, x);
}

void LstmCell(const float* gates_x, const float* gates_h, int64_t hidden, int64_t begin,
              int64_t end, float* c, float* h) {
  ActiveKernels().lstm_cell(gates_x, gates_h, hidden, begin, end, c, h);
}

}  // namespace musicgen::kernels
