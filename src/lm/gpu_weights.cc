#include "lm/gpu_weights.h"

#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "gpu/transfer.h"
#include "lm/weight_loader.h"

namespace musicgen::lm {
namespace {

constexpr uint64_t kBlockBytes = uint64_t{64} << 20, kUploadBytes = uint64_t{16} << 20;

// Moves what the loader reads to the device.
class Mover {
 public:
  Mover(const gpu::Device& device, const WeightLoader& loader, gpu::Arena& arena)
      : device_(device), loader_(loader), arena_(arena), uploader_(device, kUploadBytes) {}

  gpu::BufferRange Room(uint64_t bytes) {
    if (bytes > device_.limits().binding_bytes) {
      ThrowFailure("Vulkan device ", device_.info().name, ": expected weights of at most ",
                   device_.limits().binding_bytes, " bytes in a tensor, found ", bytes);
    }
    return arena_.Allocate(bytes);
  }
  void Put(const void* from, uint64_t bytes, const gpu::BufferRange& to) {
    uploader_.Upload({static_cast<const std::byte*>(from), bytes}, to);
  }
  gpu::BufferRange Put(const std::vector<float>& values) {
    const gpu::BufferRange to = Room(values.size() * sizeof(float));
    Put(values.data(), to.bytes, to);
    return to;
  }
  GpuNorm Norm(const std::string& name) {
    const nn::LayerNorm norm = loader_.Norm(name);
    return {Put(norm.weight), Put(norm.bias), norm.eps};
  }
  gpu::Matrix Stack(const std::vector<std::string>& names) {
    const nn::Linear linear = loader_.Stack(names);
    const gpu::BufferRange to = Room(linear.weight().bytes());
    Put(linear.weight().tile(0), to.bytes, to);
    return {to, linear.outputs(), linear.inputs(), linear.weight().format(), false};
  }

 private:
  const gpu::Device& device_;
  const WeightLoader& loader_;
  gpu::Arena& arena_;
  gpu::Uploader uploader_;
};

}  // namespace

GpuWeights::GpuWeights(const gpu::Device& device, ThreadPool& pool, const LmConfig& config,
                       const checkpoint::TensorSource& source, const std::string& prefix,
                       kernels::WeightFormat format)
    : arena_(device, gpu::MemoryKind::kDevice, kBlockBytes) {
  const WeightLoader loader(pool, config, source, prefix, format);
  Mover mover(device, loader, arena_);
  const std::string root = prefix + "model.decoder.";
  std::vector<std::string> heads;
  for (int64_t k = 0; k < config.codebooks; ++k) {
    const nn::Embedding table = loader.Table(StrCat(root, "embed_tokens.", k, ".weight"));
    const uint64_t bytes =
        static_cast<uint64_t>(table.rows() * table.width()) * kernels::FormatBytes(table.format());
    if (k == 0) {
      embeddings_ = {mover.Room(static_cast<uint64_t>(config.codebooks) * bytes), config.codebooks,
                     table.rows(), table.width(), table.format()};
    }
    MG_CHECK(table.format() == embeddings_.format);
    gpu::BufferRange to = embeddings_.tables;
    to.offset += static_cast<uint64_t>(k) * bytes;
    to.bytes = bytes;
    mover.Put(table.data(), bytes, to);
    heads.push_back(StrCat(prefix, "lm_heads.", k, ".weight"));
  }
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string name = StrCat(root, "layers.", i, ".");
    const auto stack = [&](const std::string& attention, std::vector<std::string> parts) {
      for (std::string& part : parts) part = name + attention + "." + part + "_proj.weight";
      return mover.Stack(parts);
    };
    Layer layer;
    layer.self_norm = mover.Norm(name + "self_attn_layer_norm");
    if (loader.Format(name + "self_attn.v_proj.weight") ==
        loader.Format(name + "self_attn.q_proj.weight")) {
      layer.self_qkv = stack("self_attn", {"q", "k", "v"});
    } else {
      layer.self_qkv = stack("self_attn", {"q", "k"});
      layer.self_v = stack("self_attn", {"v"});
    }
    layer.self_out = stack("self_attn", {"out"});
    if (config.cross_attention) {
      layer.cross_norm = mover.Norm(name + "encoder_attn_layer_norm");
      layer.cross_q = stack("encoder_attn", {"q"});
      layer.cross_kv = stack("encoder_attn", {"k", "v"});
      layer.cross_out = stack("encoder_attn", {"out"});
    }
    layer.ffn_norm = mover.Norm(name + "final_layer_norm");
    layer.fc1 = mover.Stack({name + "fc1.weight"});
    layer.fc2 = mover.Stack({name + "fc2.weight"});
    layers_.push_back(layer);
  }
  out_norm_ = mover.Norm(root + "layer_norm");
  heads_ = mover.Stack(heads);
  heads_.two_digit_activations = true;
  Layer& first = layers_.front();
  for (gpu::Matrix* matrix : {&first.self_qkv, &first.self_v, &first.self_out, &first.cross_q,
                              &first.cross_kv, &first.cross_out, &first.fc1, &first.fc2}) {
    matrix->two_digit_activations = true;
  }
}

StageBytes GpuWeights::stage_bytes() const {
  StageBytes bytes{};
  const auto of = [&](StepStage stage) -> uint64_t& { return bytes[static_cast<size_t>(stage)]; };
  of(StepStage::kHeads) = heads_.weights.bytes;
  for (const Layer& layer : layers_) {
    of(StepStage::kQkv) += layer.self_qkv.weights.bytes + layer.self_v.weights.bytes;
    of(StepStage::kOut) += layer.self_out.weights.bytes;
    of(StepStage::kCross) += layer.cross_q.weights.bytes + layer.cross_out.weights.bytes;
    of(StepStage::kFeedForward) += layer.fc1.weights.bytes + layer.fc2.weights.bytes;
  }
  return bytes;
}

}  // namespace musicgen::lm
