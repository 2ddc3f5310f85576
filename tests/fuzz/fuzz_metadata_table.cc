// Any text is either a table of texts, as CSV and as lines of JSON, or an Error.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/error.h"
#include "train/data/metadata_table.h"

namespace {

template <class Parse>
void Try(const Parse& parse) {
  using namespace musicgen;
  try {
    for (const auto& [file, text] : parse()) {
      MG_CHECK(!file.empty());
      MG_CHECK(!text.description || !text.description->empty());
      MG_CHECK(!text.moods || !text.moods->empty());
    }
  } catch (const Error& error) {
    MG_CHECK(error.code() == ErrorCode::kBadInput);
    MG_CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Try([&] { return musicgen::train::ParseCsvTable(text, "metadata.csv"); });
  Try([&] { return musicgen::train::ParseJsonLinesTable(text, "metadata.jsonl"); });
  return 0;
}
