// Element by element, n floats, in float; y may be x. The functions are our own, built from add,
// multiply, fused multiply-add, divide and bit operations in a fixed order, so that every
// instruction set gives the same bits. Relative error of exp about 1e-7; absolute error of erf,
// tanh and the logistic function about 1e-7.
#pragma once

#include <cstdint>

namespace musicgen::kernels {

void Exp(const float* x, int64_t n, float* y);
void Relu(const float* x, int64_t n, float* y);
void Gelu(const float* x, int64_t n, float* y);  // x/2·(1 + erf(x/√2)), the exact form
void GeluTanh(const float* x, int64_t n,
              float* y);  // x/2·(1 + tanh(√(2/π)(x + 0.044715x³))), gated T5
void Elu(const float* x, int64_t n, float* y);  // x > 0 ? x : exp(x) − 1
void Add(const float* a, const float* b, int64_t n, float* y);
void Multiply(const float* a, const float* b, int64_t n, float* y);
// y = a ⊙ σ(b), the gated linear unit (Dauphin et al. 2017).
void Glu(const float* a, const float* b, int64_t n, float* y);

// The same functions behind a normalisation whose statistics are known: x·scale + shift, with a
// scale and a shift for each element.
//   y = gelu(x·scale + shift)
void ScaledGelu(const float* x, const float* scale, const float* shift, int64_t n, float* y);
//   x += gains ⊙ glu(a, b), of which [a, b] = h·scale + shift; h, scale, shift [2n]
void AddScaledGlu(const float* h, const float* scale, const float* shift, const float* gains,
                  int64_t n, float* x);

// One time step of an LSTM for the hidden units [begin, end) of `hidden`. gates_x and gates_h
// [4·hidden] are the input's and the recurrent product (biases included somewhere), in PyTorch's
// order i, f, g, o:
//   c = σ(f)·c + σ(i)·tanh(g);  h = σ(o)·tanh(c)  with i = gates_x[0…] + gates_h[0…] and so on.
void LstmCell(const float* gates_x, const float* gates_h, int64_t hidden, int64_t begin,
              int64_t end, float* c, float* h);

}  // namespace musicgen::kernels
