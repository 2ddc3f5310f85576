// Codes, chroma, styles and logits as safetensors.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "musicgen/chroma.hpp"
#include "musicgen/codes.hpp"
#include "musicgen/handle_values.hpp"
#include "musicgen/score.hpp"
#include "musicgen/style.hpp"

namespace musicgen {

// One tensor `codes`, I64 [B, K, T]; all of one shape.
inline std::vector<Codes> ReadCodes(const std::string& path, CodesInfo* info = nullptr) {
  detail::CodesFileHandle file;
  detail::Check(mg_codes_file_read(path.c_str(), file.out()));
  std::vector<Codes> samples;
  for (size_t i = 0; i < mg_codes_file_count(file.get()); ++i) {
    detail::CodesHandle codes;
    detail::Check(mg_codes_file_get(file.get(), i, codes.out()));
    samples.push_back(detail::FromHandle(codes));
  }
  if (info != nullptr) {
    *info = {mg_codes_file_frame_rate_hz(file.get()), mg_codes_file_sample_rate_hz(file.get()),
             mg_codes_file_codebook_size(file.get())};
  }
  return samples;
}

inline void WriteCodes(const std::string& path, std::span<const Codes> codes,
                       const CodesInfo& info) {
  std::vector<detail::CodesHandle> handles;
  for (const Codes& sample : codes) handles.push_back(detail::ToHandle(sample));
  detail::Check(mg_codes_write(path.c_str(), detail::Raw(handles).data(), handles.size(),
                               info.frame_rate_hz, info.sample_rate_hz, info.codebook_size));
}

// One tensor `chroma`, F32 [frames, classes].
inline void WriteChroma(const std::string& path, const Chroma& chroma) {
  detail::CheckSize("chroma", "frames", chroma.frames, "classes", chroma.classes,
                    chroma.values.size());
  detail::ChromaHandle handle;
  detail::Check(mg_chroma_new(chroma.values.data(), chroma.frames, chroma.classes, handle.out()));
  detail::Check(mg_chroma_write(handle.get(), path.c_str()));
}

// `codes`, I64 [eval_q, S], and `condition`, F32 [S, D].
inline void WriteStyle(const std::string& path, const Style& style) {
  detail::CheckSize("style", "vectors", style.vectors, "values", style.width,
                    style.condition.size());
  detail::Check(mg_style_write(path.c_str(), detail::ToHandle(style.codes).get(),
                               style.condition.data(), style.vectors, style.width));
}

// `conditional`, `unconditional`, `guided`, and `style` where there is one, F32 [K, T, V].
inline void WriteLogits(const std::string& path, const ScoreResult& score) {
  detail::CheckSize("logits", "codebooks", score.codebooks, "frames", score.frames,
                    static_cast<size_t>(score.codebooks * score.frames));
  const int64_t rows = score.codebooks * score.frames;
  const auto check = [&](const char* name, const std::vector<float>& values) {
    detail::CheckSize(std::string("logits: ") + name, "predictions", rows, "codes",
                      score.codebook_size, values.size());
  };
  check("conditional", score.conditional);
  check("unconditional", score.unconditional);
  check("guided", score.guided);
  if (!score.style.empty()) {
    check("style", score.style);
    detail::Check(mg_logits_write_with_style(
        path.c_str(), score.conditional.data(), score.style.data(), score.unconditional.data(),
        score.guided.data(), score.codebooks, score.frames, score.codebook_size));
    return;
  }
  detail::Check(mg_logits_write(path.c_str(), score.conditional.data(), score.unconditional.data(),
                                score.guided.data(), score.codebooks, score.frames,
                                score.codebook_size));
}

}  // namespace musicgen
