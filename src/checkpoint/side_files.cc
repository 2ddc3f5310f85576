#include "checkpoint/side_files.h"

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/placeholder.h"
#include "checkpoint/shard_index.h"

namespace musicgen::checkpoint {
namespace {

std::string Copy(std::string_view bytes, const std::string& where) {
  if (bytes.size() > kMostSideFileBytes) {
    ThrowBadInput(Printable(where, 1000), ": expected at most ", kMostSideFileBytes,
                  " bytes, found ", bytes.size());
  }
  return std::string(bytes);
}

class DirectoryFiles : public SideFiles {
 public:
  explicit DirectoryFiles(std::string directory) : directory_(std::move(directory)) {}

  bool Has(const std::string& name) const override { return EntryExists(Where(name)); }
  std::string Read(const std::string& name) const override {
    const MappedFile file(Where(name));
    if (name.ends_with(".json")) RefusePlaceholder(file.bytes(), Where(name));
    if (name.ends_with(".model")) RefuseText(file.bytes(), Where(name));
    return Copy(file.bytes(), Where(name));
  }
  std::string Where(const std::string& name) const override {
    return name.empty() ? directory_ : directory_ + "/" + name;
  }

 private:
  std::string directory_;
};

class GgufFiles : public SideFiles {
 public:
  explicit GgufFiles(std::shared_ptr<const GgufFile> file) : file_(std::move(file)) {}

  bool Has(const std::string& name) const override { return file_->Has(GgufKeyOfFile(name)); }
  std::string Read(const std::string& name) const override {
    const auto bytes = file_->Bytes(GgufKeyOfFile(name));
    if (!bytes) {
      ThrowBadInput(file_->where(), ": expected the metadata ", GgufKeyOfFile(name),
                    ", found none of this key");
    }
    return Copy(*bytes, Where(name));
  }
  std::string Where(const std::string& name) const override {
    return name.empty() ? file_->where() : file_->where() + ": " + GgufKeyOfFile(name);
  }

 private:
  std::shared_ptr<const GgufFile> file_;
};

class OneMore : public SideFiles {
 public:
  OneMore(std::shared_ptr<const SideFiles> files, std::string name, std::string text)
      : files_(std::move(files)), name_(std::move(name)), text_(std::move(text)) {}

  bool Has(const std::string& name) const override { return name == name_ || files_->Has(name); }
  std::string Read(const std::string& name) const override {
    return name == name_ ? text_ : files_->Read(name);
  }
  std::string Where(const std::string& name) const override { return files_->Where(name); }

 private:
  std::shared_ptr<const SideFiles> files_;
  std::string name_, text_;
};

}  // namespace

std::shared_ptr<const SideFiles> FilesOfDirectory(const std::string& directory) {
  return std::make_shared<DirectoryFiles>(directory);
}

std::shared_ptr<const SideFiles> FilesOfGguf(std::shared_ptr<const GgufFile> file) {
  return std::make_shared<GgufFiles>(std::move(file));
}

std::shared_ptr<const SideFiles> WithFile(std::shared_ptr<const SideFiles> files, std::string name,
                                          std::string text) {
  return std::make_shared<OneMore>(std::move(files), std::move(name), std::move(text));
}

std::string GgufKeyOfFile(const std::string& name) {
  return name == "tokenizer.json" ? "tokenizer.huggingface.json" : "musicgen.files." + name;
}

}  // namespace musicgen::checkpoint
