#include "hub/digest.h"

#include <openssl/evp.h>

#include "base/error.h"

namespace musicgen::hub {

struct Digest::Impl {
  EVP_MD_CTX* context = EVP_MD_CTX_new();

  explicit Impl(const EVP_MD* kind) {
    if (context == nullptr || EVP_DigestInit_ex(context, kind, nullptr) != 1) {
      EVP_MD_CTX_free(context);
      ThrowFailure("cannot compute hashes on this machine");
    }
  }
  ~Impl() { EVP_MD_CTX_free(context); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
};

Digest::Digest(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

Digest Digest::Sha256() { return Digest(std::make_unique<Impl>(EVP_sha256())); }

Digest Digest::GitBlob(uint64_t bytes) {
  Digest digest(std::make_unique<Impl>(EVP_sha1()));
  const std::string head = StrCat("blob ", bytes);
  digest.Add({head.c_str(), head.size() + 1});
  return digest;
}

void Digest::Add(std::string_view bytes) {
  if (EVP_DigestUpdate(impl_->context, bytes.data(), bytes.size()) != 1) {
    ThrowFailure("cannot compute hashes on this machine");
  }
}

std::string Digest::Hex() {
  constexpr char kHex[] = "0123456789abcdef";
  unsigned char value[EVP_MAX_MD_SIZE];
  unsigned int bytes = 0;
  if (EVP_DigestFinal_ex(impl_->context, value, &bytes) != 1) {
    ThrowFailure("cannot compute hashes on this machine");
  }
  std::string text;
  for (unsigned int i = 0; i < bytes; ++i) text += {kHex[value[i] >> 4], kHex[value[i] & 15]};
  return text;
}

std::string Sha256Hex(std::string_view bytes) {
  Digest digest = Digest::Sha256();
  digest.Add(bytes);
  return digest.Hex();
}

}  // namespace musicgen::hub
