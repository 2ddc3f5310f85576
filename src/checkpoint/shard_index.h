// Checkpoints in several files: an index in JSON says which tensor is in which.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/tensor_source.h"

namespace musicgen::checkpoint {

// True also for a link that leads nowhere: that is an error of the file, not another layout.
bool EntryExists(const std::string& path);

// The tensors of all shards that directory/index_file lists under `weight_map`. Every tensor is
// where the index says, and nowhere else; shards lie beside the index. Throws Error(kBadInput).
std::unique_ptr<TensorSource> OpenShards(
    const std::string& directory, const std::string& index_file,
    const std::function<std::unique_ptr<TensorSource>(const std::string& path)>& open);

// The shards "model-00001-of-00002.safetensors", … of a directory, in order, for the beginning
// "model-" and the end ".safetensors"; none when there are none. Throws Error(kBadInput) when one
// of them is missing.
std::vector<std::string> FindShards(const std::string& directory, std::string_view beginning,
                                    std::string_view end);

// The tensors of all these files of the directory, each in one of them.
std::unique_ptr<TensorSource> OpenShardFiles(
    const std::string& directory, const std::vector<std::string>& files,
    const std::function<std::unique_ptr<TensorSource>(const std::string& path)>& open);

}  // namespace musicgen::checkpoint
