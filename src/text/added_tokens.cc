#include "text/added_tokens.h"

#include "text/utf8.h"

namespace musicgen::text {
namespace {

size_t SkipSpace(std::string_view text, size_t at) {
  while (at < text.size() && IsWhiteSpace(CodePointAt(text, at).value)) {
    at += CodePointAt(text, at).bytes;
  }
  return at;
}

// Where the white space before `end`, not before `begin`, begins.
size_t SkipSpaceBack(std::string_view text, size_t begin, size_t end) {
  while (end > begin) {
    size_t at = end - 1;
    while (at > begin && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
    if (!IsWhiteSpace(CodePointAt(text, at).value)) break;
    end = at;
  }
  return end;
}

const AddedToken* LongestAt(std::string_view rest, const std::vector<AddedToken>& tokens) {
  const AddedToken* longest = nullptr;
  for (const AddedToken& token : tokens) {
    if (!token.text.empty() && rest.starts_with(token.text) &&
        (longest == nullptr || token.text.size() > longest->text.size())) {
      longest = &token;
    }
  }
  return longest;
}

}  // namespace

std::vector<Stretch> SplitAtTokens(std::string_view text, const std::vector<AddedToken>& tokens) {
  bool begins[256] = {};
  for (const AddedToken& token : tokens) {
    if (!token.text.empty()) begins[static_cast<unsigned char>(token.text[0])] = true;
  }
  std::vector<Stretch> stretches;
  size_t done = 0;  // everything before it is in a stretch
  for (size_t at = 0; at < text.size();) {
    const AddedToken* token =
        begins[static_cast<unsigned char>(text[at])] ? LongestAt(text.substr(at), tokens) : nullptr;
    if (token == nullptr) {
      ++at;
      continue;
    }
    const size_t begin = token->strip_left && at > done ? SkipSpaceBack(text, done, at) : at;
    at += token->text.size();
    if (begin > done) stretches.push_back({-1, text.substr(done, begin - done)});
    stretches.push_back({token->id, token->text});
    done = token->strip_right ? SkipSpace(text, at) : at;
  }
  if (done < text.size()) stretches.push_back({-1, text.substr(done)});
  return stretches;
}

}  // namespace musicgen::text
