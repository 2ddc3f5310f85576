// The tiny golden model's transformer, and the columns of codes that its goldens feed.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "checkpoint/config.h"
#include "checkpoint/safetensors.h"
#include "fixtures_directory.h"
#include "golden.h"
#include "lm/transformer.h"
#include "types/codes.h"
#include "types/conditions.h"

namespace musicgen::lm {

// make(config, tensors) of a model of Hugging Face's layout, whose prefix is "decoder.".
template <class Make>
auto WithTinyModel(const std::string& model, const Make& make) {
  const std::string directory = std::string(kFixturesDirectory) + "/" + model;
  const LmConfig config =
      ReadLmConfig(checkpoint::Config::ReadFile(directory + "/config.json").Object("decoder"));
  const auto source = checkpoint::OpenSafetensorsDirectory(directory);
  return make(config, *source);
}

inline std::unique_ptr<Transformer> LoadTinyTransformer(Formats formats = {},
                                                        const std::string& model = "hf-tiny-mono") {
  ThreadPool pool(2);
  return WithTinyModel(model, [&](const LmConfig& config, const checkpoint::TensorSource& from) {
    return std::make_unique<Transformer>(pool, config, from, "decoder.", formats);
  });
}

// Rows of a golden [B, rows, D] batch of conditions.
inline Conditions CrossRows(const std::vector<float>& batch, int64_t item, int64_t stride_rows,
                            int64_t rows, int64_t width) {
  const auto begin = batch.begin() + static_cast<std::ptrdiff_t>(item * stride_rows * width);
  return Conditions::Cross(
      {rows, width, std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(rows * width))});
}

// Conditions made up from a counter, for tests of invariance.
inline Conditions MadeUpConditions(int64_t rows, int64_t width, int salt) {
  ConditionRows cross{rows, width, {}};
  for (int64_t i = 0; i < rows * width; ++i) {
    cross.values.push_back(static_cast<float>((i * 37 + salt * 101) % 199 - 99) / 80.0f);
  }
  return Conditions::Cross(std::move(cross));
}

// The same of codes.
inline Codes MadeUpCodes(const LmConfig& config, int64_t frames) {
  Codes codes(config.codebooks, frames);
  for (size_t i = 0; i < codes.values.size(); ++i) {
    codes.values[i] = static_cast<int32_t>(i * 7919 % static_cast<size_t>(config.codebook_size));
  }
  return codes;
}

inline Codes SliceCodes(const std::vector<int32_t>& batch, int64_t item, int64_t books,
                        int64_t frames) {
  Codes codes(books, frames);
  const auto begin = batch.begin() + static_cast<std::ptrdiff_t>(item * books * frames);
  codes.values.assign(begin, begin + static_cast<std::ptrdiff_t>(books * frames));
  return codes;
}

}  // namespace musicgen::lm
