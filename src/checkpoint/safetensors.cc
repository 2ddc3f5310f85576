#include "checkpoint/safetensors.h"

#include <filesystem>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/mapped_file.h"
#include "checkpoint/config.h"
#include "checkpoint/mapped_tensors.h"

namespace musicgen::checkpoint {
namespace {

constexpr size_t kMostShards = 4096;
constexpr size_t kLongestPath = 1000;  // in messages
constexpr char kSingleFile[] = "model.safetensors";
constexpr char kIndexFile[] = "model.safetensors.index.json";

using WeightMap = std::unordered_map<std::string, std::string>;  // tensor → file name

void AddTensors(const MappedFile& file, SafetensorsHeader header, MappedTensors* source) {
  for (size_t i = 0; i < header.tensors.size(); ++i) {
    header.tensors[i].data = file.data() + header.offsets[i];
    source->AddTensor(std::move(header.tensors[i]));
  }
}

// True also for a link that leads nowhere: that is an error of the file, not another layout.
bool Exists(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::symlink_status(path, ignored).type() !=
         std::filesystem::file_type::not_found;
}

// A shard lies beside its index and nowhere else.
bool IsPlainFileName(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.size() <= 255 &&
         name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
}

WeightMap ReadIndex(const std::string& path) {
  const Config index = Config::ReadFile(path);
  const Config map = index.Object("weight_map");
  WeightMap result;
  for (const std::string& tensor : map.Keys()) {
    const std::string file = map.String(tensor, "");
    if (!IsPlainFileName(file)) {
      ThrowBadInput(map.Where(tensor), ": expected the name of a file in the same folder, found \"",
                    Printable(file), "\"");
    }
    result.emplace(tensor, file);
  }
  if (result.empty()) ThrowBadInput(index.Where("weight_map"), ": expected at least one tensor");
  return result;
}

// Adds every tensor of the shard; each must be listed as belonging to it.
void AddShard(const std::string& path, const std::string& shard, const WeightMap& map,
              MappedTensors* source) {
  const MappedFile& file = source->AddFile(std::make_unique<MappedFile>(path));
  SafetensorsHeader header = ParseSafetensorsHeader(file.bytes(), file.size(), path);
  const std::string where = Printable(path, kLongestPath);
  for (const TensorView& tensor : header.tensors) {
    const auto listed = map.find(tensor.name);
    if (listed == map.end()) {
      ThrowBadInput(where, ": tensor ", Printable(tensor.name), " is not listed in ", kIndexFile);
    }
    if (listed->second != shard) {
      ThrowBadInput(where, ": tensor ", Printable(tensor.name), " is listed in ", kIndexFile,
                    " as part of ", Printable(listed->second));
    }
  }
  AddTensors(file, std::move(header), source);
}

std::unique_ptr<TensorSource> OpenShards(const std::string& directory) {
  const std::string index_path = directory + "/" + kIndexFile;
  const std::string where = Printable(index_path, kLongestPath);
  const WeightMap map = ReadIndex(index_path);
  std::map<std::string, std::string> shards;  // file name → a tensor said to be in it
  for (const auto& [tensor, shard] : map) shards.emplace(shard, tensor);
  if (shards.size() > kMostShards) {
    ThrowBadInput(where, ": expected at most ", kMostShards, " files, found ", shards.size());
  }
  auto source = std::make_unique<MappedTensors>(Printable(directory, kLongestPath));
  for (const auto& [shard, tensor] : shards) {
    AddShard(directory + "/" + shard, shard, map, source.get());
  }
  for (const auto& [tensor, shard] : map) {
    if (source->Has(tensor)) continue;
    ThrowBadInput(where, ": tensor ", Printable(tensor), " is not in ", Printable(shard),
                  " as the index says");
  }
  return source;
}

}  // namespace

std::unique_ptr<TensorSource> OpenSafetensors(const std::string& path,
                                              std::map<std::string, std::string>* metadata) {
  auto source = std::make_unique<MappedTensors>(Printable(path, kLongestPath));
  const MappedFile& file = source->AddFile(std::make_unique<MappedFile>(path));
  SafetensorsHeader header = ParseSafetensorsHeader(file.bytes(), file.size(), path);
  if (metadata != nullptr) *metadata = header.metadata;
  AddTensors(file, std::move(header), source.get());
  return source;
}

std::unique_ptr<TensorSource> OpenSafetensorsDirectory(const std::string& directory) {
  const std::filesystem::path folder(directory);
  if (Exists(folder / kSingleFile)) return OpenSafetensors(directory + "/" + kSingleFile);
  if (Exists(folder / kIndexFile)) return OpenShards(directory);
  ThrowBadInput(Printable(directory, kLongestPath), ": expected ", kSingleFile, " or ", kIndexFile,
                ", found neither");
}

}  // namespace musicgen::checkpoint
