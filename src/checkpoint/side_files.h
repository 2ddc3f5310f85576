// The small files beside a model's tensors: configuration, tokenizer, model card.
#pragma once

#include <memory>
#include <string>

#include "checkpoint/config.h"
#include "checkpoint/gguf_file.h"

namespace musicgen::checkpoint {

inline constexpr size_t kMostSideFileBytes = size_t{64} << 20;

// By their names in the Hugging Face layout ("config.json").
class SideFiles {
 public:
  virtual ~SideFiles() = default;
  virtual bool Has(const std::string& name) const = 0;
  // At most kMostSideFileBytes. Throws Error(kBadInput) when there is no such readable file.
  virtual std::string Read(const std::string& name) const = 0;
  // For messages: the file; or, of an empty name, the directory or container.
  virtual std::string Where(const std::string& name) const = 0;

  Config ReadConfig(const std::string& name) const {
    return Config::Parse(Read(name), Where(name));
  }
};

std::shared_ptr<const SideFiles> FilesOfDirectory(const std::string& directory);

// The same and one more, which takes the place of one of its name.
std::shared_ptr<const SideFiles> WithFile(std::shared_ptr<const SideFiles> files, std::string name,
                                          std::string text);

// Those a GGUF file keeps in its metadata.
std::shared_ptr<const SideFiles> FilesOfGguf(std::shared_ptr<const GgufFile> file);
// The key of a file's content there: tokenizer.huggingface.json for tokenizer.json, as others have
// it, else "musicgen.files." and the name.
std::string GgufKeyOfFile(const std::string& name);

}  // namespace musicgen::checkpoint
