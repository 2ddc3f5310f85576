// The weights of EnCodec's encoder or decoder: SEANet, a chain of layers over time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "checkpoint/tensor_source.h"
#include "codec/seanet_layout.h"
#include "codec/segments.h"
#include "nn/layer_stream.h"

namespace musicgen::codec {

class Seanet {
 public:
  // Reads the layers of `layout` from tensors prefix + "{index}.…" ("decoder.layers." and the
  // like). Throws Error(kBadInput) when one is absent or mis-shaped.
  Seanet(const CodecConfig& config, const std::vector<SeanetLayer>& layout,
         const checkpoint::TensorSource& source, const std::string& prefix,
         kernels::WeightFormat format);

  struct Entry {
    int64_t index;  // in the checkpoint's list
    std::unique_ptr<const nn::Layer> layer;
  };
  const std::vector<Entry>& layers() const { return layers_; }
  const std::vector<Segment>& segments() const { return segments_; }
  int64_t in_channels() const { return layers_.front().layer->in_channels(); }
  int64_t out_channels() const { return layers_.back().layer->out_channels(); }
  size_t bytes() const;

 private:
  std::vector<Entry> layers_;
  std::vector<Segment> segments_;
};

}  // namespace musicgen::codec
