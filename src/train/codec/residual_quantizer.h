// The residual vector quantizer while it learns: codebooks that follow the latents by moving
// averages, without gradient (van den Oord and others 2017; Zeghidour and others 2021).
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "train/optim/parameters.h"

namespace musicgen::train {

struct QuantizerSettings {
  int64_t codebooks = 4, size = 2048, width = 128;  // K, V, D
  double decay = 0.99;
  int64_t kmeans_iterations = 50;
  // A code is dead when its average number of vectors in an update falls below this.
  double dead_code_threshold = 2.0;
  // AudioCraft's code to the letter: its k-means leaves `embed_avg` at the centres' mean instead of
  // their sum, and its renewal of dead codes is overwritten in the same update.
  bool literal = false;
  uint64_t seed = 0;
};

class ResidualQuantizer {
 public:
  struct Codebook {
    at::Tensor inited;        // f32 [1]: 1 once k-means has run
    at::Tensor cluster_size;  // f32 [V]: average number of vectors
    at::Tensor embed;         // f32 [V, D]
    at::Tensor embed_avg;     // f32 [V, D]: average sum of vectors
  };
  struct Output {
    at::Tensor latents;     // [B, D, T], quantized; their gradient is that of the input
    at::Tensor commitment;  // mean over the codebooks of the mean square of what remains
    at::Tensor codes;       // int64 [K, B · T]
    int64_t renewed = 0;    // dead codes
  };

  explicit ResidualQuantizer(const QuantizerSettings& settings);

  // Sets codebook after codebook by k-means over latents [B, D, T], which are those of so many
  // updates, of what the ones before leave.
  void Initialise(const at::Tensor& latents, int64_t updates = 1);
  bool initialised() const;

  // Quantizes latents [B, D, T] and moves the codebooks. `update` seeds what is drawn.
  Output Train(const at::Tensor& latents, uint64_t update);
  // Quantizes alone.
  Output Quantize(const at::Tensor& latents) const;

  const QuantizerSettings& settings() const { return settings_; }
  // What is not trained by gradient, under the names of the Hugging Face layout.
  const Parameters& buffers() const { return buffers_; }
  std::vector<Codebook>& codebooks() { return codebooks_; }

 private:
  int64_t Move(Codebook& book, const at::Tensor& vectors, const at::Tensor& indices, int64_t k,
               uint64_t update);

  QuantizerSettings settings_;
  std::vector<Codebook> codebooks_;
  Parameters buffers_;
};

struct Usage {
  double perplexity;  // exp of the entropy of the codes' frequencies
  double fraction;    // of the V codes, that occur
};
Usage UsageOf(const at::Tensor& codes, int64_t size);

}  // namespace musicgen::train
