#include "train/data/metadata_table.h"

#include "base/error.h"
#include "checkpoint/json.h"

namespace musicgen::train {
namespace {

using checkpoint::JsonObject;
using checkpoint::JsonValue;

constexpr const char* kFileColumns[] = {"file_name", "file", "filename", "path", "audio"};
constexpr const char* kTextColumns[] = {"description", "text", "caption", "prompt"};

// The first of the members that is a text and not empty.
template <size_t n>
const std::string* FirstText(const JsonObject& row, const char* const (&names)[n]) {
  for (const char* name : names) {
    const JsonValue* const value = checkpoint::Find(row, name);
    const std::string* const text = value == nullptr ? nullptr : value->as<std::string>();
    if (text != nullptr && !text->empty()) return text;
  }
  return nullptr;
}

void AddRow(JsonObject row, const std::string& where, std::map<std::string, TrackText>* table) {
  const std::string* const file = FirstText(row, kFileColumns);
  if (file == nullptr) {
    ThrowBadInput(where, ": expected a file in the column file_name, found none");
  }
  const std::string name = *file;
  if (const std::string* const text = FirstText(row, kTextColumns)) {
    checkpoint::Set(&row, "description", {std::string(*text)});
  }
  if (!table->emplace(name, NormalisedText(row)).second) {
    ThrowBadInput(where, ": ", Printable(name), " is there twice");
  }
}

std::string_view WithoutMark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;  // as spreadsheets write it
}

}  // namespace

std::vector<std::vector<std::string>> ParseCsv(std::string_view text, const std::string& where) {
  text = WithoutMark(text);
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string field;
  bool quoted = false, was_quoted = false;
  const auto end_field = [&] {
    row.push_back(std::move(field));
    field.clear();
    was_quoted = false;
  };
  const auto end_row = [&] {
    if (row.empty() && field.empty() && !was_quoted) return;  // an empty line
    end_field();
    rows.push_back(std::move(row));
    row.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        field += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        field += text[++i];
      } else {
        quoted = false;
      }
    } else if (c == '"' && field.empty() && !was_quoted) {
      quoted = was_quoted = true;
    } else if (c == ',') {
      end_field();
    } else if (c == '\n') {
      end_row();
    } else if (c != '\r') {
      field += c;
    }
  }
  if (quoted) ThrowBadInput(where, ": a quotation mark is never closed");
  end_row();
  return rows;
}

std::map<std::string, TrackText> ParseCsvTable(std::string_view text, const std::string& where) {
  std::map<std::string, TrackText> table;
  const auto rows = ParseCsv(text, where);
  for (size_t r = 1; r < rows.size(); ++r) {
    const std::string at = StrCat(where, ": row ", r + 1);
    if (rows[r].size() != rows[0].size()) {
      ThrowBadInput(at, ": expected ", rows[0].size(), " fields as the first row has, found ",
                    rows[r].size());
    }
    JsonObject row;
    for (size_t c = 0; c < rows[r].size(); ++c) {
      checkpoint::Set(&row, Trimmed(rows[0][c]), {rows[r][c]});
    }
    AddRow(std::move(row), at, &table);
  }
  return table;
}

std::map<std::string, TrackText> ParseJsonLinesTable(std::string_view text,
                                                     const std::string& where) {
  std::map<std::string, TrackText> table;
  size_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (Trimmed(line).empty()) continue;
    const std::string at = StrCat(where, ":", number);
    const JsonValue value = checkpoint::ParseJson(line, at);
    const JsonObject* const row = value.as<JsonObject>();
    if (row == nullptr) {
      ThrowBadInput(at, ": expected an object, found ", checkpoint::Describe(value));
    }
    AddRow(*row, at, &table);
  }
  return table;
}

}  // namespace musicgen::train
