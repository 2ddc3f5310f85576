// Text → the ids that T5 reads, exactly as the Hugging Face T5 tokenizer gives them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "checkpoint/side_files.h"
#include "types/token_ids.h"

namespace musicgen::text {

class Tokenizer {
 public:
  // Reads tokenizer.json or, when there is none, spiece.model (with the number of
  // sentinels from tokenizer_config.json, 100 if it is silent). Throws Error(kBadInput).
  static Tokenizer Load(const checkpoint::SideFiles& files);
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  // The ids of any bytes at all, </s> last. Invalid UTF-8 is read as U+FFFD, NUL is a character.
  // Nothing is cut off: callers bound the length. Thread-safe.
  TokenIds Encode(std::string_view text) const;

  // Every id is below it, </s> and the sentinels included.
  int32_t id_bound() const;

 private:
  struct Impl;
  explicit Tokenizer(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace musicgen::text
