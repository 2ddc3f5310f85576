#include "checkpoint/shard_index.h"

#include <filesystem>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "checkpoint/config.h"

namespace musicgen::checkpoint {
namespace {

constexpr size_t kMostShards = 4096;
constexpr size_t kLongestPath = 1000;  // in messages

using WeightMap = std::unordered_map<std::string, std::string>;  // tensor → file name

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

// Each tensor of the shard must be listed as belonging to it.
void CheckListed(const TensorSource& source, const std::string& shard, const WeightMap& map,
                 const std::string& index_file) {
  for (const std::string& tensor : source.Names()) {
    const auto listed = map.find(tensor);
    if (listed == map.end()) {
      ThrowBadInput(source.Where(), ": tensor ", Printable(tensor), " is not listed in ",
                    index_file);
    }
    if (listed->second != shard) {
      ThrowBadInput(source.Where(), ": tensor ", Printable(tensor), " is listed in ", index_file,
                    " as part of ", Printable(listed->second));
    }
  }
}

class Shards : public TensorSource {
 public:
  explicit Shards(std::string where) : where_(std::move(where)) {}

  void Add(std::unique_ptr<TensorSource> shard) {
    for (const std::string& name : shard->Names()) {
      names_.push_back(name);
      shard_of_.emplace(name, shard.get());
    }
    shards_.push_back(std::move(shard));
  }

  const std::vector<std::string>& Names() const override { return names_; }
  bool Has(const std::string& name) const override { return shard_of_.count(name) != 0; }
  TensorView Get(const std::string& name) const override {
    const auto found = shard_of_.find(name);
    if (found == shard_of_.end()) {
      ThrowBadInput(where_, ": expected a tensor ", Printable(name), ", found none of this name");
    }
    return found->second->Get(name);
  }
  void Drop(const TensorView& tensor) const override {
    for (const auto& shard : shards_) shard->Drop(tensor);
  }
  const std::string& Where() const override { return where_; }

 private:
  std::string where_;
  std::vector<std::unique_ptr<TensorSource>> shards_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, const TensorSource*> shard_of_;
};

}  // namespace

bool EntryExists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::symlink_status(path, ignored).type() !=
         std::filesystem::file_type::not_found;
}

std::unique_ptr<TensorSource> OpenShards(
    const std::string& directory, const std::string& index_file,
    const std::function<std::unique_ptr<TensorSource>(const std::string& path)>& open) {
  const std::string index_path = directory + "/" + index_file;
  const std::string where = Printable(index_path, kLongestPath);
  const WeightMap map = ReadIndex(index_path);
  std::map<std::string, std::string> shards;  // file name → a tensor said to be in it
  for (const auto& [tensor, shard] : map) shards.emplace(shard, tensor);
  if (shards.size() > kMostShards) {
    ThrowBadInput(where, ": expected at most ", kMostShards, " files, found ", shards.size());
  }
  auto source = std::make_unique<Shards>(Printable(directory, kLongestPath));
  for (const auto& [shard, tensor] : shards) {
    std::unique_ptr<TensorSource> part = open(directory + "/" + shard);
    CheckListed(*part, shard, map, index_file);
    source->Add(std::move(part));
  }
  for (const auto& [tensor, shard] : map) {
    if (source->Has(tensor)) continue;
    ThrowBadInput(where, ": tensor ", Printable(tensor), " is not in ", Printable(shard),
                  " as the index says");
  }
  return source;
}

}  // namespace musicgen::checkpoint
