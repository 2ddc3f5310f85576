#include "serve/http/multipart.h"

#include <algorithm>
#include <optional>
#include <set>

#include "serve/http/failure.h"
#include "serve/http/message.h"
#include "serve/http/percent_decode.h"

namespace musicgen::serve {
namespace {

constexpr size_t kMostParts = 64;
constexpr size_t kMostHeadBytes = 4 << 10;

[[noreturn]] void RefuseForm(const std::string& message) {
  Refuse(400, "bad_multipart", "The multipart body " + message);
}

std::string_view Trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// A word or a quoted string at the front of `text`, taken from it. Browsers write a quote in a name
// as %22 and leave backslashes alone; others put a backslash before a quote.
std::string TakeValue(std::string_view& text) {
  std::string value;
  if (!text.starts_with('"')) {
    const size_t end = std::min(text.find_first_of("; \t"), text.size());
    value = text.substr(0, end);
    text.remove_prefix(end);
    return value;
  }
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '"') ++i;
    value += text[i];
  }
  RefuseForm("has a quoted text without an end.");
}

// The parameter `name` of "word; a=b; c=\"d\"".
std::optional<std::string> Parameter(std::string_view text, std::string_view name) {
  std::optional<std::string> found;
  text.remove_prefix(std::min(text.find(';'), text.size()));
  while (!text.empty()) {
    if (text.front() != ';') RefuseForm("has a header whose parameters are not well formed.");
    text = Trimmed(text.substr(1));
    if (text.empty()) break;
    const size_t equals = text.find('=');
    if (equals == text.npos) RefuseForm("has a header with a parameter without a value.");
    const std::string_view key = Trimmed(text.substr(0, equals));
    text = Trimmed(text.substr(equals + 1));
    std::string value = TakeValue(text);
    text = Trimmed(text);
    if (!SameName(key, name)) continue;
    if (found) RefuseForm("has a header with the same parameter twice.");
    found = std::move(value);
  }
  return found;
}

std::string Boundary(std::string_view content_type) {
  const std::string_view kind = Trimmed(content_type.substr(0, content_type.find(';')));
  if (!SameName(kind, "multipart/form-data")) RefuseForm("is not of the type multipart/form-data.");
  std::string boundary = Parameter(content_type, "boundary").value_or("");
  // RFC 2046, section 5.1.1.
  const auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos);
  };
  if (boundary.empty() || boundary.size() > 70 || boundary.back() == ' ' ||
      !std::ranges::all_of(boundary, allowed)) {
    RefuseForm("has no boundary in its Content-Type.");
  }
  return boundary;
}

// One header of a part; its line comes without its end.
void ReadHeader(std::string_view line, Part& part, bool& named) {
  const size_t colon = line.find(':');
  if (colon == line.npos || colon == 0) RefuseForm("has a part with a malformed header.");
  const std::string_view name = line.substr(0, colon), value = Trimmed(line.substr(colon + 1));
  const auto is_control = [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7F; };
  if (std::ranges::any_of(line, is_control) || !IsUtf8(line)) {
    RefuseForm("has a part whose headers are not plain UTF-8 text.");
  }
  if (SameName(name, "Content-Disposition")) {
    if (named) RefuseForm("has a part with two Content-Dispositions.");
    if (!SameName(Trimmed(value.substr(0, value.find(';'))), "form-data")) {
      RefuseForm("has a part that is not form-data.");
    }
    named = true;
    part.name = Parameter(value, "name").value_or("");
    part.file_name = Parameter(value, "filename").value_or("");
  } else if (SameName(name, "Content-Type")) {
    part.content_type = value;
  } else if (SameName(name, "Content-Transfer-Encoding")) {
    if (!SameName(value, "binary") && !SameName(value, "8bit") && !SameName(value, "7bit")) {
      RefuseForm("has a part in a Content-Transfer-Encoding, which HTTP has not.");
    }
  }
}

// The part's headers, taken from `rest` with the empty line behind them.
Part TakeHead(std::string_view& rest) {
  Part part;
  bool named = false;
  size_t head_bytes = 0;
  for (;;) {
    const size_t end = rest.substr(0, kMostHeadBytes).find("\r\n");
    if (end == rest.npos || (head_bytes += end + 2) > kMostHeadBytes) {
      RefuseForm("has a part whose headers have no end within 4 KiB.");
    }
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    if (line.empty()) break;
    ReadHeader(line, part, named);
  }
  if (part.name.empty()) RefuseForm("has a part without a name.");
  return part;
}

}  // namespace

std::vector<Part> ParseMultipart(std::string_view content_type, std::string_view body) {
  const std::string dashes = "--" + Boundary(content_type), delimiter = "\r\n" + dashes;
  if (!body.starts_with(dashes)) RefuseForm("does not begin with its boundary.");
  std::string_view rest = body.substr(dashes.size());
  std::vector<Part> parts;
  std::set<std::string> names;
  while (!rest.starts_with("--")) {
    if (!rest.starts_with("\r\n")) RefuseForm("has a boundary that does not end its line.");
    rest.remove_prefix(2);
    if (parts.size() == kMostParts) RefuseForm("has more than 64 parts.");
    Part part = TakeHead(rest);
    if (!names.insert(part.name).second) {
      RefuseForm("has the field " + part.name + " twice.");
    }
    const size_t end = rest.find(delimiter);
    if (end == rest.npos) RefuseForm("has no boundary at its end.");
    part.data = rest.substr(0, end);
    rest.remove_prefix(end + delimiter.size());
    parts.push_back(std::move(part));
  }
  rest.remove_prefix(2);
  if (!rest.empty() && rest != "\r\n") RefuseForm("goes on behind its end.");
  return parts;
}

}  // namespace musicgen::serve
