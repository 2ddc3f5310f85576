// Texts of many sound files in one table: metadata.csv or metadata.jsonl, as the Hugging Face
// `audiofolder` loader has them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "train/data/track_text.h"

namespace musicgen::train {

// The texts by file name as the table has it. A column file_name (or file, filename, path, audio)
// names the file; description (or text, caption, prompt) and the fields of TrackText say what is
// said of it. Throws Error(kBadInput) beginning with `where`.
std::map<std::string, TrackText> ParseCsvTable(std::string_view text, const std::string& where);
std::map<std::string, TrackText> ParseJsonLinesTable(std::string_view text,
                                                     const std::string& where);

// Rows of fields: commas between, "…" around, quotes within doubled, lines ending in LF or CRLF.
std::vector<std::vector<std::string>> ParseCsv(std::string_view text, const std::string& where);

}  // namespace musicgen::train
