// tokenizer.json of the Hugging Face tokenizers library, restricted to what T5 tokenizers hold.
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/mapped_file.h"
#include "text/utf8.h"
#include "text/vocabulary.h"

namespace musicgen::text {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxFileBytes = size_t{32} << 20;
constexpr int kMaxDepth = 16;

Json ParseFile(const std::string& path) {
  const MappedFile file(path);
  if (file.size() > kMaxFileBytes) {
    ThrowBadInput(path, " has ", file.size(), " bytes, more than the ", kMaxFileBytes,
                  " that a tokenizer may have");
  }
  const auto check_depth = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kMaxDepth) {
      ThrowBadInput(path, " should not nest deeper than ", kMaxDepth, " levels, but does");
    }
    return true;
  };
  try {
    return Json::parse(file.bytes(), check_depth);
  } catch (const Json::exception& e) {
    ThrowBadInput(path, " should be JSON, but the parser says: ", Printable(e.what(), 160));
  }
}

const Json& Member(const Json& object, const char* key, Json::value_t type,
                   const std::string& path) {
  static const Json kNull;
  const auto it = object.is_object() ? object.find(key) : object.end();
  const Json& value = it == object.end() ? kNull : *it;
  const bool fits = value.type() == type || (type == Json::value_t::number_unsigned &&
                                             value.is_number_integer() && value >= 0);
  if (!fits) {
    ThrowBadInput(path, ": '", key, "' should be of type ", Json(type).type_name(),
                  ", but the file holds ", it == object.end() ? "none" : value.type_name());
  }
  return value;
}

std::string Text(const Json& object, const char* key, const std::string& path) {
  return Member(object, key, Json::value_t::string, path).get<std::string>();
}

bool Flag(const Json& object, const char* key, const std::string& path) {
  return object.contains(key) && Member(object, key, Json::value_t::boolean, path).get<bool>();
}

int32_t Id(const Json& object, const char* key, const std::string& path) {
  const Json& id = Member(object, key, Json::value_t::number_unsigned, path);
  if (id >= kMaxPieces) {
    ThrowBadInput(path, ": '", key, "' should be a token id below ", kMaxPieces, ", but is ",
                  id.dump());
  }
  return id.get<int32_t>();
}

std::string DecodeBase64(const std::string& text, const std::string& path) {
  static const std::array<int, 256> kValues = [] {
    std::array<int, 256> values;
    values.fill(-1);
    const std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < digits.size(); ++i) {
      values[static_cast<unsigned char>(digits[i])] = static_cast<int>(i);
    }
    return values;
  }();
  const size_t digits = text.find_last_not_of('=') + 1;  // 0 when there is none
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (size_t i = 0; i < digits; ++i) {
    const int value = kValues[static_cast<unsigned char>(text[i])];
    if (value < 0 || text.size() % 4 != 0 || text.size() - digits > 2) {
      ThrowBadInput(path, ": 'precompiled_charsmap' should be base64, but is not at character ", i);
    }
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xff);
    }
  }
  return out;
}

// The parts of a Sequence, or the one part.
std::vector<Json> Parts(const Json& part, const char* list, const std::string& path) {
  if (Text(part, "type", path) != "Sequence") return {part};
  return Member(part, list, Json::value_t::array, path).get<std::vector<Json>>();
}

// The character map. Later steps of newer conversions (runs of spaces to one, spaces off the end)
// do nothing that cutting at white space does not.
std::string ReadNormalizer(const Json& root, const std::string& path) {
  std::string charsmap;
  if (!root.contains("normalizer") || root["normalizer"].is_null()) return charsmap;
  for (const Json& part : Parts(root["normalizer"], "normalizers", path)) {
    const std::string type = Text(part, "type", path);
    if (type == "Precompiled" && charsmap.empty()) {
      charsmap = DecodeBase64(Text(part, "precompiled_charsmap", path), path);
    } else if (type != "Strip" && type != "Replace") {
      ThrowBadInput(path, ": the normalizer should be one Precompiled step as T5's, but there is ",
                    Printable(type));
    }
  }
  return charsmap;
}

// Whatever the file says in detail, T5 cuts at white space and marks the beginning of each word (the
// T5 class of transformers builds just that); another kind of splitting means another model.
void CheckPreTokenizer(const Json& root, const std::string& path) {
  bool metaspace = false;
  const Json& pre_tokenizer = Member(root, "pre_tokenizer", Json::value_t::object, path);
  for (const Json& part : Parts(pre_tokenizer, "pretokenizers", path)) {
    const std::string type = Text(part, "type", path);
    metaspace = metaspace || type == "Metaspace";
    if (type != "Metaspace" && type != "WhitespaceSplit") metaspace = false;
  }
  if (!metaspace) {
    ThrowBadInput(path, ": the pre-tokenizer should be WhitespaceSplit and Metaspace as T5's, but ",
                  Printable(pre_tokenizer.dump()));
  }
}

void ReadModel(const Json& root, const std::string& path, Vocabulary* vocabulary) {
  const Json& model = Member(root, "model", Json::value_t::object, path);
  // The oldest files leave the type out.
  if (model.contains("type") && Text(model, "type", path) != "Unigram") {
    ThrowBadInput(path, ": the model should be Unigram, but is ",
                  Printable(Text(model, "type", path)));
  }
  if (Flag(model, "byte_fallback", path)) {
    ThrowBadInput(path, ": byte_fallback should be false as T5's, but is true");
  }
  const Json& pieces = Member(model, "vocab", Json::value_t::array, path);
  if (pieces.size() > kMaxPieces) {
    ThrowBadInput(path, " has ", pieces.size(), " pieces, more than ", kMaxPieces);
  }
  for (const Json& pair : pieces) {
    const bool is_pair =
        pair.is_array() && pair.size() == 2 && pair[0].is_string() && pair[1].is_number();
    Piece piece;
    if (is_pair) piece = {pair[0].get<std::string>(), pair[1].get<double>()};
    // nlohmann::json has checked that strings are UTF-8.
    if (!is_pair || piece.text.size() > kMaxPieceBytes || !std::isfinite(piece.score)) {
      ThrowBadInput(path, ": vocabulary entry ", vocabulary->pieces.size(),
                    " should be a text of up to ", kMaxPieceBytes,
                    " bytes and a score, but is ", Printable(pair.dump(), 60));
    }
    vocabulary->pieces.push_back(std::move(piece));
  }
  vocabulary->unknown_id = Id(model, "unk_id", path);
  if (static_cast<size_t>(vocabulary->unknown_id) >= vocabulary->pieces.size()) {
    ThrowBadInput(path, ": unk_id should be one of the ", vocabulary->pieces.size(),
                  " pieces, but is ", vocabulary->unknown_id);
  }
}

void ReadAddedTokens(const Json& root, const std::string& path, Vocabulary* vocabulary) {
  const Json& tokens = Member(root, "added_tokens", Json::value_t::array, path);
  if (tokens.size() > kMaxAddedTokens) {
    ThrowBadInput(path, " has ", tokens.size(), " added tokens, more than ", kMaxAddedTokens);
  }
  bool found_end = false;
  for (const Json& token : tokens) {
    AddedToken added{Text(token, "content", path), Id(token, "id", path),
                     Flag(token, "lstrip", path), Flag(token, "rstrip", path)};
    if (added.text.empty() || added.text.size() > kMaxPieceBytes ||
        Flag(token, "single_word", path) || Flag(token, "normalized", path)) {
      ThrowBadInput(path, ": added token ", added.id,
                    " should be matched literally as T5's are, but is ",
                    Printable(token.dump(), 160));
    }
    if (added.text == "</s>") {
      vocabulary->end_id = added.id;
      found_end = true;
    }
    vocabulary->added_tokens.push_back(std::move(added));
  }
  if (!found_end) ThrowBadInput(path, ": 'added_tokens' should hold </s>, but does not");
}

}  // namespace

Vocabulary ReadTokenizerJson(const std::string& path) {
  const Json root = ParseFile(path);
  Vocabulary vocabulary;
  ReadModel(root, path, &vocabulary);
  vocabulary.charsmap = ReadNormalizer(root, path);
  CheckPreTokenizer(root, path);
  ReadAddedTokens(root, path, &vocabulary);
  return vocabulary;
}

}  // namespace musicgen::text
