#include "hub/hub_name.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string_view>

namespace musicgen::hub {
namespace {

constexpr size_t kCommitDigits = 40, kLongestId = 96, kLongestPart = 255, kLongestPath = 1000;

const char* const kShortNames[] = {
    "small",        "medium",        "large",        "melody",        "melody-large",       "style",
    "stereo-small", "stereo-medium", "stereo-large", "stereo-melody", "stereo-melody-large"};
// What facebook's models are called in their own repositories.
constexpr std::string_view kFacebook[] = {"musicgen-", "audiogen-", "magnet-", "audio-magnet-",
                                          "encodec_"};

bool IsHubId(const std::string& name) {
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' ||
           c == '/';
  };
  return std::count(name.begin(), name.end(), '/') == 1 && name.front() != '/' &&
         name.back() != '/' && name.front() != '.' && name.size() <= kLongestId &&
         name.find("/.") == name.npos && name.find("..") == name.npos &&
         std::all_of(name.begin(), name.end(), fits);
}

// t5-small, t5-base, flan-t5-base, …
bool IsT5Name(const std::string& name) {
  return (name.starts_with("t5-") || name.starts_with("flan-t5-")) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) || c == '-';
         });
}

}  // namespace

HubName ParseHubName(std::string name) {
  HubName result;
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (name.starts_with(scheme)) name.erase(0, scheme.size());
  }
  for (const std::string_view host : {"huggingface.co/", "www.huggingface.co/", "hf.co/"}) {
    if (name.starts_with(host)) name.erase(0, host.size());
  }
  if (const size_t query = name.find_first_of("?#"); query != name.npos) name.erase(query);
  if (const size_t at = name.find('@'); at != name.npos) {
    result.revision = name.substr(at + 1);
    name.erase(at);
  }
  for (const std::string_view page : {"/tree/", "/blob/", "/resolve/"}) {
    const size_t at = name.find(page);
    if (at == name.npos) continue;
    result.revision = name.substr(at + page.size());
    name.erase(at);
    if (page != "/tree/")
      result.revision.erase(std::min(result.revision.find('/'), result.revision.size()));
  }
  for (std::string* text : {&name, &result.revision}) {
    while (!text->empty() && text->back() == '/') text->pop_back();
  }
  result.id = name;
  return result;
}

std::vector<std::string> IdsOf(const std::string& name) {
  if (std::find(std::begin(kShortNames), std::end(kShortNames), name) != std::end(kShortNames)) {
    return {"facebook/musicgen-" + name};
  }
  // The hub's T5s had no owner at first; a cache may know them either way.
  if (IsT5Name(name)) return {name, (name.starts_with("flan-") ? "google/" : "google-t5/") + name};
  for (const std::string_view beginning : kFacebook) {
    const std::string id = "facebook/" + name;
    if (name.starts_with(beginning) && IsHubId(id)) return {id};
  }
  if (!name.empty() && IsHubId(name)) return {name};
  return {};
}

std::string IdToAsk(const std::vector<std::string>& ids) { return ids.back(); }

std::string RepositoryFolder(std::string id) {
  if (const size_t slash = id.find('/'); slash != id.npos) id.replace(slash, 1, "--");
  return "models--" + id;
}

bool IsPlainPath(const std::string& path) {
  if (path.empty() || path.size() > kLongestPath || path.front() == '/' || path.back() == '/') {
    return false;
  }
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == '\\') return false;
  }
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = std::string_view(path).substr(begin, end - begin);
    if (part.empty() || part == "." || part == ".." || part.size() > kLongestPart) return false;
    begin = end + 1;
  }
  return true;
}

bool IsCommit(const std::string& text) {
  return text.size() == kCommitDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace musicgen::hub
