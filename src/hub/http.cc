#include "hub/http.h"

#include <curl/curl.h>

#include <exception>
#include <mutex>

#include "base/error.h"
#include "hub/certificates.h"

namespace musicgen::hub {
namespace {

constexpr long kSlowest_bytes_s = 1;
constexpr int kPoll_ms = 100;

void InitOnce() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) ThrowFailure("cannot start libcurl");
  });
}

// The system's certificates, where libcurl would look for them in vain; else empty.
std::string SystemCertificates() {
  const char* built_in = curl_version_info(CURLVERSION_NOW)->cainfo;
  return OtherCertificates(built_in == nullptr ? "" : built_in, CertificatePlaces());
}

// What the callbacks of one request share.
struct Transfer {
  CURL* easy;
  HttpAnswer answer;
  const std::function<bool(const HttpAnswer&, std::string_view)>& body;
  bool refused = false;
  std::exception_ptr thrown;
};

size_t OnHeader(char* data, size_t, size_t bytes, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const std::string_view line(data, bytes);
  try {
    // A proxy's answer or "100 Continue" comes before the one that counts.
    if (line.starts_with("HTTP/")) transfer.answer.headers.Clear();
    transfer.answer.headers.Add(line);
  } catch (...) {
    transfer.thrown = std::current_exception();
    return 0;
  }
  return bytes;
}

size_t OnBody(char* data, size_t, size_t bytes, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  long status = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  transfer.answer.status = static_cast<int>(status);
  try {
    if (transfer.body(transfer.answer, {data, bytes})) return bytes;
    transfer.refused = true;
  } catch (...) {
    transfer.thrown = std::current_exception();
  }
  return 0;
}

Fault FaultOf(CURLcode code) {
  switch (code) {
    case CURLE_OK:
      return Fault::kNone;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
      return Fault::kUnreachable;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return Fault::kUntrusted;
    default:
      return Fault::kBroken;
  }
}

}  // namespace

struct Http::Impl {
  const std::atomic<bool>& stop;
  CURLM* multi = curl_multi_init();
  CURL* easy = curl_easy_init();

  // Runs the request that `easy` describes.
  CURLcode Perform() {
    if (curl_multi_add_handle(multi, easy) != CURLM_OK) ThrowFailure("cannot start a request");
    CURLcode code = CURLE_OK;
    for (int running = 1; running > 0;) {
      if (stop.load(std::memory_order_relaxed)) {
        code = CURLE_ABORTED_BY_CALLBACK;
        break;
      }
      if (curl_multi_perform(multi, &running) != CURLM_OK) {
        code = CURLE_RECV_ERROR;
        break;
      }
      if (running > 0) curl_multi_poll(multi, nullptr, 0, kPoll_ms, nullptr);
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg == CURLMSG_DONE) code = message->data.result;
    }
    curl_multi_remove_handle(multi, easy);
    return code;
  }
};

Http::Http(const std::atomic<bool>& stop) {
  InitOnce();
  impl_ = std::unique_ptr<Impl>(new Impl{stop});
  if (impl_->multi == nullptr || impl_->easy == nullptr) ThrowFailure("cannot start libcurl");
}

Http::~Http() {
  if (impl_ == nullptr) return;
  curl_easy_cleanup(impl_->easy);
  curl_multi_cleanup(impl_->multi);
}

HttpAnswer Http::Get(const HttpRequest& request,
                     const std::function<bool(const HttpAnswer&, std::string_view)>& body) {
  CURL* easy = impl_->easy;
  curl_easy_reset(easy);
  Transfer transfer = {easy, {}, body, false, nullptr};
  char reason[CURL_ERROR_SIZE] = "";
  curl_slist* headers = nullptr;
  for (const std::string& header : request.headers) {
    headers = curl_slist_append(headers, header.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, request.allow_plain ? "http,https" : "https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // a name being looked up is not waited for
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, static_cast<long>(request.connect_timeout_s));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, kSlowest_bytes_s);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.silence_timeout_s));
  const std::string certificates =
      request.certificates.empty() ? SystemCertificates() : request.certificates;
  if (!certificates.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, certificates.c_str());
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, OnHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  const CURLcode code = impl_->Perform();
  curl_slist_free_all(headers);
  if (transfer.thrown) std::rethrow_exception(transfer.thrown);
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  transfer.answer.status = static_cast<int>(status);
  transfer.answer.fault = transfer.refused                    ? Fault::kRefused
                          : code == CURLE_ABORTED_BY_CALLBACK ? Fault::kStopped
                                                              : FaultOf(code);
  transfer.answer.reason = reason[0] != '\0' ? reason : curl_easy_strerror(code);
  return std::move(transfer.answer);
}

}  // namespace musicgen::hub
