#include "hub/hub_error.h"

namespace musicgen::hub {
namespace {

constexpr int kTimeout = 408, kTooMany = 429, kUnauthorized = 401, kForbidden = 403,
              kNotFound = 404, kServerFault = 500;

std::string Said(const HttpAnswer& answer) {
  const std::string message = answer.headers.Get("X-Error-Message");
  return message.empty() ? "" : ": " + Printable(message, 200);
}

}  // namespace

bool IsPassing(const HttpAnswer& answer) {
  if (answer.fault == Fault::kBroken) return true;
  return answer.fault == Fault::kNone &&
         (answer.status == kTimeout || answer.status == kTooMany || answer.status >= kServerFault);
}

bool IsPage(const HttpAnswer& answer) {
  const std::string type = answer.headers.Get("Content-Type");
  return type.starts_with("text/html") || type.starts_with("application/xhtml");
}

void RefusePage(const Subject& subject, const std::string& host) {
  throw Unavailable(StrCat("cannot download ", subject.what, ": expected a file from ", host,
                           ", found a web page: this network may want a login, or a proxy answers "
                           "in the hub's place"));
}

void RefuseAnswer(const Subject& subject, const std::string& host, const HttpAnswer& answer) {
  switch (answer.fault) {
    case Fault::kUnreachable:
      throw Unavailable(StrCat("cannot download ", subject.what, ": ", host,
                               " cannot be reached: is there a network? (",
                               Printable(answer.reason, 200), ")"));
    case Fault::kUntrusted:
      ThrowFailure("cannot download ", subject.what, ": the certificate of ", host,
                   " is not to be trusted: ", Printable(answer.reason, 200),
                   ": SSL_CERT_FILE names others");
    case Fault::kMisled:
      throw Unavailable(StrCat("cannot download ", subject.what, ": ", host, " redirects to ",
                               Printable(answer.reason, 200)));
    case Fault::kBroken:
    case Fault::kStopped:
    case Fault::kRefused:
      throw Unavailable(StrCat("cannot download ", subject.what, ": the connection to ", host,
                               " broke: ", Printable(answer.reason, 200)));
    case Fault::kNone:
      break;
  }
  const std::string code = answer.headers.Get("X-Error-Code");
  const std::string id = RequestId(answer.headers);
  if (code == "GatedRepo") {
    ThrowBadInput(subject.id, ": its authors ask for agreement first: open https://huggingface.co/",
                  subject.id, ", agree, and give a token of that account in HF_TOKEN", id);
  }
  if (code == "RevisionNotFound") {
    ThrowBadInput(subject.id, ": expected revision ", Printable(subject.revision), " on ", host,
                  ", found none of this name", id);
  }
  if (code == "EntryNotFound") ThrowBadInput(subject.what, ": there is no such file on ", host, id);
  if (code == "RepoNotFound" || answer.status == kUnauthorized || answer.status == kNotFound) {
    ThrowBadInput(
        subject.id, ": no such model on ", host, ", or it is private and ",
        subject.has_token ? "the token does not open it" : "no token was given (HF_TOKEN)", id);
  }
  if (answer.status == kForbidden) {
    ThrowBadInput(subject.what, ": ", host, " forbids it", Said(answer), id);
  }
  if (answer.status == kTooMany) {
    const auto wait = SecondsToWait(answer.headers);
    throw Unavailable(StrCat("cannot download ", subject.what, ": ", host,
                             " had too many requests from here",
                             wait ? StrCat(": wait ", *wait, " s") : "", id));
  }
  if (answer.status >= kServerFault || answer.status == kTimeout) {
    throw Unavailable(StrCat("cannot download ", subject.what, ": ", host,
                             " is out of order (status ", answer.status, ")", Said(answer), id));
  }
  ThrowFailure("cannot download ", subject.what, ": ", host, " answered with status ",
               answer.status, Said(answer), id);
}

}  // namespace musicgen::hub
