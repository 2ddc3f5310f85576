// The hashes by which the hub names what it stores.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace musicgen::hub {

class Digest {
 public:
  // SHA-256 of the content.
  static Digest Sha256();
  // Git's name of a file: SHA-1 of "blob N", a zero byte and the content of N bytes.
  static Digest GitBlob(uint64_t bytes);
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  void Add(std::string_view bytes);
  std::string Hex();  // small letters; nothing may be added afterwards

 private:
  struct Impl;
  explicit Digest(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// SHA-256 of these bytes; "" in builds that cannot download.
std::string Sha256Hex(std::string_view bytes);

}  // namespace musicgen::hub
