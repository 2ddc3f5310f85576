// The tokenizer of the demo's text encoder: a SentencePiece unigram model of 512 pieces for T5, in
// which every word of a caption is one piece.
#pragma once

#include <string>

namespace musicgen::compose {

inline constexpr int kTokenizerPieces = 512;  // <pad> 0, </s> 1, <unk> 2

// Writes tokenizer.json, spiece.model, tokenizer_config.json and special_tokens_map.json into a
// folder that exists. Throws Error(kFailure).
void WriteTokenizerFiles(const std::string& folder);

}  // namespace musicgen::compose
