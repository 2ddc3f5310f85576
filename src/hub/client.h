// The dialogue with the hub: which commit, which files, and their bytes. Redirects are walked here,
// since the token may go to the hub alone.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hub/environment.h"
#include "hub/http.h"
#include "hub/hub_error.h"
#include "hub/listing.h"
#include "hub/url.h"

namespace musicgen::hub {

// What the clients of one download share; thread-safe.
struct Shared {
  explicit Shared(Settings given) : settings(std::move(given)) {}

  // Sleeps, or returns false as soon as `stop` is set.
  bool Pause(double seconds);
  void Note(const std::string& sentence);

  const Settings settings;
  std::atomic<bool> stop{false};
  std::atomic<bool> anonymous{false};  // the token was refused
  std::atomic<int> waiting_s{0};       // seconds that the hub asked for
  std::mutex notes_mutex;
  std::vector<std::string> notes;  // what the user should know, a sentence each
};

struct Reply {
  HttpAnswer answer;
  std::string host;    // who gave it
  bool is_hub = true;  // or the store that the hub sent us to
};

// Not for several threads at once.
class Client {
 public:
  explicit Client(Shared& shared);

  // Throw Error: Unavailable where the cache may serve instead; kBadInput for a model that is not
  // there, or not for us.
  std::string CommitOf(const std::string& id, const std::string& revision);
  Listing List(const std::string& id, const std::string& commit);

  // Asks once for a file's bytes from `start` on; `body` gets those of a 200 or 206.
  Reply GetFile(const std::string& id, const std::string& commit, const std::string& path,
                uint64_t start,
                const std::function<bool(const HttpAnswer&, std::string_view)>& body);

  const std::string& host() const { return host_; }
  Subject SubjectOf(const std::string& id, const std::string& revision,
                    const std::string& what) const;

 private:
  Reply Walk(const Url& first, std::vector<std::string> headers,
             const std::function<bool(const HttpAnswer&, std::string_view)>& body);
  bool MayHaveToken(const Url& url) const;
  // The text of a JSON answer and, where there is one, the address of its next page.
  std::string Ask(const Url& url, const Subject& subject, std::string* next = nullptr);
  Url ApiUrl(const std::string& id, const std::string& rest) const;

  Shared& shared_;
  Http http_;
  Url endpoint_;
  std::string host_;
};

// Seconds before another try, after so many that failed.
double BackOff(int failures);
inline constexpr int kMostFailures = 5;  // in a row

}  // namespace musicgen::hub
