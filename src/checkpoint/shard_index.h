// Checkpoints in several files: an index in JSON says which tensor is in which.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "checkpoint/tensor_source.h"

namespace musicgen::checkpoint {

// True also for a link that leads nowhere: that is an error of the file, not another layout.
bool EntryExists(const std::string& path);

// The tensors of all shards that directory/index_file lists under `weight_map`. Every tensor is
// where the index says, and nowhere else; shards lie beside the index. Throws Error(kBadInput).
std::unique_ptr<TensorSource> OpenShards(
    const std::string& directory, const std::string& index_file,
    const std::function<std::unique_ptr<TensorSource>(const std::string& path)>& open);

}  // namespace musicgen::checkpoint
