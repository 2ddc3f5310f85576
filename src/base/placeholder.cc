#include "base/placeholder.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"

namespace musicgen {
namespace {

constexpr size_t kLongestPath = 1000;      // in messages
constexpr size_t kLongestText = 64 << 10;  // longer files are not answers of a server
constexpr size_t kQuoted = 60;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// What comes behind a byte order mark and white space, the first letters in lower case.
std::string Beginning(std::string_view bytes) {
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  const size_t begin = std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size());
  std::string text(bytes.substr(begin, 64));
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool IsText(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n' || c == '\r';
  });
}

}  // namespace

void RefusePlaceholder(std::string_view bytes, const std::string& path) {
  const std::string text = Beginning(bytes);
  for (const char* pointer :
       {"version https://git-lfs.github.com/spec/", "version https://hawser.github.com/spec/",
        "version http://git-media.io/"}) {
    if (!text.starts_with(pointer)) continue;
    ThrowBadInput(Printable(path, kLongestPath),
                  ": expected the file itself, found a Git LFS pointer to it: fetch it with "
                  "git lfs pull, or download it from the hub");
  }
  for (const char* page : {"<!doctype html", "<html", "<head", "<?xml"}) {
    if (!text.starts_with(page)) continue;
    ThrowBadInput(Printable(path, kLongestPath), ": expected the file itself, found a web page (",
                  page, "…), as a failed download leaves one: download it again");
  }
}

void RefuseText(std::string_view bytes, const std::string& path) {
  RefusePlaceholder(bytes, path);
  if (bytes.empty() || bytes.size() > kLongestText || !IsText(bytes)) return;
  if (bytes.front() == '{') return;  // JSON, of another file beside it: its reader says more
  ThrowBadInput(Printable(path, kLongestPath), ": expected the file itself, found the text \"",
                Printable(bytes.substr(0, bytes.find_first_of("\r\n")), kQuoted),
                "\", as a failed download leaves one: download it again");
}

}  // namespace musicgen
