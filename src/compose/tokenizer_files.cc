#include "compose/tokenizer_files.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "base/write_whole.h"
#include "checkpoint/json.h"
#include "compose/charsmap_writer.h"
#include "compose/pieces.h"
#include "text/protobuf_writer.h"

namespace musicgen::compose {
namespace {

using checkpoint::QuoteJson;
using text::ProtobufWriter;

// sentencepiece_model.proto
std::string ModelProto(const std::vector<TokenizerPiece>& pieces, std::string_view charsmap) {
  constexpr uint64_t kUnigram = 1, kNone = ~uint64_t{0};
  ProtobufWriter model;
  for (const TokenizerPiece& piece : pieces) {
    ProtobufWriter one;
    one.Bytes(1, piece.text);
    one.Float(2, piece.score);
    one.Varint(3, static_cast<uint64_t>(piece.kind));
    model.Bytes(1, one.bytes());
  }
  ProtobufWriter trainer;
  trainer.Varint(3, kUnigram);
  trainer.Varint(4, pieces.size());
  trainer.Varint(40, 2);      // unk_id
  trainer.Varint(41, kNone);  // bos_id
  trainer.Varint(42, 1);      // eos_id
  trainer.Varint(43, 0);      // pad_id
  model.Bytes(2, trainer.bytes());
  ProtobufWriter normalizer;
  normalizer.Bytes(1, "musicgen_demo");
  normalizer.Bytes(2, charsmap);
  for (const uint32_t flag : {3, 4, 5}) normalizer.Varint(flag, 1);  // as T5's
  model.Bytes(3, normalizer.bytes());
  return model.bytes();
}

std::string Base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - at);
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0u);
    }
    for (size_t i = 0; i < 4; ++i) {
      text += i <= count ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
    }
  }
  return text;
}

std::string Sentinel(int i) { return StrCat("<extra_id_", i, ">"); }

std::string AddedToken(size_t id, const std::string& text) {
  return StrCat(R"({"id":)", id, R"(,"content":)", QuoteJson(text),
                R"(,"single_word":false,"lstrip":false,"rstrip":false,"normalized":false,)",
                R"("special":true})");
}

constexpr char kMetaspace[] =
    R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true})";

// As the Hugging Face tokenizers library writes T5's.
std::string TokenizerJson(const std::vector<TokenizerPiece>& pieces, std::string_view charsmap) {
  std::string added, vocab;
  for (size_t id = 0; id < pieces.size(); ++id) {
    if (pieces[id].kind != PieceKind::kNormal) added += AddedToken(id, pieces[id].text) + ",";
    vocab += StrCat("[", QuoteJson(pieces[id].text), ",", pieces[id].score, ".0],\n");
  }
  for (int i = kSentinels - 1; i >= 0; --i) {
    const size_t id = pieces.size() + static_cast<size_t>(kSentinels - 1 - i);
    added += AddedToken(id, Sentinel(i)) + (i > 0 ? "," : "");
    vocab += StrCat("[", QuoteJson(Sentinel(i)), ",0.0]", i > 0 ? ",\n" : "");
  }
  constexpr char kEnd[] = R"({"SpecialToken":{"id":"</s>","type_id":0}})";
  return StrCat(
      R"({"version":"1.0","truncation":null,"padding":null,"added_tokens":[)", added,
      R"(],"normalizer":{"type":"Precompiled","precompiled_charsmap":")", Base64(charsmap),
      R"("},"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},)",
      kMetaspace, R"(]},"post_processor":{"type":"TemplateProcessing",)",
      R"("single":[{"Sequence":{"id":"A","type_id":0}},)", kEnd,
      R"(],"pair":[{"Sequence":{"id":"A","type_id":0}},)", kEnd,
      R"(,{"Sequence":{"id":"B","type_id":0}},)", kEnd,
      R"(],"special_tokens":{"</s>":{"id":"</s>","ids":[1],"tokens":["</s>"]}}},"decoder":)",
      kMetaspace, R"(,"model":{"type":"Unigram","unk_id":2,"vocab":[)", vocab,
      R"(],"byte_fallback":false}})", "\n");
}

std::string SpecialTokens() {
  std::string sentinels;
  for (int i = 0; i < kSentinels; ++i) {
    sentinels += StrCat(i > 0 ? "," : "", QuoteJson(Sentinel(i)));
  }
  return StrCat(R"("eos_token":"</s>","pad_token":"<pad>","unk_token":"<unk>",)",
                R"("additional_special_tokens":[)", sentinels, "]");
}

}  // namespace

void WriteTokenizerFiles(const std::string& folder) {
  const std::vector<TokenizerPiece> pieces = TokenizerPieces();
  MG_CHECK_EQ(static_cast<int>(pieces.size()) + kSentinels, kTokenizerPieces);
  const std::string charsmap = CharsmapBytes(TokenizerReplacements());
  WriteWhole(folder + "/spiece.model", ModelProto(pieces, charsmap));
  WriteWhole(folder + "/tokenizer.json", TokenizerJson(pieces, charsmap));
  WriteWhole(folder + "/tokenizer_config.json",
             StrCat(R"({"tokenizer_class":"T5Tokenizer","extra_ids":)", kSentinels,
                    R"(,"model_max_length":512,)", SpecialTokens(), "}\n"));
  WriteWhole(folder + "/special_tokens_map.json", StrCat("{", SpecialTokens(), "}\n"));
}

}  // namespace musicgen::compose
