#include "lora/adapter.h"

#include <array>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/shard_index.h"
#include "checkpoint/torch_file.h"
#include "model/wrapped_names.h"

namespace musicgen::lora {
namespace {

namespace fs = std::filesystem;
using checkpoint::EntryExists;
using checkpoint::TensorSource;

constexpr char kConfigName[] = "adapter_config.json";
constexpr const char* kWeightNames[] = {"adapter_model.safetensors", "adapter_model.bin"};
constexpr size_t kLongestPath = 1000;  // in messages
constexpr std::string_view kWrapped = "base_model.model.";

// "decoder.lm_heads.0.lora_A.weight" is a module's path and the part of its adapter.
enum class Part { kA, kB, kEmbeddingA, kEmbeddingB, kMagnitude, kShift, kWhole };
struct Place {
  std::string module;
  Part part;
};

// The parts' names, with ".weight" behind them, and ".<name of the adapter>" where a training
// script saved them itself.
constexpr std::array<std::pair<std::string_view, Part>, 5> kParts = {
    {{".lora_A", Part::kA},
     {".lora_B", Part::kB},
     {".lora_embedding_A", Part::kEmbeddingA},
     {".lora_embedding_B", Part::kEmbeddingB},
     {".lora_magnitude_vector", Part::kMagnitude}}};

std::optional<Place> PlaceOf(const std::string& name) {
  for (const auto& [mark, part] : kParts) {
    const size_t at = name.rfind(mark);
    if (at == name.npos) continue;
    std::string_view rest = std::string_view(name).substr(at + mark.size());
    if (!rest.empty() && rest.front() != '.') continue;
    if (part == Part::kB && rest.ends_with(".bias")) return Place{name.substr(0, at), Part::kShift};
    if (rest.ends_with(".weight")) rest.remove_suffix(std::string_view(".weight").size());
    if (rest.find('.', 1) != rest.npos) continue;
    return Place{name.substr(0, at), part};
  }
  if (name.find(".lora_") != name.npos) return std::nullopt;
  return Place{name, Part::kWhole};
}

std::string WithoutBaseLayer(std::string name) {
  constexpr std::string_view kBase = ".base_layer.";
  if (const size_t at = name.rfind(kBase); at != name.npos) name.erase(at, kBase.size() - 1);
  return name;
}

bool IsFloat(DType dtype) {
  return dtype == DType::kF32 || dtype == DType::kF16 || dtype == DType::kBF16 ||
         dtype == DType::kF64;
}

std::string WeightsOf(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return path;
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    found.push_back(entry.path().filename().string());
    if (found.size() == 1000) break;
  }
  for (const char* name : kWeightNames) {
    if (std::string file = (fs::path(path) / name).string(); EntryExists(file)) return file;
  }
  ThrowBadInput(Printable(path, kLongestPath), ": expected a LoRA adapter, ", kConfigName, " with ",
                kWeightNames[0], " or ", kWeightNames[1], ", found ", Listed(found, 4));
}

std::unique_ptr<TensorSource> OpenTensors(const std::string& file) {
  if (file.ends_with(".safetensors")) return checkpoint::OpenSafetensors(file);
  if (file.ends_with(".bin")) {
    return checkpoint::OpenTorchTensors(checkpoint::TorchFile::Open(file), "");
  }
  ThrowBadInput(Printable(file, kLongestPath), ": expected a LoRA adapter: a directory, or its ",
                kWeightNames[0], " or ", kWeightNames[1], ", found another file");
}

}  // namespace

std::shared_ptr<const Adapter> Adapter::Open(const std::string& path) {
  const std::string file = WeightsOf(path);
  const fs::path config = fs::path(file).parent_path() / kConfigName;
  if (!EntryExists(file)) {
    ThrowBadInput(Printable(file, kLongestPath), ": no such LoRA adapter");
  }
  auto tensors = OpenTensors(file);
  if (!EntryExists(config.string())) {
    ThrowBadInput(Printable(file, kLongestPath), ": expected ", kConfigName,
                  " beside a LoRA adapter, found none");
  }
  LoraConfig read = ReadLoraConfig(checkpoint::Config::ReadFile(config.string()));
  return std::shared_ptr<const Adapter>(new Adapter(std::move(read), std::move(tensors)));
}

Adapter::Adapter(LoraConfig config, std::unique_ptr<TensorSource> tensors)
    : config_(std::move(config)), tensors_(std::move(tensors)) {
  for (const std::string& name : tensors_->Names()) Sort(name);
  if (changes_.empty()) ThrowBadInput(Where(), ": expected a LoRA adapter's tensors, found none");
  for (const auto& [tensor, change] : changes_) Check(tensor, change);
}

void Adapter::Sort(const std::string& name) {
  const TensorView view = tensors_->Get(name);
  if (!IsFloat(view.dtype)) {
    ThrowBadInput(Where(), ": tensor ", Printable(name),
                  ": expected floating-point numbers, found ", DTypeName(view.dtype));
  }
  std::string inner = model::WithoutWrappers(name);
  while (inner.starts_with(kWrapped)) inner.erase(0, kWrapped.size());
  const std::optional<Place> place = PlaceOf(inner);
  if (!place) {
    ThrowBadInput(
        Where(), ": tensor ", Printable(name), ": expected lora_A, lora_B, ",
        "lora_embedding_A, lora_embedding_B or lora_magnitude_vector, found another part");
  }
  const auto put = [&](auto& to) {
    if (!std::empty(to.name)) {
      ThrowBadInput(Where(), ": tensor ", Printable(name), ": found a second time");
    }
    to = view;
  };
  const auto put_new = [&](std::optional<TensorView>& to) { put(to ? *to : to.emplace()); };
  const auto low_rank = [&]() -> LowRank& {
    std::optional<LowRank>& all = changes_[place->module + ".weight"].low_rank;
    if (!all) {
      all.emplace();
      all->scale = config_.ScaleOf(place->module);
    }
    return *all;
  };
  switch (place->part) {
    case Part::kA:
      return put(low_rank().a);
    case Part::kB:
      return put(low_rank().b);
    case Part::kEmbeddingA:
      low_rank().embedding = true;
      return put(low_rank().a);
    case Part::kEmbeddingB:
      low_rank().embedding = true;
      return put(low_rank().b);
    case Part::kMagnitude:
      return put_new(low_rank().magnitude);
    case Part::kShift: {
      Change& change = changes_[place->module + ".bias"];
      change.shift_scale = config_.ScaleOf(place->module);
      return put_new(change.shift);
    }
    case Part::kWhole:
      return put_new(changes_[WithoutBaseLayer(place->module)].whole);
  }
}

void Adapter::Check(const std::string& tensor, const Change& change) const {
  if (!change.low_rank) return;
  const auto& [a, b, embedding, scale, magnitude] = *change.low_rank;
  const std::string module = tensor.substr(0, tensor.rfind('.'));
  for (const auto& [view, part] : {std::pair{&a, "A"}, {&b, "B"}}) {
    if (view->name.empty()) {
      ThrowBadInput(Where(), ": ", Printable(module), ": expected both matrices of LoRA, found no ",
                    part);
    }
    if (view->shape.size() != 2) {
      ThrowBadInput(Where(), ": tensor ", Printable(view->name), ": expected a matrix, found ",
                    ToString(view->shape));
    }
  }
  const int64_t rank = config_.RankOf(module);
  if (a.shape[0] != rank || b.shape[1] != rank) {
    ThrowBadInput(Where(), ": ", Printable(module), ": expected rank ", rank,
                  " as its configuration says, found A ", ToString(a.shape), " and B ",
                  ToString(b.shape));
  }
  if (config_.dora != magnitude.has_value()) {
    ThrowBadInput(Where(), ": ", Printable(module), ": expected ",
                  config_.dora ? "a lora_magnitude_vector" : "no lora_magnitude_vector",
                  " as use_dora says, found ", config_.dora ? "none" : "one");
  }
}

}  // namespace musicgen::lora
