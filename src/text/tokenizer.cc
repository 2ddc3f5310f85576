#include "text/tokenizer.h"

#include <algorithm>

#include "base/error.h"
#include "text/added_tokens.h"
#include "text/charsmap.h"
#include "text/unigram.h"
#include "text/utf8.h"
#include "text/vocabulary.h"

namespace musicgen::text {
namespace {

constexpr std::string_view kWordMark = "\xe2\x96\x81";  // U+2581 ▁

Vocabulary ReadVocabulary(const checkpoint::SideFiles& files, std::string* where) {
  constexpr char kJson[] = "tokenizer.json", kSettings[] = "tokenizer_config.json",
                 kSentencePiece[] = "spiece.model";
  if (files.Has(kJson)) {
    *where = files.Where(kJson);
    return ReadTokenizerJson(files.Read(kJson), *where);
  }
  constexpr int64_t kT5ExtraIds = 100;
  int64_t extra_ids = kT5ExtraIds;
  if (files.Has(kSettings)) {
    extra_ids = files.ReadConfig(kSettings).Int("extra_ids", kT5ExtraIds, 0, kMaxAddedTokens - 3);
  }
  if (files.Has(kSentencePiece)) {
    *where = files.Where(kSentencePiece);
    return ReadSentencePieceModel(files.Read(kSentencePiece), *where, extra_ids);
  }
  ThrowBadInput(files.Where(""),
                ": expected a tokenizer, found neither tokenizer.json nor spiece.model");
}

}  // namespace

struct Tokenizer::Impl {
  Impl(const Vocabulary& vocabulary, const std::string& path)
      : added_tokens(vocabulary.added_tokens),
        charsmap(vocabulary.charsmap, path),
        unigram(vocabulary.pieces, vocabulary.unknown_id),
        end_id(vocabulary.end_id),
        id_bound(static_cast<int32_t>(vocabulary.pieces.size())) {
    for (const AddedToken& token : added_tokens) id_bound = std::max(id_bound, token.id + 1);
  }

  // A word without white space. Word marks that it holds begin words of their own.
  void EncodeWord(std::string_view word, TokenIds* ids) const {
    std::string marked(word);
    if (!word.starts_with(kWordMark)) marked.insert(0, kWordMark);
    for (size_t begin = 0; begin < marked.size();) {
      const size_t end = std::min(marked.find(kWordMark, begin + 1), marked.size());
      unigram.Encode(std::string_view(marked).substr(begin, end - begin), ids);
      begin = end;
    }
  }

  void EncodeStretch(std::string_view text, TokenIds* ids) const {
    const std::string normal = charsmap.Normalize(text);
    size_t begin = 0;  // of the word
    for (size_t at = 0; at < normal.size();) {
      const CodePoint point = CodePointAt(normal, at);
      if (IsWhiteSpace(point.value)) {
        if (at > begin) EncodeWord(std::string_view(normal).substr(begin, at - begin), ids);
        begin = at + point.bytes;
      }
      at += point.bytes;
    }
    if (begin < normal.size()) EncodeWord(std::string_view(normal).substr(begin), ids);
  }

  std::vector<AddedToken> added_tokens;
  Charsmap charsmap;
  Unigram unigram;
  int32_t end_id;
  int32_t id_bound;
};

Tokenizer Tokenizer::Load(const checkpoint::SideFiles& files) {
  std::string where;
  const Vocabulary vocabulary = ReadVocabulary(files, &where);
  return Tokenizer(std::make_unique<Impl>(vocabulary, where));
}

Tokenizer::Tokenizer(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

TokenIds Tokenizer::Encode(std::string_view text) const {
  const std::string valid = ReplaceInvalidUtf8(text);
  TokenIds ids;
  for (const Stretch& stretch : SplitAtTokens(valid, impl_->added_tokens)) {
    if (stretch.id >= 0) {
      ids.push_back(stretch.id);
    } else {
      impl_->EncodeStretch(stretch.text, &ids);
    }
  }
  ids.push_back(impl_->end_id);
  return ids;
}

int32_t Tokenizer::id_bound() const { return impl_->id_bound; }

}  // namespace musicgen::text
