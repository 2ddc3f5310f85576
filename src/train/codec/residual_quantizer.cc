#include "train/codec/residual_quantizer.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "base/error.h"
#include "train/codec/k_means.h"

namespace musicgen::train {
namespace {

constexpr double kEpsilon = 1e-5;  // of the smoothed cluster sizes

// Generators of draws that differ by update and codebook, wherever a run begins.
at::Generator GeneratorOf(uint64_t seed, uint64_t update, int64_t book) {
  return at::detail::createCPUGenerator(seed + 1000003 * update + static_cast<uint64_t>(book));
}

// [B, D, T] → [B · T, D].
at::Tensor Rows(const at::Tensor& latents) {
  return latents.detach().transpose(1, 2).reshape({-1, latents.size(1)});
}

// The way back.
at::Tensor FromRows(const at::Tensor& rows, const at::Tensor& like) {
  return rows.view({like.size(0), like.size(2), like.size(1)}).transpose(1, 2);
}

}  // namespace

ResidualQuantizer::ResidualQuantizer(const QuantizerSettings& settings) : settings_(settings) {
  for (int64_t k = 0; k < settings.codebooks; ++k) {
    Codebook book{at::zeros({1}), at::zeros({settings.size}),
                  at::zeros({settings.size, settings.width}),
                  at::zeros({settings.size, settings.width})};
    const std::string name = StrCat("quantizer.layers.", k, ".codebook.");
    buffers_.push_back({{name + "inited"}, book.inited});
    buffers_.push_back({{name + "cluster_size"}, book.cluster_size});
    buffers_.push_back({{name + "embed"}, book.embed});
    buffers_.push_back({{name + "embed_avg"}, book.embed_avg});
    codebooks_.push_back(std::move(book));
  }
}

bool ResidualQuantizer::initialised() const {
  return codebooks_.back().inited.item<float>() != 0.0f;
}

void ResidualQuantizer::Initialise(const at::Tensor& latents, int64_t updates) {
  const at::NoGradGuard no_grad;
  at::Tensor residual = Rows(latents);
  for (int64_t k = 0; k < settings_.codebooks; ++k) {
    Codebook& book = codebooks_[static_cast<size_t>(k)];
    const Clusters clusters = KMeans(residual, settings_.size, settings_.kmeans_iterations,
                                     GeneratorOf(settings_.seed, 0, k));
    const at::Tensor sizes = clusters.sizes / static_cast<double>(updates);
    book.embed.copy_(clusters.centres);
    book.cluster_size.copy_(sizes);
    book.embed_avg.copy_(settings_.literal ? clusters.centres
                                           : clusters.centres * sizes.unsqueeze(1));
    book.inited.fill_(1.0);
    residual = residual - book.embed.index_select(0, Nearest(residual, book.embed));
  }
}

int64_t ResidualQuantizer::Move(Codebook& book, const at::Tensor& vectors,
                                const at::Tensor& indices, int64_t k, uint64_t update) {
  const double decay = settings_.decay, threshold = settings_.dead_code_threshold;
  const at::Tensor dead = book.cluster_size.lt(threshold);
  const auto renewed = dead.sum().item<int64_t>();
  at::Tensor fresh;
  if (renewed > 0 && !settings_.literal) {
    fresh = DrawRows(vectors, settings_.size, GeneratorOf(settings_.seed, update + 1, k));
    book.embed_avg.copy_(at::where(dead.unsqueeze(1), fresh * threshold, book.embed_avg));
    book.cluster_size.masked_fill_(dead, threshold);
  }
  book.cluster_size.mul_(decay).add_(CountOf(indices, settings_.size), 1.0 - decay);
  book.embed_avg.mul_(decay).add_(SumOf(vectors, indices, settings_.size), 1.0 - decay);
  const at::Tensor all = book.cluster_size.sum();
  const at::Tensor smoothed =
      (book.cluster_size + kEpsilon) / (all + static_cast<double>(settings_.size) * kEpsilon) * all;
  book.embed.copy_(book.embed_avg / smoothed.unsqueeze(1));
  return renewed;
}

ResidualQuantizer::Output ResidualQuantizer::Train(const at::Tensor& latents, uint64_t update) {
  Output output;
  at::Tensor residual = latents, sum = at::zeros_like(latents.detach());
  std::vector<at::Tensor> commitments, codes;
  for (int64_t k = 0; k < settings_.codebooks; ++k) {
    const at::Tensor rows = Rows(residual);
    at::Tensor quantized;
    {
      const at::NoGradGuard no_grad;
      Codebook& book = codebooks_[static_cast<size_t>(k)];
      const at::Tensor indices = Nearest(rows, book.embed);
      quantized = FromRows(book.embed.index_select(0, indices), latents);
      output.renewed += Move(book, rows, indices, k, update);
      codes.push_back(indices);
      sum.add_(quantized);
    }
    residual = residual - quantized;
    commitments.push_back(residual.square().mean());
  }
  output.latents = latents + (sum - latents.detach());
  output.commitment = at::stack(commitments).mean();
  output.codes = at::stack(codes);
  return output;
}

ResidualQuantizer::Output ResidualQuantizer::Quantize(const at::Tensor& latents) const {
  const at::NoGradGuard no_grad;
  at::Tensor residual = Rows(latents), sum = at::zeros_like(residual);
  std::vector<at::Tensor> commitments, codes;
  for (const Codebook& book : codebooks_) {
    codes.push_back(Nearest(residual, book.embed));
    const at::Tensor quantized = book.embed.index_select(0, codes.back());
    residual = residual - quantized;
    sum.add_(quantized);
    commitments.push_back(residual.square().mean());
  }
  return {FromRows(sum, latents), at::stack(commitments).mean(), at::stack(codes)};
}

Usage UsageOf(const at::Tensor& codes, int64_t size) {
  const at::Tensor counts = CountOf(codes.flatten(), size).to(at::kDouble);
  const at::Tensor share = counts / counts.sum();
  const double entropy = -at::xlogy(share, share).sum().item<double>();
  return {std::exp(entropy), counts.gt(0).to(at::kDouble).mean().item<double>()};
}

}  // namespace musicgen::train
