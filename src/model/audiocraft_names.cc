#include "model/audiocraft_names.h"

#include <vector>

namespace musicgen::model {
namespace {

// '#' stands for a number, '*' at the end for anything, and "?_proj" for the three projections.
struct Pair {
  std::string_view audiocraft, hugging_face;
};

constexpr Pair kLm[] = {
    {"emb.#.weight", "decoder.model.decoder.embed_tokens.#.weight"},
    {"linears.#.weight", "decoder.lm_heads.#.weight"},
    {"out_norm.*", "decoder.model.decoder.layer_norm.*"},
    {"transformer.layers.#.norm1.*", "decoder.model.decoder.layers.#.self_attn_layer_norm.*"},
    {"transformer.layers.#.self_attn.in_proj_weight",
     "decoder.model.decoder.layers.#.self_attn.?_proj.weight"},
    {"transformer.layers.#.self_attn.out_proj.weight",
     "decoder.model.decoder.layers.#.self_attn.out_proj.weight"},
    {"transformer.layers.#.norm_cross.*",
     "decoder.model.decoder.layers.#.encoder_attn_layer_norm.*"},
    {"transformer.layers.#.cross_attention.in_proj_weight",
     "decoder.model.decoder.layers.#.encoder_attn.?_proj.weight"},
    {"transformer.layers.#.cross_attention.out_proj.weight",
     "decoder.model.decoder.layers.#.encoder_attn.out_proj.weight"},
    {"transformer.layers.#.norm2.*", "decoder.model.decoder.layers.#.final_layer_norm.*"},
    {"transformer.layers.#.linear1.weight", "decoder.model.decoder.layers.#.fc1.weight"},
    {"transformer.layers.#.linear2.weight", "decoder.model.decoder.layers.#.fc2.weight"},
    {"condition_provider.conditioners.description.output_proj.*", "enc_to_dec_proj.*"},
    {"condition_provider.conditioners.self_wav.output_proj.*", "audio_enc_to_dec_proj.*"},
    // Of style models; its attention stays in one piece.
    {"condition_provider.conditioners.self_wav.embed.*", "style_encoder.embed.*"},
    {"condition_provider.conditioners.self_wav.transformer.*", "style_encoder.transformer.*"},
    {"condition_provider.conditioners.self_wav.batch_norm.*", "style_encoder.batch_norm.*"},
    {"condition_provider.conditioners.self_wav.rvq.*", "style_encoder.rvq.*"},
    // Where the plain attention module was trained.
    {"transformer.layers.#.self_attn.mha.in_proj_weight",
     "decoder.model.decoder.layers.#.self_attn.?_proj.weight"},
    {"transformer.layers.#.self_attn.mha.out_proj.weight",
     "decoder.model.decoder.layers.#.self_attn.out_proj.weight"},
    {"transformer.layers.#.cross_attention.mha.in_proj_weight",
     "decoder.model.decoder.layers.#.encoder_attn.?_proj.weight"},
    {"transformer.layers.#.cross_attention.mha.out_proj.weight",
     "decoder.model.decoder.layers.#.encoder_attn.out_proj.weight"},
};

// audiocraft.cpp, tools/convert_musicgen_lm.py.
constexpr Pair kGguf[] = {
    {"lm.emb.#.weight", "decoder.model.decoder.embed_tokens.#.weight"},
    {"lm.head.#.weight", "decoder.lm_heads.#.weight"},
    {"lm.out_norm.*", "decoder.model.decoder.layer_norm.*"},
    {"lm.cond_proj.*", "enc_to_dec_proj.*"},
    {"lm.#.norm1.*", "decoder.model.decoder.layers.#.self_attn_layer_norm.*"},
    {"lm.#.self.qkv.weight", "decoder.model.decoder.layers.#.self_attn.?_proj.weight"},
    {"lm.#.self.out.weight", "decoder.model.decoder.layers.#.self_attn.out_proj.weight"},
    {"lm.#.norm_cross.*", "decoder.model.decoder.layers.#.encoder_attn_layer_norm.*"},
    {"lm.#.cross.q.weight", "decoder.model.decoder.layers.#.encoder_attn.q_proj.weight"},
    {"lm.#.cross.kv.weight", "decoder.model.decoder.layers.#.encoder_attn.?_proj.weight"},
    {"lm.#.cross.out.weight", "decoder.model.decoder.layers.#.encoder_attn.out_proj.weight"},
    {"lm.#.norm2.*", "decoder.model.decoder.layers.#.final_layer_norm.*"},
    {"lm.#.ff.0.weight", "decoder.model.decoder.layers.#.fc1.weight"},
    {"lm.#.ff.2.weight", "decoder.model.decoder.layers.#.fc2.weight"},
};

// Transposed convolutions have the same name as others in the Hugging Face layout: which one a
// layer is must come from elsewhere on the way back.
constexpr Pair kCodec[] = {
    {"encoder.model.#.conv.conv.*", "encoder.layers.#.conv.*"},
    {"encoder.model.#.block.#.conv.conv.*", "encoder.layers.#.block.#.conv.*"},
    {"encoder.model.#.shortcut.conv.conv.*", "encoder.layers.#.shortcut.conv.*"},
    {"encoder.model.#.lstm.*", "encoder.layers.#.lstm.*"},
    {"decoder.model.#.convtr.convtr.*", "decoder.layers.#.conv.*"},
    {"decoder.model.#.conv.conv.*", "decoder.layers.#.conv.*"},
    {"decoder.model.#.block.#.conv.conv.*", "decoder.layers.#.block.#.conv.*"},
    {"decoder.model.#.shortcut.conv.conv.*", "decoder.layers.#.shortcut.conv.*"},
    {"decoder.model.#.lstm.*", "decoder.layers.#.lstm.*"},
    {"quantizer.vq.layers.#._codebook.*", "quantizer.layers.#.codebook.*"},
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// What the marks of `pattern` stand for in `name`, one after another; nothing when it does not fit.
// The q, k or v of a split tensor is not kept.
std::optional<std::vector<std::string_view>> Match(std::string_view pattern,
                                                   std::string_view name) {
  std::vector<std::string_view> parts;
  size_t at = 0;
  for (const char mark : pattern) {
    if (mark == '*') {
      parts.push_back(name.substr(at));
      return parts;
    }
    if (at >= name.size()) return std::nullopt;
    if (mark == '#') {
      const size_t begin = at;
      while (at < name.size() && IsDigit(name[at])) ++at;
      if (at == begin) return std::nullopt;
      parts.push_back(name.substr(begin, at - begin));
    } else if (mark == kSplitMark) {
      const char c = name[at++];
      if (c != 'q' && c != 'k' && c != 'v') return std::nullopt;
    } else if (name[at++] != mark) {
      return std::nullopt;
    }
  }
  if (at != name.size()) return std::nullopt;
  return parts;
}

std::string Fill(std::string_view pattern, const std::vector<std::string_view>& parts) {
  std::string name;
  size_t part = 0;
  for (const char mark : pattern) {
    if (mark == '#' || mark == '*') {
      name += parts[part++];
    } else {
      name += mark;
    }
  }
  return name;
}

template <size_t n>
std::optional<std::string> Translate(const Pair (&pairs)[n], std::string_view Pair::*from,
                                     std::string_view Pair::*to, std::string_view name) {
  for (const Pair& pair : pairs) {
    if (const auto parts = Match(pair.*from, name)) return Fill(pair.*to, *parts);
  }
  return std::nullopt;
}

}  // namespace

std::optional<LmName> LmNameFromAudioCraft(std::string_view name) {
  std::optional<std::string> found = Translate(kLm, &Pair::audiocraft, &Pair::hugging_face, name);
  if (!found) return std::nullopt;
  const bool split = found->find(kSplitMark) != std::string::npos;
  return LmName{std::move(*found), split};
}

std::optional<LmName> LmNameToAudioCraft(std::string_view name) {
  std::optional<std::string> found = Translate(kLm, &Pair::hugging_face, &Pair::audiocraft, name);
  if (!found) return std::nullopt;
  const bool split = found->ends_with("in_proj_weight") && !name.ends_with("in_proj_weight");
  return LmName{std::move(*found), split};
}

std::vector<std::string> LmNamesFromGguf(std::string_view name) {
  const std::optional<std::string> found =
      Translate(kGguf, &Pair::audiocraft, &Pair::hugging_face, name);
  if (!found) return {};
  const size_t mark = found->find(kSplitMark);
  if (mark == std::string::npos) return {*found};
  std::vector<std::string> names;
  for (const char projection : std::string_view(name.ends_with(".kv.weight") ? "kv" : "qkv")) {
    names.push_back(*found);
    names.back()[mark] = projection;
  }
  return names;
}

std::optional<std::string> CodecNameFromAudioCraft(std::string_view name) {
  return Translate(kCodec, &Pair::audiocraft, &Pair::hugging_face, name);
}

std::optional<std::string> CodecNameToAudioCraft(std::string_view name) {
  return Translate(kCodec, &Pair::hugging_face, &Pair::audiocraft, name);
}

}  // namespace musicgen::model
