#include "model/demucs_file.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "base/error.h"
#include "checkpoint/config.h"
#include "checkpoint/json.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/torch_file.h"
#include "hub/digest.h"

namespace musicgen::model {
namespace {

using checkpoint::JsonArray;
using checkpoint::JsonObject;
using checkpoint::JsonValue;
using checkpoint::Pickle;
using checkpoint::PickleValue;
using checkpoint::TorchFile;

constexpr char kClass[] = "demucs.htdemucs.HTDemucs";
constexpr size_t kHashDigits = 8;
constexpr int kMostDepth = 8;
constexpr size_t kMostValues = 4096;

[[noreturn]] void RefuseClass(const std::string& where, const std::string& found) {
  ThrowBadInput(where, ": klass: expected ", kClass, ", found ", Printable(found),
                " (other networks of demucs are not supported)");
}

// Arguments as JSON, as demucs' safetensors have them.
class Arguments {
 public:
  Arguments(const Pickle& pickle, const std::string& where) : pickle_(pickle), where_(where) {}

  JsonValue Convert(const PickleValue& value, int depth = 0) {
    if (depth > kMostDepth || ++values_ > kMostValues) {
      ThrowBadInput(where_, ": kwargs: expected the arguments of a network, found more");
    }
    if (std::holds_alternative<std::monostate>(value)) return {};
    if (const auto* flag = std::get_if<bool>(&value)) return {*flag};
    if (const auto* integer = std::get_if<int64_t>(&value)) return {*integer};
    if (const auto* number = std::get_if<double>(&value)) return {*number};
    if (const auto* text = std::get_if<std::string>(&value)) return {*text};
    if (const auto* fraction = std::get_if<checkpoint::PickleFraction>(&value)) {
      return {checkpoint::MakeObject({{"_type", {std::string("fraction")}},
                                      {"denominator", {fraction->denominator}},
                                      {"numerator", {fraction->numerator}}})};
    }
    if (const auto* list = std::get_if<checkpoint::PickleList>(&value)) {
      return Array(list->items, depth);
    }
    if (const auto* tuple = std::get_if<checkpoint::PickleTuple>(&value)) {
      return Array(tuple->items, depth);
    }
    if (const auto* dict = std::get_if<checkpoint::PickleDict>(&value)) {
      std::vector<checkpoint::JsonMember> members;
      for (const auto& [key, item] : dict->items) {
        const auto* name = std::get_if<std::string>(&pickle_.at(key));
        if (name == nullptr) {
          ThrowBadInput(where_, ": kwargs: expected names, found ", Describe(pickle_.at(key)));
        }
        members.push_back({*name, Convert(pickle_.at(item), depth + 1)});
      }
      return {checkpoint::MakeObject(std::move(members))};
    }
    ThrowBadInput(where_, ": kwargs: expected numbers, texts and lists, found ", Describe(value));
  }

 private:
  JsonValue Array(const std::vector<checkpoint::PickleRef>& items, int depth) {
    JsonArray array;
    for (const checkpoint::PickleRef item : items) {
      array.push_back(Convert(pickle_.at(item), depth + 1));
    }
    return {std::move(array)};
  }

  const Pickle& pickle_;
  const std::string& where_;
  size_t values_ = 0;
};

separation::HtDemucsConfig ReadKwargs(const std::string& json, const std::string& where) {
  return separation::ReadHtDemucsConfig(checkpoint::Config::Parse(json, StrCat(where, ": kwargs")));
}

void CheckHash(const std::string& path, const TorchFile& file) {
  const std::string stem = std::filesystem::path(path).stem().string();
  const size_t dash = stem.rfind('-');
  if (dash == stem.npos || stem.size() - dash - 1 != kHashDigits) return;
  std::string wanted = stem.substr(dash + 1);
  if (wanted.find_first_not_of("0123456789abcdef") != wanted.npos) return;
  const std::string found = hub::Sha256Hex(file.bytes());
  if (found.empty() || found.starts_with(wanted)) return;
  ThrowBadInput(file.where(), ": expected a SHA-256 that begins with ", wanted,
                " as the name says, found ", found.substr(0, kHashDigits),
                ": the file is damaged or is another");
}

// A state that holds anything but tensors would lose it in silence.
void CheckState(const TorchFile& file) {
  const PickleValue* state = file.Find("state");
  const auto* dict = state == nullptr ? nullptr : std::get_if<checkpoint::PickleDict>(state);
  if (dict == nullptr) {
    ThrowBadInput(file.where(), ": state: expected a dict of tensors, found ",
                  state == nullptr ? "none" : Describe(*state));
  }
  for (const auto& [key, value] : dict->items) {
    const PickleValue& tensor = file.pickle().at(value);
    if (std::holds_alternative<checkpoint::PickleTensor>(tensor)) continue;
    ThrowBadInput(file.where(), ": state: ", Describe(file.pickle().at(key)),
                  ": expected a tensor, found ", Describe(tensor));
  }
}

}  // namespace

DemucsFile OpenDemucsPackage(const std::string& path) {
  const auto file = TorchFile::Open(path, checkpoint::PickleGlobals::kDemucs);
  CheckHash(path, *file);
  return ReadDemucsPackage(file);
}

DemucsFile ReadDemucsPackage(const std::shared_ptr<const TorchFile>& file) {
  const PickleValue* klass = file->Find("klass");
  const auto* named = klass == nullptr ? nullptr : std::get_if<checkpoint::PickleClass>(klass);
  if (named == nullptr) {
    RefuseClass(file->where(), klass == nullptr ? "none" : Describe(*klass));
  }
  const PickleValue* kwargs = file->Find("kwargs");
  if (kwargs == nullptr || !std::holds_alternative<checkpoint::PickleDict>(*kwargs)) {
    ThrowBadInput(file->where(), ": kwargs: expected a dict, found ",
                  kwargs == nullptr ? "none" : Describe(*kwargs));
  }
  CheckState(*file);
  const JsonValue arguments = Arguments(file->pickle(), file->where()).Convert(*kwargs);
  DemucsFile demucs;
  demucs.config = ReadKwargs(checkpoint::ToJson(arguments), file->where());
  demucs.tensors = OpenTorchTensors(file, "state");
  return demucs;
}

DemucsFile OpenDemucsSafetensors(const std::string& path) {
  std::map<std::string, std::string> metadata;
  DemucsFile demucs;
  demucs.tensors = checkpoint::OpenSafetensors(path, &metadata);
  const std::string& where = demucs.tensors->Where();
  if (!metadata.contains("klass") && !metadata.contains("kwargs")) return demucs;
  if (metadata["klass"] != kClass) RefuseClass(where, metadata["klass"]);
  if (const std::string args = metadata["args"]; !args.empty() && args != "[]") {
    ThrowBadInput(where, ": args: expected an empty list, found ", Printable(args));
  }
  demucs.config = ReadKwargs(metadata.contains("kwargs") ? metadata["kwargs"] : "{}", where);
  return demucs;
}

}  // namespace musicgen::model
