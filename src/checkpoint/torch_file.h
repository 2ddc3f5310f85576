// A torch.save file: dicts of strings, numbers and tensors. Nothing in it is ever run.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "checkpoint/pickle.h"
#include "checkpoint/tensor_source.h"
#include "checkpoint/torch_zip.h"

namespace musicgen::checkpoint {

class TorchFile {
 public:
  // Checks the whole file: container, pickle, and that every tensor's storage is there and as
  // long as the pickle says. The root is a dict. Throws Error(kBadInput).
  static std::shared_ptr<const TorchFile> Open(const std::string& path,
                                               PickleGlobals globals = PickleGlobals::kWeights);
  // The same of bytes that outlive the result; `where` names them in messages.
  static std::shared_ptr<const TorchFile> Parse(std::string_view bytes, const std::string& where,
                                                PickleGlobals globals = PickleGlobals::kWeights);

  // What the root holds under `key`, or under "outer/inner": dicts within dicts.
  bool Has(const std::string& key) const { return Find(key) != nullptr; }
  bool IsDict(const std::string& key) const;
  // Nothing when there is no such key. Another type throws.
  std::optional<std::string> String(const std::string& key) const;

  // The value under `key`, or null; other values hang on it (Pickle::at).
  const PickleValue* Find(const std::string& key) const;
  const Pickle& pickle() const { return pickle_; }
  std::string_view bytes() const { return bytes_; }

  // The string keys of the dict under `key` ("" is the root), in the file's order.
  std::vector<std::string> Keys(const std::string& key) const;

  const std::string& where() const { return where_; }

 private:
  friend std::unique_ptr<TensorSource> OpenTorchTensors(std::shared_ptr<const TorchFile> file,
                                                        const std::string& key);
  TorchFile(std::unique_ptr<MappedFile> file, std::string_view bytes, std::string where,
            PickleGlobals globals);

  const PickleDict& DictAt(const std::string& key) const;
  // The tensor's elements, row-major: a view of the file, or of a copy kept in `copies` where
  // strides ask for one.
  TensorView View(const std::string& name, const PickleTensor& tensor,
                  std::vector<std::vector<char>>* copies) const;

  std::unique_ptr<MappedFile> file_;  // null for bytes of someone else
  std::string_view bytes_;
  std::string where_;
  TorchZipEntries entries_;
  Pickle pickle_;
};

// The tensors of the dict under `key` ("" is the root) by their names there; other values are left
// out. Throws Error(kBadInput).
std::unique_ptr<TensorSource> OpenTorchTensors(std::shared_ptr<const TorchFile> file,
                                               const std::string& key);

// pytorch_model.bin, or the shards that pytorch_model.bin.index.json lists or that are there
// without it, of a directory. In a trainer's checkpoint the tensors are those under "state_dict" or
// the like.
std::unique_ptr<TensorSource> OpenTorchDirectory(const std::string& directory);
bool HasTorchDirectory(const std::string& directory);

}  // namespace musicgen::checkpoint
