#include "checkpoint/safetensors.h"

#include <utility>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/placeholder.h"
#include "checkpoint/mapped_tensors.h"
#include "checkpoint/shard_index.h"

namespace musicgen::checkpoint {
namespace {

constexpr size_t kLongestPath = 1000;  // in messages
constexpr char kSingleFile[] = "model.safetensors";
constexpr char kIndexFile[] = "model.safetensors.index.json";
constexpr char kShardBeginning[] = "model-", kShardEnd[] = ".safetensors";

void AddTensors(const MappedFile& file, SafetensorsHeader header, MappedTensors* source) {
  for (size_t i = 0; i < header.tensors.size(); ++i) {
    header.tensors[i].data = file.data() + header.offsets[i];
    source->AddTensor(std::move(header.tensors[i]));
  }
}

}  // namespace

std::unique_ptr<TensorSource> OpenSafetensors(const std::string& path,
                                              std::map<std::string, std::string>* metadata) {
  auto source = std::make_unique<MappedTensors>(Printable(path, kLongestPath));
  const MappedFile& file = source->AddFile(std::make_unique<MappedFile>(path));
  RefuseText(file.bytes(), path);
  SafetensorsHeader header = ParseSafetensorsHeader(file.bytes(), file.size(), path);
  if (metadata != nullptr) *metadata = header.metadata;
  AddTensors(file, std::move(header), source.get());
  return source;
}

bool HasSafetensorsDirectory(const std::string& directory) {
  return EntryExists(directory + "/" + kSingleFile) || EntryExists(directory + "/" + kIndexFile) ||
         !FindShards(directory, kShardBeginning, kShardEnd).empty();
}

std::unique_ptr<TensorSource> OpenSafetensorsDirectory(const std::string& directory) {
  if (EntryExists(directory + "/" + kSingleFile)) {
    return OpenSafetensors(directory + "/" + kSingleFile);
  }
  if (EntryExists(directory + "/" + kIndexFile)) {
    return OpenShards(directory, kIndexFile,
                      [](const std::string& path) { return OpenSafetensors(path); });
  }
  const auto shards = FindShards(directory, kShardBeginning, kShardEnd);
  if (!shards.empty()) {
    return OpenShardFiles(directory, shards,
                          [](const std::string& path) { return OpenSafetensors(path); });
  }
  ThrowBadInput(Printable(directory, kLongestPath), ": expected ", kSingleFile, " or ", kIndexFile,
                ", found neither");
}

}  // namespace musicgen::checkpoint
