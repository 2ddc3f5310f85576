#include "hub/choice.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "base/error.h"

namespace musicgen::hub {
namespace {

constexpr std::string_view kSmallFiles[] = {
    "README.md",      "config.json",           "generation_config.json", "preprocessor_config.json",
    "tokenizer.json", "tokenizer_config.json", "spiece.model",           "special_tokens_map.json"};
constexpr char kState[] = "state_dict.bin", kCodecState[] = "compression_state_dict.bin";
constexpr char kAdapterConfig[] = "adapter_config.json", kAdapterWeights[] = "adapter_model";
constexpr char kPublisher[] = "facebook/";
constexpr char kT5[] = "t5-base", kCodec[] = "facebook/encodec_32khz";
constexpr char kMert[] = "m-a-p/MERT-v1-95M", kStyle[] = "facebook/musicgen-style";
constexpr char kDemucsYaml[] = "htdemucs.yaml", kDemucsSignature[] = "955717e8";
constexpr uint64_t kT5Bytes = 892'000'000;     // of its model.safetensors
constexpr uint64_t kMostPointerBytes = 65536;  // a codec that is only named; real ones have 236 MB
constexpr size_t kMostNamed = 6;
constexpr int kMostShards = 4096;
constexpr size_t kMostLocalFiles = 10000;
// In the order in which `auto` takes them: as in generating, eight bits before all.
constexpr std::string_view kPrecisions[] = {"q8", "f16", "bf16", "f32", "q4"};

std::string Small(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

using Files = std::vector<ListedFile>;

uint64_t Bytes(const Files& files) {
  uint64_t bytes = 0;
  for (const ListedFile& file : files) bytes += file.bytes;
  return bytes;
}

// base + ending, or all of the shards base-0000i-of-0000n + ending with the index that names them;
// an index counts only where every shard is listed. Empty when there are none.
Files OneOrShards(const Listing& listing, const std::string& base, const std::string& ending) {
  if (const ListedFile* whole = FindFile(listing, base + ending)) return {*whole};
  const std::string first = StrCat(base, "-00001-of-%5d", ending);
  for (const ListedFile& file : listing) {
    int total = 0;
    if (std::sscanf(file.path.c_str(), first.c_str(), &total) != 1 || total < 1 ||
        total > kMostShards) {
      continue;
    }
    Files shards;
    for (int i = 1; i <= total; ++i) {
      std::array<char, 32> numbers{};
      std::snprintf(numbers.data(), numbers.size(), "-%05d-of-%05d", i, total);
      const ListedFile* shard = FindFile(listing, StrCat(base, numbers.data(), ending));
      if (shard != nullptr) shards.push_back(*shard);
    }
    if (shards.size() != static_cast<size_t>(total)) continue;
    const ListedFile* index = FindFile(listing, base + ending + ".index.json");
    if (index != nullptr) shards.push_back(*index);
    return shards;
  }
  return {};
}

Files AudioCraftPair(const Listing& listing) {
  const ListedFile *state = FindFile(listing, kState), *codec = FindFile(listing, kCodecState);
  if (state == nullptr || codec == nullptr) return {};
  return {*state, *codec};
}

// The stages that the published AudioCraft files name instead of holding them. What others name is
// known when they are here.
std::vector<std::string> AudioCraftCompanions(const Files& pair, const std::string& id) {
  if (!id.starts_with(kPublisher)) return {};
  std::vector<std::string> companions = {kT5};
  if (pair.back().bytes <= kMostPointerBytes) companions.emplace_back(kCodec);
  if (id == kStyle) companions.emplace_back(kMert);
  return companions;
}

// Files beside a language model's that are other stages, or no model of this kind.
bool IsOtherStage(const std::string& name) {
  const std::string small = Small(name);
  constexpr std::string_view kWords[] = {"t5", "encodec", "vae", "mmproj", "imatrix"};
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return small.find(word) != small.npos; });
}

std::string Names(const Files& files) {
  std::vector<std::string> paths;
  for (const ListedFile& file : files) paths.push_back(file.path);
  return Listed(paths, kMostNamed);
}

const ListedFile* ChooseGguf(const Listing& listing, const std::string& precision,
                             const std::string& id) {
  Files models;
  for (const ListedFile& file : listing) {
    if (Small(file.path).ends_with(".gguf") && !IsOtherStage(file.path)) models.push_back(file);
  }
  if (models.empty()) return nullptr;
  for (const std::string_view wanted : kPrecisions) {
    if (precision != "auto" && precision != wanted) continue;
    Files fitting;
    for (const ListedFile& file : models) {
      if (PrecisionInName(file.path) == wanted) fitting.push_back(file);
    }
    if (fitting.size() > 1) {
      ThrowBadInput(id, ": expected one GGUF file of precision ", wanted, ", found ",
                    Names(fitting), ": name one with --include");
    }
    if (fitting.size() == 1) return FindFile(listing, fitting.front().path);
  }
  if (models.size() == 1 && precision == "auto") return FindFile(listing, models.front().path);
  ThrowBadInput(id, ": expected a GGUF file of precision ",
                precision == "auto" ? "q8, f16, bf16, f32 or q4" : precision, ", found ",
                Names(models));
}

// Those that look like weights, for a message.
Files Weights(const Listing& listing) {
  Files weights;
  for (const ListedFile& file : listing) {
    const std::string small = Small(file.path);
    for (const char* ending : {".safetensors", ".bin", ".gguf", ".th", ".ckpt", ".onnx"}) {
      if (small.ends_with(ending)) weights.push_back(file);
    }
  }
  return weights;
}

Choice ChooseByPattern(const Listing& listing, const std::vector<std::string>& patterns,
                       const std::string& id) {
  Choice choice;
  for (const ListedFile& file : listing) {
    for (std::string pattern : patterns) {
      if (pattern.ends_with("/")) pattern += "*";
      // As the hub's client: a star goes over slashes too.
      if (fnmatch(pattern.c_str(), file.path.c_str(), 0) != 0) continue;
      choice.files.push_back(file);
      if (Small(file.path).ends_with(".gguf")) choice.gguf = file.path;
      break;
    }
  }
  if (choice.files.empty()) {
    ThrowBadInput("--include ", Printable(patterns.front()), ": expected a file of ", id,
                  ", found none that matches among ", Names(listing));
  }
  if (choice.files.size() > 1) choice.gguf.clear();
  return choice;
}

// A LoRA adapter's configuration and weights.
Files Adapter(const Listing& listing) {
  const ListedFile* config = FindFile(listing, kAdapterConfig);
  if (config == nullptr) return {};
  for (const char* ending : {".safetensors", ".bin"}) {
    const ListedFile* weights = FindFile(listing, std::string(kAdapterWeights) + ending);
    if (weights != nullptr) return {*config, *weights};
  }
  return {};
}

bool IsDemucsWeights(const std::string& path) {
  constexpr std::string_view kEnding = ".safetensors";
  return path.size() == 8 + kEnding.size() && path.ends_with(kEnding) &&
         path.find_first_not_of("0123456789abcdef") == 8;
}

// htdemucs.yaml and the tensors that it names, a signature of eight digits. Where several lie
// there, those of the published one; others are models of other names.
Files Demucs(const Listing& listing) {
  const ListedFile* names = FindFile(listing, kDemucsYaml);
  if (names == nullptr) return {};
  const ListedFile* weights = FindFile(listing, std::string(kDemucsSignature) + ".safetensors");
  for (const ListedFile& file : listing) {
    if (weights == nullptr && IsDemucsWeights(file.path)) weights = &file;
  }
  if (weights == nullptr) return {};
  return {*names, *weights};
}

struct Forms {
  Files safetensors, torch, audiocraft, adapter, demucs;
};

Form Best(const Forms& forms) {
  if (!forms.safetensors.empty()) return Form::kSafetensors;
  const bool torch = !forms.torch.empty(), audiocraft = !forms.audiocraft.empty();
  if (torch && audiocraft) {
    return Bytes(forms.audiocraft) + kT5Bytes < Bytes(forms.torch) ? Form::kAudioCraft
                                                                   : Form::kTorch;
  }
  if (torch) return Form::kTorch;
  if (audiocraft) return Form::kAudioCraft;
  if (!forms.adapter.empty()) return Form::kAdapter;
  return forms.demucs.empty() ? Form::kGguf : Form::kDemucs;
}

[[noreturn]] void RefuseForm(const Listing& listing, Form form, const std::string& id) {
  const char* expected =
      form == Form::kSafetensors  ? "model.safetensors or its shards"
      : form == Form::kAudioCraft ? "state_dict.bin and compression_state_dict.bin"
      : form == Form::kGguf       ? "a .gguf file"
      : form == Form::kAdapter    ? "adapter_config.json with adapter_model.safetensors or .bin"
      : form == Form::kDemucs     ? "htdemucs.yaml and the safetensors file that it names"
                                  : "model.safetensors, pytorch_model.bin or the shards of either, "
                                    "state_dict.bin and compression_state_dict.bin, or a .gguf file";
  const Files weights = Weights(listing);
  ThrowBadInput(id, ": expected ", expected, " on the hub, found ",
                Names(weights.empty() ? listing : weights));
}

// What lies in a folder of a cache; links that lead nowhere do not.
Listing FilesIn(const std::string& folder) {
  namespace fs = std::filesystem;
  Listing files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (files.size() == kMostLocalFiles) break;
    if (!fs::is_regular_file(entry.path(), error)) continue;
    files.push_back({entry.path().filename().string(), 0, "", false});
  }
  std::sort(files.begin(), files.end(),
            [](const ListedFile& a, const ListedFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace

uint64_t Choice::bytes() const { return Bytes(files); }

bool IsWeight(const ListedFile& file) {
  return !file.path.ends_with(".json") && std::find(std::begin(kSmallFiles), std::end(kSmallFiles),
                                                    file.path) == std::end(kSmallFiles);
}

std::string PrecisionInName(std::string name) {
  name = Small(std::move(name));
  if (name.ends_with(".gguf")) name.erase(name.size() - 5);
  std::string word;
  const auto known = [&]() -> std::string {
    if (word == "q8" || word == "q8_0") return "q8";
    if (word == "q4" || word == "q4_0") return "q4";
    if (word == "f16" || word == "fp16") return "f16";
    if (word == "f32" || word == "fp32") return "f32";
    return word == "bf16" ? word : "";
  };
  // Words stand between - . and /; the last that is known counts.
  std::string found;
  for (const char c : name + ".") {
    if (c != '-' && c != '.' && c != '/') {
      word += c;
      continue;
    }
    if (!known().empty()) found = known();
    word.clear();
  }
  return found;
}

Choice ChooseFiles(const Listing& listing, const ChoiceOptions& options, const std::string& id) {
  if (!options.patterns.empty()) return ChooseByPattern(listing, options.patterns, id);
  Forms forms = {OneOrShards(listing, "model", ".safetensors"),
                 OneOrShards(listing, "pytorch_model", ".bin"), AudioCraftPair(listing),
                 Adapter(listing), Demucs(listing)};
  // Beside no config.json, weights of these names are another library's.
  if (FindFile(listing, "config.json") == nullptr) forms.safetensors = forms.torch = {};
  Choice choice;
  choice.form = options.form == Form::kAuto ? Best(forms) : options.form;
  Files weights;
  switch (choice.form) {
    case Form::kSafetensors:
      weights = forms.safetensors;
      break;
    case Form::kTorch:
      weights = forms.torch;
      break;
    case Form::kAudioCraft:
      weights = forms.audiocraft;
      if (!weights.empty()) choice.companions = AudioCraftCompanions(weights, id);
      break;
    case Form::kAdapter:
      weights = forms.adapter;
      break;
    case Form::kDemucs:
      weights = forms.demucs;
      break;
    case Form::kAuto:
    case Form::kGguf:
      if (const ListedFile* gguf = ChooseGguf(listing, options.precision, id)) {
        weights = {*gguf};
        choice.gguf = gguf->path;
      }
  }
  if (weights.empty()) RefuseForm(listing, options.form, id);
  for (const std::string_view name : kSmallFiles) {
    if (const ListedFile* file = FindFile(listing, name)) {
      choice.files.push_back(*file);
    } else {
      choice.absent.emplace_back(name);
    }
  }
  choice.files.insert(choice.files.end(), weights.begin(), weights.end());
  return choice;
}

std::optional<std::string> WholeModel(const std::string& folder, Role role,
                                      const std::string& precision) {
  const Listing files = FilesIn(folder);
  const auto has = [&](std::string_view name) { return FindFile(files, name) != nullptr; };
  const bool weights = !OneOrShards(files, "model", ".safetensors").empty() ||
                       !OneOrShards(files, "pytorch_model", ".bin").empty();
  const bool tokenizer = has("tokenizer.json") || has("spiece.model");
  if (role == Role::kAdapter) return Adapter(files).empty() ? std::nullopt : std::optional(folder);
  if (role == Role::kDemucs) return Demucs(files).empty() ? std::nullopt : std::optional(folder);
  const bool speaks = role == Role::kModel || role == Role::kTextEncoder;
  if (has("config.json") && weights && (tokenizer || !speaks)) return folder;
  if (role == Role::kCodec && has(kCodecState)) return folder;
  if (role != Role::kModel) return std::nullopt;
  if (!AudioCraftPair(files).empty()) return folder;
  try {
    const ListedFile* gguf = ChooseGguf(files, precision, folder);
    return gguf == nullptr ? std::nullopt : std::optional(folder + "/" + gguf->path);
  } catch (const Error&) {
    return std::nullopt;  // of another precision, or several
  }
}

}  // namespace musicgen::hub
