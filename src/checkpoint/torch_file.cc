#include "checkpoint/torch_file.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/placeholder.h"
#include "checkpoint/shard_index.h"

namespace musicgen::checkpoint {
namespace {

constexpr size_t kLongestPath = 1000;  // in messages
// Of tensors that are not contiguous and become copies, beyond the size of the file itself: a few
// bytes of pickle can ask for any number of repetitions of one element.
constexpr uint64_t kMostRepeatedBytes = uint64_t{256} << 20;
constexpr char kSingleFile[] = "pytorch_model.bin";
constexpr char kIndexFile[] = "pytorch_model.bin.index.json";
constexpr char kShardBeginning[] = "pytorch_model-", kShardEnd[] = ".bin";
// What trainers keep the weights under, beside their own state.
constexpr const char* kStateKeys[] = {"state_dict", "model_state_dict", "module", "model"};

bool IsContiguous(const PickleTensor& tensor) {
  int64_t expected = 1;
  for (size_t i = tensor.shape.size(); i-- > 0;) {
    if (tensor.shape[i] == 0) return true;  // no elements
    if (tensor.shape[i] != 1 && tensor.strides[i] != expected) return false;
    expected *= tensor.shape[i];
  }
  return true;
}

// Copies the elements in row-major order.
void Gather(const PickleTensor& tensor, const char* storage, size_t element_bytes, char* out) {
  std::vector<int64_t> index(tensor.shape.size(), 0);
  int64_t at = tensor.offset;
  const int64_t count = NumElements(tensor.shape);
  for (int64_t i = 0; i < count; ++i) {
    std::memcpy(out + static_cast<size_t>(i) * element_bytes,
                storage + static_cast<size_t>(at) * element_bytes, element_bytes);
    for (size_t d = index.size(); d-- > 0;) {
      at += tensor.strides[d];
      if (++index[d] < tensor.shape[d]) break;
      at -= tensor.strides[d] * tensor.shape[d];
      index[d] = 0;
    }
  }
}

class TorchTensors : public TensorSource {
 public:
  TorchTensors(std::shared_ptr<const TorchFile> file, std::string where)
      : file_(std::move(file)), where_(std::move(where)) {}

  void Add(TensorView tensor) {
    names_.push_back(tensor.name);
    tensors_.emplace(names_.back(), std::move(tensor));
  }
  std::vector<std::vector<char>>* copies() { return &copies_; }
  void SetFile(const MappedFile* file) { mapped_ = file; }

  const std::vector<std::string>& Names() const override { return names_; }
  bool Has(const std::string& name) const override { return tensors_.count(name) != 0; }
  TensorView Get(const std::string& name) const override {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) {
      ThrowBadInput(where_, ": expected a tensor ", Printable(name), ", found none of this name");
    }
    return found->second;
  }
  void Drop(const TensorView& tensor) const override {
    if (mapped_ == nullptr) return;
    const auto address = reinterpret_cast<uintptr_t>(tensor.data);
    const auto begin = reinterpret_cast<uintptr_t>(mapped_->data());
    if (address < begin || address - begin >= mapped_->size()) return;  // a copy
    mapped_->Drop(address - begin, tensor.bytes());
  }
  const std::string& Where() const override { return where_; }

 private:
  std::shared_ptr<const TorchFile> file_;
  const MappedFile* mapped_ = nullptr;
  std::string where_;
  std::vector<std::vector<char>> copies_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, TensorView> tensors_;
};

}  // namespace

TorchFile::TorchFile(std::unique_ptr<MappedFile> file, std::string_view bytes, std::string where,
                     PickleGlobals globals)
    : file_(std::move(file)), bytes_(bytes), where_(std::move(where)) {
  entries_ = ParseTorchZip(bytes_, where_);
  const auto pickle = entries_.find("data.pkl");
  if (pickle == entries_.end()) ThrowBadInput(where_, ": ZIP entry data.pkl is missing");
  pickle_ = Pickle::Parse(pickle->second, where_, globals);
  if (!std::holds_alternative<PickleDict>(pickle_.root())) {
    ThrowBadInput(where_, ": expected a dict, found ", Describe(pickle_.root()));
  }
  // torch.load reads every storage, wanted or not; so a broken one anywhere is an error.
  for (const PickleStorage& storage : pickle_.storages()) {
    const auto entry = entries_.find("data/" + storage.key);
    if (entry == entries_.end()) {
      ThrowBadInput(where_, ": ZIP entry data/", Printable(storage.key), " is missing");
    }
    const uint64_t wanted = static_cast<uint64_t>(storage.elements) * DTypeBytes(storage.dtype);
    if (entry->second.size() != wanted) {
      ThrowBadInput(where_, ": ZIP entry data/", Printable(storage.key), ": expected ", wanted,
                    " bytes, found ", entry->second.size());
    }
  }
}

std::shared_ptr<const TorchFile> TorchFile::Open(const std::string& path, PickleGlobals globals) {
  auto file = std::make_unique<MappedFile>(path);
  const std::string_view bytes = file->bytes();
  RefuseText(bytes, path);
  return std::shared_ptr<const TorchFile>(
      new TorchFile(std::move(file), bytes, Printable(path, kLongestPath), globals));
}

std::shared_ptr<const TorchFile> TorchFile::Parse(std::string_view bytes, const std::string& where,
                                                  PickleGlobals globals) {
  return std::shared_ptr<const TorchFile>(new TorchFile(nullptr, bytes, where, globals));
}

const PickleValue* TorchFile::Find(const std::string& key) const {
  const PickleValue* value = &pickle_.root();
  for (size_t begin = 0; begin < key.size();) {
    const size_t end = std::min(key.find('/', begin), key.size());
    const auto* dict = std::get_if<PickleDict>(value);
    if (dict == nullptr) return nullptr;
    value = pickle_.Find(*dict, key.substr(begin, end - begin));
    if (value == nullptr) return nullptr;
    begin = end + 1;
  }
  return value;
}

bool TorchFile::IsDict(const std::string& key) const {
  const PickleValue* value = Find(key);
  return value != nullptr && std::holds_alternative<PickleDict>(*value);
}

std::optional<std::string> TorchFile::String(const std::string& key) const {
  const PickleValue* value = Find(key);
  if (value == nullptr) return std::nullopt;
  const auto* text = std::get_if<std::string>(value);
  if (text == nullptr) {
    ThrowBadInput(where_, ": ", key, ": expected a string, found ", Describe(*value));
  }
  return *text;
}

const PickleDict& TorchFile::DictAt(const std::string& key) const {
  const PickleValue* value = Find(key);
  if (value == nullptr) ThrowBadInput(where_, ": expected a dict ", key, ", found none");
  const auto* dict = std::get_if<PickleDict>(value);
  if (dict == nullptr) {
    ThrowBadInput(where_, ": ", key, ": expected a dict, found ", Describe(*value));
  }
  return *dict;
}

std::vector<std::string> TorchFile::Keys(const std::string& key) const {
  std::vector<std::string> keys;
  for (const auto& [name, value] : DictAt(key).items) {
    if (const auto* text = std::get_if<std::string>(&pickle_.at(name))) keys.push_back(*text);
  }
  return keys;
}

TensorView TorchFile::View(const std::string& name, const PickleTensor& tensor,
                           std::vector<std::vector<char>>* copies) const {
  const std::string_view storage = entries_.find("data/" + tensor.storage.key)->second;
  const size_t element_bytes = DTypeBytes(tensor.storage.dtype);
  TensorView view = {name, tensor.storage.dtype, tensor.shape, nullptr};
  if (IsContiguous(tensor)) {
    view.data = storage.data() + static_cast<size_t>(tensor.offset) * element_bytes;
    return view;
  }
  uint64_t copied = view.bytes();
  for (const std::vector<char>& copy : *copies) copied += copy.size();
  if (copied > bytes_.size() + kMostRepeatedBytes) {
    ThrowBadInput(where_, ": tensor ", Printable(name), " of shape ", ToString(tensor.shape),
                  " repeats its storage too often");
  }
  copies->emplace_back(view.bytes());
  Gather(tensor, storage.data(), element_bytes, copies->back().data());
  view.data = copies->back().data();
  return view;
}

std::unique_ptr<TensorSource> OpenTorchTensors(std::shared_ptr<const TorchFile> file,
                                               const std::string& key) {
  auto tensors = std::make_unique<TorchTensors>(file, file->where_);
  tensors->SetFile(file->file_.get());
  for (const auto& [name, value] : file->DictAt(key).items) {
    const auto* text = std::get_if<std::string>(&file->pickle_.at(name));
    const auto* tensor = std::get_if<PickleTensor>(&file->pickle_.at(value));
    if (text == nullptr || tensor == nullptr) continue;
    tensors->Add(file->View(*text, *tensor, tensors->copies()));
  }
  return tensors;
}

bool HasTorchDirectory(const std::string& directory) {
  return EntryExists(directory + "/" + kSingleFile) || EntryExists(directory + "/" + kIndexFile) ||
         !FindShards(directory, kShardBeginning, kShardEnd).empty();
}

std::unique_ptr<TensorSource> OpenTorchDirectory(const std::string& directory) {
  const auto open = [](const std::string& path) {
    const std::shared_ptr<const TorchFile> file = TorchFile::Open(path);
    for (const char* key : kStateKeys) {
      if (file->IsDict(key)) return OpenTorchTensors(file, key);
    }
    return OpenTorchTensors(file, "");
  };
  if (EntryExists(directory + "/" + kSingleFile)) return open(directory + "/" + kSingleFile);
  if (EntryExists(directory + "/" + kIndexFile)) return OpenShards(directory, kIndexFile, open);
  const auto shards = FindShards(directory, kShardBeginning, kShardEnd);
  if (!shards.empty()) return OpenShardFiles(directory, shards, open);
  ThrowBadInput(Printable(directory, kLongestPath), ": expected ", kSingleFile, " or ", kIndexFile,
                ", found neither");
}

}  // namespace musicgen::checkpoint
