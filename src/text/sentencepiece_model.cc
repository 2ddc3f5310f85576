// sentencepiece_model.proto, as far as a unigram tokenizer needs it.
#include <cmath>

#include "base/error.h"
#include "text/protobuf.h"
#include "text/utf8.h"
#include "text/vocabulary.h"

namespace musicgen::text {
namespace {

constexpr size_t kMaxFileBytes = size_t{64} << 20;

// Field numbers.
enum ModelField : uint32_t { kPieces = 1, kTrainerSpec = 2, kNormalizerSpec = 3 };
enum PieceField : uint32_t { kText = 1, kScore = 2, kType = 3 };
enum TrainerField : uint32_t { kModelType = 3 };
enum NormalizerField : uint32_t { kCharsmap = 2 };

enum PieceType : uint64_t {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5
};
constexpr uint64_t kUnigramModel = 1;

Piece ReadPiece(std::string_view bytes, const std::string& where, uint64_t* type) {
  Piece piece;
  *type = kNormal;
  ProtobufReader reader(bytes, where);
  while (reader.Next()) {
    if (reader.field() == kText) piece.text = reader.Bytes();
    if (reader.field() == kScore) piece.score = reader.Float();
    if (reader.field() == kType) *type = reader.Varint();
  }
  return piece;
}

void CheckPiece(const Piece& piece, uint64_t type, size_t id, const std::string& where) {
  if (piece.text.size() > kMaxPieceBytes || piece.text.empty() || !std::isfinite(piece.score) ||
      ReplaceInvalidUtf8(piece.text) != piece.text) {
    ThrowBadInput(where, ": piece ", id, ": expected UTF-8 text of 1 to ", kMaxPieceBytes,
                  " bytes with a finite score, found ", piece.text.size(), " bytes with score ",
                  piece.score);
  }
  if (type < kNormal || type > kUnused) {
    ThrowBadInput(where, ": piece ", id, ": expected a type that T5 uses, found ", type);
  }
}

}  // namespace

Vocabulary ReadSentencePieceModel(std::string_view bytes, const std::string& path,
                                  int64_t extra_ids) {
  if (bytes.size() > kMaxFileBytes) {
    ThrowBadInput(path, ": expected a tokenizer of at most ", kMaxFileBytes, " bytes, found ",
                  bytes.size());
  }
  Vocabulary vocabulary;
  int64_t unknown_id = -1;
  int64_t end_id = -1;
  uint64_t model_type = kUnigramModel;
  bool found_normalizer = false;
  ProtobufReader model(bytes, path);
  while (model.Next()) {
    if (model.field() == kPieces) {
      const size_t id = vocabulary.pieces.size();
      if (id == kMaxPieces)
        ThrowBadInput(path, ": expected at most ", kMaxPieces, " pieces, found more");
      uint64_t type = 0;
      vocabulary.pieces.push_back(ReadPiece(model.Bytes(), path, &type));
      const Piece& piece = vocabulary.pieces.back();
      CheckPiece(piece, type, id, path);
      const bool end = type == kControl && piece.text == "</s>";
      if (type == kUnknown) unknown_id = static_cast<int64_t>(id);
      if (end) end_id = static_cast<int64_t>(id);
      if (type == kUnknown || end || (type == kControl && piece.text == "<pad>")) {
        vocabulary.added_tokens.push_back({piece.text, static_cast<int32_t>(id)});
      }
    } else if (model.field() == kTrainerSpec) {
      ProtobufReader trainer(model.Bytes(), path);
      while (trainer.Next()) {
        if (trainer.field() == kModelType) model_type = trainer.Varint();
      }
    } else if (model.field() == kNormalizerSpec) {
      found_normalizer = true;
      ProtobufReader normalizer(model.Bytes(), path);
      while (normalizer.Next()) {
        if (normalizer.field() == kCharsmap) vocabulary.charsmap = normalizer.Bytes();
      }
    }
  }
  // It follows the pieces: without it the file was cut between two of them.
  if (!found_normalizer) {
    ThrowBadInput(path, ": expected a normalizer_spec behind the pieces, found ",
                  vocabulary.pieces.size(), " pieces alone");
  }
  if (model_type != kUnigramModel) {
    ThrowBadInput(path, ": expected a model of type 1 (unigram), found ", model_type);
  }
  if (unknown_id < 0 || end_id < 0) {
    ThrowBadInput(path, ": expected an unknown piece and the control piece </s>, found ",
                  vocabulary.pieces.size(), " pieces without ",
                  unknown_id < 0 ? "an unknown one" : "</s>");
  }
  vocabulary.unknown_id = static_cast<int32_t>(unknown_id);
  vocabulary.end_id = static_cast<int32_t>(end_id);
  // The Hugging Face conversion makes pieces of the sentinels, too.
  for (int64_t i = extra_ids - 1; i >= 0; --i) {
    const std::string sentinel = StrCat("<extra_id_", i, ">");
    vocabulary.added_tokens.push_back({sentinel, static_cast<int32_t>(vocabulary.pieces.size())});
    vocabulary.pieces.push_back({sentinel, 0});
  }
  return vocabulary;
}

}  // namespace musicgen::text
