#include "hub/fetch_file.h"

#include <cctype>
#include <cstdio>
#include <random>
#include <string_view>

#include "base/error.h"
#include "base/file_lock.h"
#include "base/growing_file.h"
#include "hub/digest.h"

namespace musicgen::hub {
namespace {

constexpr int kOk = 200, kPartial = 206, kUnauthorized = 401, kForbidden = 403, kNotFound = 404,
              kBadRange = 416;

// The beginning of a page that stands where a file should be.
bool LooksLikePage(std::string_view text) {
  std::string small;
  for (const char c : text.substr(0, 64)) {
    if (small.empty() && std::isspace(static_cast<unsigned char>(c)) != 0) continue;
    small += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return small.starts_with("<!doctype html") || small.starts_with("<html");
}

// The content so far: in the file, in the hash, and in what was counted as done.
class Content {
 public:
  // Hashes what is there already, until `stop` is set.
  Content(const std::string& path, const ListedFile& file, const std::atomic<bool>& stop,
          std::atomic<uint64_t>& done)
      : file_(file), done_(done), bytes_(path), digest_(NewDigest()) {
    if (bytes_.size() > file.bytes) bytes_.Clear();
    bytes_.ReadAll([&](std::string_view piece) {
      digest_.Add(piece);
      return !stop.load(std::memory_order_relaxed);
    });
    done_ += bytes_.size();
  }

  uint64_t size() const { return bytes_.size(); }
  bool whole() const { return bytes_.size() == file_.bytes; }
  // Whether it fits behind what is there; else nothing is taken.
  bool Append(std::string_view piece) {
    if (piece.size() > file_.bytes - size()) return false;
    if (size() == 0) begins_like_page_ = LooksLikePage(piece);
    bytes_.Append(piece);
    digest_.Add(piece);
    done_ += piece.size();
    return true;
  }
  void StartOver() {
    ++restarts_;
    done_ -= size();
    bytes_.Clear();
    digest_ = NewDigest();
    begins_like_page_ = false;
  }
  int restarts() const { return restarts_; }
  bool begins_like_page() const { return begins_like_page_; }
  std::string Hash() { return digest_.Hex(); }
  void Publish(const std::string& name) { bytes_.Publish(name); }
  void Remove() { bytes_.Remove(); }

 private:
  Digest NewDigest() const {
    return file_.is_large ? Digest::Sha256() : Digest::GitBlob(file_.bytes);
  }

  const ListedFile& file_;
  std::atomic<uint64_t>& done_;
  GrowingFile bytes_;
  Digest digest_;
  bool begins_like_page_ = false;
  int restarts_ = 0;
};

enum class Outcome { kMore, kPage, kTooLong };

// One request's bytes.
class Receiver {
 public:
  Receiver(Content* content, uint64_t total) : content_(*content), total_(total) {}

  bool operator()(const HttpAnswer& answer, std::string_view bytes) {
    if (!begun_ && !Begin(answer)) return false;
    begun_ = true;
    if (content_.Append(bytes)) return true;
    outcome_ = Outcome::kTooLong;
    return false;
  }
  Outcome outcome() const { return outcome_; }

 private:
  // Whether what comes continues what is there; a whole file where a part was asked for starts it
  // over.
  bool Begin(const HttpAnswer& answer) {
    if (answer.status == kPartial) {
      const auto range = ParseContentRange(answer.headers.Get("Content-Range"));
      if (range && range->first == content_.size() && range->total == total_) return true;
      content_.StartOver();
      return false;
    }
    const auto length = ParseSize(answer.headers.Get("Content-Length"));
    if (IsPage(answer) && (!length || *length != total_)) {
      outcome_ = Outcome::kPage;
      return false;
    }
    if (content_.size() > 0) content_.StartOver();
    return true;
  }

  Content& content_;
  const uint64_t total_;
  bool begun_ = false;
  Outcome outcome_ = Outcome::kMore;
};

class Fetch {
 public:
  Fetch(Shared& shared, Client& client, const FileToFetch& wanted, std::atomic<uint64_t>& done)
      : shared_(shared),
        client_(client),
        wanted_(wanted),
        done_(done),
        subject_(client.SubjectOf(wanted.id, wanted.commit,
                                  StrCat(wanted.id, "/", Printable(wanted.file.path)))) {}

  void Run(bool exclusive) {
    // Without a lock nobody else may write to this file, so it has a name of its own.
    const std::string path = exclusive ? wanted_.repository->PartialPath(wanted_.file) : Unshared();
    for (int tries = 0; tries < kTries; ++tries) {
      Content content(path, wanted_.file, shared_.stop, done_);
      if (shared_.stop || !Receive(&content)) {
        if (!exclusive) content.Remove();
        return;
      }
      const std::string hash = content.Hash();
      if (hash == wanted_.file.etag) {
        return content.Publish(wanted_.repository->BlobPath(wanted_.file));
      }
      const bool page = content.begins_like_page();
      content.StartOver();
      content.Remove();
      if (page) RefusePage(subject_, client_.host());
      found_ = hash;
    }
    ThrowFailure("cannot download ", subject_.what, ": expected ",
                 wanted_.file.is_large ? "SHA-256 " : "git's SHA-1 ", wanted_.file.etag, ", found ",
                 found_, ", ", kTries, " times", request_id_);
  }

 private:
  static constexpr int kTries = 2, kMostRestarts = 10, kMostAddresses = 3;

  std::string Unshared() const {
    char hex[16];
    std::snprintf(hex, sizeof hex, ".%08x", std::random_device()());
    std::string path = wanted_.repository->PartialPath(wanted_.file);
    path.insert(path.rfind(".incomplete"), hex);
    return path;
  }

  // Until all bytes are there; false when it was stopped.
  bool Receive(Content* content) {
    for (int failures = 0; !content->whole();) {
      if (shared_.stop) return false;
      const uint64_t before = content->size();
      Receiver receiver(content, wanted_.file.bytes);
      const Reply reply = client_.GetFile(wanted_.id, wanted_.commit, wanted_.file.path, before,
                                          [&](const HttpAnswer& answer, std::string_view bytes) {
                                            return receiver(answer, bytes);
                                          });
      request_id_ = RequestId(reply.answer.headers);
      if (content->whole() && receiver.outcome() == Outcome::kMore) return true;
      if (shared_.stop) return false;
      if (receiver.outcome() == Outcome::kPage) RefusePage(subject_, reply.host);
      if (receiver.outcome() == Outcome::kTooLong) {
        if (content->begins_like_page()) RefusePage(subject_, reply.host);
        content->StartOver();
      }
      failures = content->size() > before ? 0 : failures + 1;
      const int most = IsExpired(reply) ? kMostAddresses : kMostFailures;
      if (failures > most || content->restarts() > kMostRestarts || !MayTryAgain(reply)) {
        Refuse(reply);
      }
      if (reply.answer.status == kBadRange) content->StartOver();
      const auto wait =
          reply.answer.status == 429 ? SecondsToWait(reply.answer.headers) : std::optional<int>();
      shared_.waiting_s = wait.value_or(0);
      const bool go_on = shared_.Pause(wait ? *wait : failures > 0 ? BackOff(failures - 1) : 0);
      shared_.waiting_s = 0;
      if (!go_on) return false;
    }
    return true;
  }

  bool MayTryAgain(const Reply& reply) const {
    const HttpAnswer& answer = reply.answer;
    if (IsPassing(answer) || answer.fault == Fault::kRefused) return true;
    // The network may come back during a long download.
    if (answer.fault == Fault::kUnreachable) return true;
    if (answer.fault != Fault::kNone) return false;
    if (answer.status == kOk || answer.status == kPartial || answer.status == kBadRange)
      return true;
    return IsExpired(reply);
  }

  // A signed address lasts for an hour or less: the hub gives another.
  static bool IsExpired(const Reply& reply) {
    const int status = reply.answer.status;
    return reply.answer.fault == Fault::kNone && !reply.is_hub &&
           (status == kUnauthorized || status == kForbidden || status == kNotFound);
  }

  [[noreturn]] void Refuse(const Reply& reply) const {
    const HttpAnswer& answer = reply.answer;
    if (answer.fault == Fault::kRefused || answer.status == kOk || answer.status == kPartial) {
      ThrowFailure("cannot download ", subject_.what, ": expected ", wanted_.file.bytes,
                   " bytes from ", reply.host, ", found another length again and again",
                   request_id_);
    }
    if (!reply.is_hub && answer.fault == Fault::kNone && !IsPassing(answer)) {
      ThrowFailure("cannot download ", subject_.what, ": ", reply.host, " answered with status ",
                   answer.status, " again and again", request_id_);
    }
    RefuseAnswer(subject_, reply.host, answer);
  }

  Shared& shared_;
  Client& client_;
  const FileToFetch& wanted_;
  std::atomic<uint64_t>& done_;
  const Subject subject_;
  std::string found_, request_id_;
};

}  // namespace

void FetchFile(Shared& shared, Client& client, const FileToFetch& wanted,
               std::atomic<uint64_t>& done) {
  const Repository& repository = *wanted.repository;
  if (repository.Has(wanted.commit, wanted.file)) {
    done += wanted.file.bytes;
    return;
  }
  repository.Prepare(wanted.commit, wanted.file);
  const FileLock lock(repository.LockPath(wanted.file), [&] { return !shared.stop; });
  if (!lock.held()) return;
  if (repository.HasBlob(wanted.file)) {  // of another revision, or fetched by another meanwhile
    done += wanted.file.bytes;
  } else {
    Fetch(shared, client, wanted, done).Run(lock.exclusive());
    if (!repository.HasBlob(wanted.file)) return;  // stopped
  }
  repository.Place(wanted.commit, wanted.file);
}

}  // namespace musicgen::hub
