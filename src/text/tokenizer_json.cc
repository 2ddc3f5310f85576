// tokenizer.json of the Hugging Face tokenizers library, restricted to what T5 tokenizers hold.
#include <array>
#include <cmath>

#include "base/error.h"
#include "checkpoint/json.h"
#include "text/vocabulary.h"

namespace musicgen::text {
namespace {

using checkpoint::Describe;
using checkpoint::Find;
using checkpoint::JsonArray;
using checkpoint::JsonObject;
using checkpoint::JsonValue;

constexpr size_t kMaxFileBytes = size_t{32} << 20;

// The value of `key`, which must be a T.
template <class T>
const T& Get(const JsonObject& object, const char* key, const char* type, const std::string& path) {
  const JsonValue* value = Find(object, key);
  if (value == nullptr || value->as<T>() == nullptr) {
    ThrowBadInput(path, ": ", key, ": expected ", type, ", found ",
                  value == nullptr ? "nothing" : Describe(*value));
  }
  return *value->as<T>();
}

const std::string& Text(const JsonObject& object, const char* key, const std::string& path) {
  return Get<std::string>(object, key, "a text", path);
}

bool Flag(const JsonObject& object, const char* key, const std::string& path) {
  return Find(object, key) != nullptr && Get<bool>(object, key, "true or false", path);
}

int32_t Id(const JsonObject& object, const char* key, size_t bound, const std::string& path) {
  const int64_t id = Get<int64_t>(object, key, "a token id", path);
  if (id < 0 || id >= static_cast<int64_t>(bound)) {
    ThrowBadInput(path, ": ", key, ": expected a token id below ", bound, ", found ", id);
  }
  return static_cast<int32_t>(id);
}

const JsonObject& AsObject(const JsonValue& value, const char* what, const std::string& path) {
  if (value.as<JsonObject>() == nullptr) {
    ThrowBadInput(path, ": ", what, ": expected an object, found ", Describe(value));
  }
  return *value.as<JsonObject>();
}

const JsonArray& List(const JsonObject& object, const char* key, size_t most,
                      const std::string& path) {
  const auto& list = Get<JsonArray>(object, key, "a list", path);
  if (list.size() > most) {
    ThrowBadInput(path, ": ", key, ": expected at most ", most, " items, found ", list.size());
  }
  return list;
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
      ThrowBadInput(path, ": precompiled_charsmap: expected base64, found something else at ", i);
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

// The steps of a Sequence, or the one step.
std::vector<const JsonObject*> Steps(const JsonObject& step, const char* list,
                                     const std::string& path) {
  if (Text(step, "type", path) != "Sequence") return {&step};
  std::vector<const JsonObject*> steps;
  for (const JsonValue& value : List(step, list, 16, path)) {
    steps.push_back(&AsObject(value, list, path));
  }
  return steps;
}

// The character map. Later steps of newer conversions (runs of spaces to one, spaces off the end)
// do nothing that cutting at white space does not.
std::string ReadNormalizer(const JsonObject& root, const std::string& path) {
  const JsonValue* normalizer = Find(root, "normalizer");
  if (normalizer == nullptr || normalizer->null()) return {};
  std::string charsmap;
  for (const JsonObject* step :
       Steps(AsObject(*normalizer, "normalizer", path), "normalizers", path)) {
    const std::string& type = Text(*step, "type", path);
    if (type == "Precompiled" && charsmap.empty()) {
      charsmap = DecodeBase64(Text(*step, "precompiled_charsmap", path), path);
    } else if (type != "Strip" && type != "Replace") {
      ThrowBadInput(path, ": normalizer: expected one Precompiled step as in T5, found ",
                    Printable(type));
    }
  }
  return charsmap;
}

// Whatever the file says in detail, T5 cuts at white space and marks the beginning of each word
// (the T5 class of transformers builds just that); another kind of splitting means another model.
void CheckPreTokenizer(const JsonObject& root, const std::string& path) {
  const auto& pre_tokenizer = Get<JsonObject>(root, "pre_tokenizer", "an object", path);
  bool metaspace = false;
  for (const JsonObject* step : Steps(pre_tokenizer, "pretokenizers", path)) {
    const std::string& type = Text(*step, "type", path);
    metaspace = metaspace || type == "Metaspace";
    if (type != "Metaspace" && type != "WhitespaceSplit") {
      ThrowBadInput(path,
                    ": pre_tokenizer: expected WhitespaceSplit and Metaspace as in T5, found ",
                    Printable(type));
    }
  }
  if (!metaspace) ThrowBadInput(path, ": pre_tokenizer: expected Metaspace as in T5, found none");
}

Piece ReadPiece(const JsonValue& value, size_t id, const std::string& path) {
  const auto* pair = value.as<JsonArray>();
  if (pair != nullptr && pair->size() == 2) {
    const auto* text = (*pair)[0].as<std::string>();
    const auto* real = (*pair)[1].as<double>();
    const auto* integer = (*pair)[1].as<int64_t>();
    if (text != nullptr && text->size() <= kMaxPieceBytes &&
        (real != nullptr || integer != nullptr)) {
      return {*text, real != nullptr ? *real : static_cast<double>(*integer)};
    }
  }
  ThrowBadInput(path, ": vocab: item ", id, ": expected a text of at most ", kMaxPieceBytes,
                " bytes and a score, found ", Describe(value));
}

void ReadModel(const JsonObject& root, const std::string& path, Vocabulary* vocabulary) {
  const auto& model = Get<JsonObject>(root, "model", "an object", path);
  // The oldest files leave the type out.
  if (Find(model, "type") != nullptr && Text(model, "type", path) != "Unigram") {
    ThrowBadInput(path, ": model: expected Unigram, found ", Printable(Text(model, "type", path)));
  }
  if (Flag(model, "byte_fallback", path)) {
    ThrowBadInput(path, ": byte_fallback: expected false as in T5, found true");
  }
  for (const JsonValue& value : List(model, "vocab", kMaxPieces, path)) {
    vocabulary->pieces.push_back(ReadPiece(value, vocabulary->pieces.size(), path));
  }
  vocabulary->unknown_id = Id(model, "unk_id", vocabulary->pieces.size(), path);
}

void ReadAddedTokens(const JsonObject& root, const std::string& path, Vocabulary* vocabulary) {
  bool found_end = false;
  for (const JsonValue& value : List(root, "added_tokens", kMaxAddedTokens, path)) {
    const JsonObject& token = AsObject(value, "added_tokens", path);
    AddedToken added{Text(token, "content", path), Id(token, "id", kMaxPieces, path),
                     Flag(token, "lstrip", path), Flag(token, "rstrip", path)};
    if (added.text.empty() || added.text.size() > kMaxPieceBytes ||
        Flag(token, "single_word", path) || Flag(token, "normalized", path)) {
      ThrowBadInput(path,
                    ": added_tokens: expected tokens that are matched literally as in T5, found ",
                    Printable(added.text), " with other rules");
    }
    if (added.text == "</s>") {
      vocabulary->end_id = added.id;
      found_end = true;
    }
    vocabulary->added_tokens.push_back(std::move(added));
  }
  if (!found_end) ThrowBadInput(path, ": added_tokens: expected </s> among them, found none");
}

}  // namespace

Vocabulary ReadTokenizerJson(std::string_view text, const std::string& path) {
  if (text.size() > kMaxFileBytes) {
    ThrowBadInput(path, ": expected a tokenizer of at most ", kMaxFileBytes, " bytes, found ",
                  text.size());
  }
  const JsonValue document = checkpoint::ParseJson(text, path);
  const JsonObject& root = AsObject(document, "the document", path);
  Vocabulary vocabulary;
  ReadModel(root, path, &vocabulary);
  vocabulary.charsmap = ReadNormalizer(root, path);
  CheckPreTokenizer(root, path);
  ReadAddedTokens(root, path, &vocabulary);
  return vocabulary;
}

}  // namespace musicgen::text
