#include "checkpoint/shard_index.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
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

// The digits of "00001-of-00002": {1, 2}.
std::optional<std::pair<size_t, size_t>> ShardNumbers(std::string_view text) {
  constexpr size_t kDigits = 5;
  constexpr std::string_view kOf = "-of-";
  if (text.size() != 2 * kDigits + kOf.size() || text.substr(kDigits, kOf.size()) != kOf) {
    return std::nullopt;
  }
  const auto number = [&](size_t at) {
    size_t value = 0;
    const char* begin = text.data() + at;
    const auto [stop, error] = std::from_chars(begin, begin + kDigits, value);
    return error == std::errc() && stop == begin + kDigits ? value : 0;
  };
  const size_t index = number(0), total = number(kDigits + kOf.size());
  if (index < 1 || index > total) return std::nullopt;
  return std::pair(index, total);
}

}  // namespace

std::vector<std::string> FindShards(const std::string& directory, std::string_view beginning,
                                    std::string_view end) {
  std::set<std::string> found;
  size_t most = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(beginning) || !name.ends_with(end)) continue;
    if (name.size() < beginning.size() + end.size()) continue;
    const auto numbers = ShardNumbers(std::string_view(name).substr(
        beginning.size(), name.size() - beginning.size() - end.size()));
    if (!numbers) continue;
    found.insert(name);
    most = std::max(most, numbers->second);
  }
  if (most > kMostShards) {
    ThrowBadInput(Printable(directory, kLongestPath), ": expected at most ", kMostShards,
                  " shards of a model, found names of ", most);
  }
  std::vector<std::string> shards;
  for (size_t i = 1; i <= most; ++i) {
    char numbers[32];
    std::snprintf(numbers, sizeof numbers, "%05zu-of-%05zu", i, most);
    const std::string name = StrCat(beginning, numbers, end);
    if (!found.contains(name)) {
      ThrowBadInput(Printable(directory, kLongestPath), ": expected ", most,
                    " shards of the model, found no ", name);
    }
    shards.push_back(name);
  }
  return shards;
}

std::unique_ptr<TensorSource> OpenShardFiles(
    const std::string& directory, const std::vector<std::string>& files,
    const std::function<std::unique_ptr<TensorSource>(const std::string& path)>& open) {
  auto source = std::make_unique<Shards>(Printable(directory, kLongestPath));
  for (const std::string& file : files) {
    std::unique_ptr<TensorSource> shard = open(directory + "/" + file);
    for (const std::string& name : shard->Names()) {
      if (!source->Has(name)) continue;
      ThrowBadInput(shard->Where(), ": tensor ", Printable(name), " is in another shard too");
    }
    source->Add(std::move(shard));
  }
  return source;
}

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
