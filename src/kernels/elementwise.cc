#include "kernels/elementwise.h"

#include <cmath>

namespace musicgen::kernels {
namespace {

float Logistic(float x) { return 1.0f / (1.0f + std::exp(-x)); }

}  // namespace

void Exp(const float* x, int64_t n, float* y) {
  for (int64_t i = 0; i < n; ++i) y[i] = std::exp(x[i]);
}
void Relu(const float* x, int64_t n, float* y) {
  for (int64_t i = 0; i < n; ++i) y[i] = x[i] < 0 ? 0.0f : x[i];
}
void Gelu(const float* x, int64_t n, float* y) {
  for (int64_t i = 0; i < n; ++i) y[i] = 0.5f * x[i] * (1.0f + std::erf(x[i] * 0.70710678f));
}
void GeluTanh(const float* x, int64_t n, float* y) {
  for (int64_t i = 0; i < n; ++i) {
    const float cubic = x[i] + 0.044715f * x[i] * x[i] * x[i];
    y[i] = 0.5f * x[i] * (1.0f + std::tanh(0.79788456f * cubic));
  }
}
void Elu(const float* x, int64_t n, float* y) {
  for (int64_t i = 0; i < n; ++i) y[i] = x[i] > 0 ? x[i] : std::exp(x[i]) - 1.0f;
}
void Add(const float* a, const float* b, int64_t n, float* y) {
  for (int64_t i = 0; i < n; ++i) y[i] = a[i] + b[i];
}
void Multiply(const float* a, const float* b, int64_t n, float* y) {
  for (int64_t i = 0; i < n; ++i) y[i] = a[i] * b[i];
}

void LstmCell(const float* gates_x, const float* gates_h, int64_t hidden, int64_t begin,
              int64_t end, float* c, float* h) {
  for (int64_t u = begin; u < end; ++u) {
    const auto gate = [&](int64_t g) { return gates_x[g * hidden + u] + gates_h[g * hidden + u]; };
    c[u] = Logistic(gate(1)) * c[u] + Logistic(gate(0)) * std::tanh(gate(2));
    h[u] = Logistic(gate(3)) * std::tanh(c[u]);
  }
}

}  // namespace musicgen::kernels
