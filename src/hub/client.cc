#include "hub/client.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace musicgen::hub {
namespace {

constexpr int kMostHops = 10, kMostPages = 200;
constexpr size_t kMostAnswerBytes = size_t{64} << 20, kMostOtherBytes = size_t{1} << 20;
constexpr std::chrono::milliseconds kNap(50);
constexpr int kUnauthorized = 401;

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Url Below(const Url& endpoint, const std::string& target) {
  Url url = endpoint;
  // An endpoint may have a path of its own (a mirror's).
  if (url.target == "/") url.target.clear();
  url.target += target;
  return url;
}

}  // namespace

bool Shared::Pause(double seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end) {
    if (stop.load(std::memory_order_relaxed)) return false;
    std::this_thread::sleep_for(kNap);
  }
  return !stop.load(std::memory_order_relaxed);
}

void Shared::Note(const std::string& sentence) {
  const std::lock_guard<std::mutex> lock(notes_mutex);
  if (std::find(notes.begin(), notes.end(), sentence) == notes.end()) notes.push_back(sentence);
}

double BackOff(int failures) { return std::min(8.0, 0.25 * (1 << std::min(failures, 10))); }

Client::Client(Shared& shared)
    : shared_(shared),
      http_(shared.stop),
      endpoint_(*ParseUrl(shared.settings.endpoint)),
      host_(endpoint_.host) {}

Subject Client::SubjectOf(const std::string& id, const std::string& revision,
                          const std::string& what) const {
  return {id, revision, what, !shared_.settings.token.empty() && !shared_.anonymous};
}

bool Client::MayHaveToken(const Url& url) const {
  if (SameOrigin(url, endpoint_)) return true;
  return url.scheme == "https" && url.port == 443 &&
         (url.host == "huggingface.co" || url.host == "hf.co");
}

Reply Client::Walk(const Url& first, std::vector<std::string> headers,
                   const std::function<bool(const HttpAnswer&, std::string_view)>& body) {
  const Settings& settings = shared_.settings;
  headers.push_back("User-Agent: " + settings.user_agent);
  headers.emplace_back("Accept-Encoding: identity");  // sizes and hashes are those of the content
  Url url = first;
  for (int hop = 0; hop < kMostHops; ++hop) {
    HttpRequest request;
    request.url = url.Text();
    request.headers = headers;
    request.allow_plain = !endpoint_.secure();
    request.connect_timeout_s = settings.metadata_timeout_s;
    request.silence_timeout_s = settings.download_timeout_s;
    request.certificates = settings.certificates;
    const bool is_hub = MayHaveToken(url);
    const bool with_token = is_hub && !settings.token.empty() && !shared_.anonymous;
    if (with_token) request.headers.push_back("Authorization: Bearer " + settings.token);
    size_t other_bytes = 0;  // of answers that are no content: not to be endless
    const auto take = [&](const HttpAnswer& answer, std::string_view bytes) {
      if (answer.status == 200 || answer.status == 206) return body(answer, bytes);
      other_bytes += bytes.size();
      return other_bytes <= kMostOtherBytes;
    };
    Reply reply = {http_.Get(request, take), url.host, is_hub};
    HttpAnswer& answer = reply.answer;
    if (other_bytes > kMostOtherBytes) answer.fault = Fault::kNone;
    if (answer.fault != Fault::kNone) return reply;
    if (answer.status == kUnauthorized && with_token && !settings.token_file.empty()) {
      shared_.anonymous = true;
      shared_.Note(StrCat("the token in ", Printable(settings.token_file, 300),
                          " was refused (it may have expired): going on without it"));
      continue;
    }
    if (!IsRedirect(answer.status)) return reply;
    const auto next = FollowLocation(url, answer.headers.Get("Location"));
    if (!next || (url.secure() && !next->secure())) {
      reply.answer.fault = Fault::kMisled;
      reply.answer.reason = next ? next->host + ", which is not encrypted" : "no address";
      return reply;
    }
    url = *next;
  }
  Reply reply;
  reply.host = url.host;
  reply.answer.fault = Fault::kMisled;
  reply.answer.reason = StrCat("somewhere else, more than ", kMostHops, " times in a row");
  return reply;
}

std::string Client::Ask(const Url& url, const Subject& subject, std::string* next) {
  for (int failures = 0;; ++failures) {
    std::string text;
    const Reply reply = Walk(url, {}, [&](const HttpAnswer&, std::string_view bytes) {
      text += bytes;
      return text.size() <= kMostAnswerBytes;
    });
    const HttpAnswer& answer = reply.answer;
    if (answer.fault == Fault::kNone && answer.status == 200) {
      if (IsPage(answer) || text.starts_with("<")) RefusePage(subject, reply.host);
      if (next != nullptr) *next = ParseNextLink(answer.headers.GetAll("Link"));
      return text;
    }
    if (!IsPassing(answer) || failures == 2) RefuseAnswer(subject, reply.host, answer);
    const auto wait = SecondsToWait(answer.headers);
    shared_.waiting_s = wait.value_or(0);
    const bool go_on = shared_.Pause(wait ? *wait : BackOff(failures));
    shared_.waiting_s = 0;
    if (!go_on) RefuseAnswer(subject, reply.host, answer);
  }
}

Url Client::ApiUrl(const std::string& id, const std::string& rest) const {
  return Below(endpoint_, "/api/models/" + PercentEncodePath(id) + rest);
}

std::string Client::CommitOf(const std::string& id, const std::string& revision) {
  const Url url = ApiUrl(id, "/revision/" + PercentEncode(revision));
  const std::string text = Ask(url, SubjectOf(id, revision, id));
  try {
    return ParseCommit(text, StrCat(host_, "'s answer about ", id));
  } catch (const Error& problem) {
    throw Unavailable(problem.what());
  }
}

Listing Client::List(const std::string& id, const std::string& commit) {
  Listing listing;
  Url url = ApiUrl(id, "/tree/" + commit + "?recursive=true");
  const Subject subject = SubjectOf(id, commit, id);
  for (int pages = 0; pages < kMostPages; ++pages) {
    std::string next;
    const std::string text = Ask(url, subject, &next);
    try {
      AddPage(text, StrCat(host_, "'s list of files of ", id), &listing);
    } catch (const Error& problem) {
      throw Unavailable(problem.what());
    }
    if (next.empty()) return listing;
    const auto address = FollowLocation(url, next);
    if (!address) break;
    // A mirror may hand on addresses of the hub itself.
    url = *address;
    if (!SameOrigin(url, endpoint_)) {
      Url here = endpoint_;
      here.target = url.target;
      url = here;
    }
  }
  ThrowFailure(host_, "'s list of files of ", id, ": expected at most ", kMostPages, " pages");
}

Reply Client::GetFile(const std::string& id, const std::string& commit, const std::string& path,
                      uint64_t start,
                      const std::function<bool(const HttpAnswer&, std::string_view)>& body) {
  std::vector<std::string> headers = {"X-HF-Download-Counter: 1"};
  if (start > 0) headers.push_back(StrCat("Range: bytes=", start, "-"));
  const std::string target =
      "/" + PercentEncodePath(id) + "/resolve/" + commit + "/" + PercentEncodePath(path);
  return Walk(Below(endpoint_, target), std::move(headers), body);
}

}  // namespace musicgen::hub
