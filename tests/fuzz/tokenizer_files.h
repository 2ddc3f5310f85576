// A tokenizer whose one file is in memory, and what every tokenizer must do with any text.
#pragma once

#include <string>
#include <string_view>

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/side_files.h"
#include "text/tokenizer.h"

namespace musicgen {

class OneFile : public checkpoint::SideFiles {
 public:
  OneFile(std::string name, std::string_view bytes) : name_(std::move(name)), bytes_(bytes) {}
  bool Has(const std::string& name) const override { return name == name_; }
  std::string Read(const std::string&) const override { return std::string(bytes_); }
  std::string Where(const std::string& name) const override { return "folder/" + name; }

 private:
  std::string name_;
  std::string_view bytes_;
};

// Texts that reach every branch, and the file itself as one.
template <class Visit>
void VisitTexts(std::string_view bytes, const Visit& visit) {
  for (const std::string_view text :
       {std::string_view(),
        std::string_view("An A\u00a0b\t e\u0301\u0301 \ufb01 <extra_id_0></s>  x"),
        std::string_view("\xff\xe2\x96\x81\xe2\x96\x81\xf0\x9f\x91\xa9\xe2\x80\x8d\0<pad> ", 19),
        bytes.substr(0, 256)}) {
    visit(text);
  }
}

// The file is a tokenizer that encodes any text to ids below its bound, the end token last, or an
// Error of one line.
inline void LoadAndEncode(const std::string& name, std::string_view bytes) {
  try {
    const text::Tokenizer tokenizer = text::Tokenizer::Load(OneFile(name, bytes));
    VisitTexts(bytes, [&](std::string_view text) {
      const TokenIds ids = tokenizer.Encode(text);
      MG_CHECK(!ids.empty());
      for (const int32_t id : ids) {
        MG_CHECK_LE(0, id);
        MG_CHECK_LT(id, tokenizer.id_bound());
      }
    });
  } catch (const Error& error) {
    MG_CHECK(error.code() == ErrorCode::kBadInput);
    MG_CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
}

}  // namespace musicgen
