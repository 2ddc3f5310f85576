// Which files of a repository make a model: never all of them, since most hold the same weights in
// several forms.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hub/listing.h"

namespace musicgen::hub {

enum class Form { kAuto, kSafetensors, kTorch, kAudioCraft, kGguf, kAdapter, kDemucs };

struct ChoiceOptions {
  Form form = Form::kAuto;
  std::string precision = "auto";     // of GGUF files: f32, f16, bf16, q8 or q4
  std::vector<std::string> patterns;  // when not empty, the files that match one, and no others
};

struct Choice {
  Form form = Form::kAuto;              // kAuto: patterns chose
  std::vector<ListedFile> files;        // small ones first
  std::vector<std::string> absent;      // small files that others may look for, not in the listing
  std::vector<std::string> companions;  // names of the stages that the files only name: t5-base, …
  std::string gguf;                     // the GGUF file, which then is the model

  uint64_t bytes() const;
};

// Whether it is not one of the small files beside the weights.
bool IsWeight(const ListedFile& file);

// safetensors (one file, else shards); else the smaller of pytorch_model.bin (or its shards) and
// AudioCraft's pair with the T5 it needs; else a GGUF file; else a LoRA adapter; else an HT-Demucs,
// the one that is published as htdemucs. Beside them the
// small files: configs, tokenizer, model card. Throws Error(kBadInput) naming `id` when the listing
// holds no such form.
Choice ChooseFiles(const Listing& listing, const ChoiceOptions& options, const std::string& id);

enum class Role { kModel, kTextEncoder, kCodec, kStyleEncoder, kAdapter, kDemucs };
// What a folder of the cache holds of this role, where nothing of it is missing in some form: the
// folder, or its GGUF file of that precision.
std::optional<std::string> WholeModel(const std::string& folder, Role role,
                                      const std::string& precision);

// Of a GGUF file's name, the precision it speaks of: "q8" of "model-Q8_0.gguf"; else empty.
std::string PrecisionInName(std::string name);

}  // namespace musicgen::hub
