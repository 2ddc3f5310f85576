#include "hub/environment.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "base/error.h"
#include "hub/url.h"

namespace musicgen::hub {
namespace {

namespace fs = std::filesystem;

constexpr char kHub[] = "https://huggingface.co";
constexpr int kMostSeconds = 3600;
constexpr size_t kLongestToken = 4096;

std::string Environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

fs::path PathOf(const char* name) { return ExpandPath(Environment(name)); }

bool IsNameLetter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// As the hub's client reads its switches.
bool IsTrue(const char* name) {
  std::string value = Environment(name);
  for (char& c : value) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return value == "1" || value == "ON" || value == "YES" || value == "TRUE";
}

int Seconds(const char* name, int otherwise) {
  const std::string text = Environment(name);
  if (text.empty()) return otherwise;
  int value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size() || value < 1 ||
      value > kMostSeconds) {
    ThrowBadInput(name, ": expected seconds from 1 to ", kMostSeconds, ", found ", Printable(text));
  }
  return value;
}

fs::path Home() {
  if (const fs::path home = PathOf("HF_HOME"); !home.empty()) return home;
  if (const fs::path cache = PathOf("XDG_CACHE_HOME"); !cache.empty()) return cache / "huggingface";
  return PathOf("HOME") / ".cache" / "huggingface";
}

// What stands in a header: no spaces, no line ends.
std::string Token(const std::string& where, const std::string& text) {
  std::string token;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0) token += c;
  }
  const auto shown = [](char c) { return c > ' ' && c < 0x7f; };
  if (!std::all_of(token.begin(), token.end(), shown) || token.size() > kLongestToken) {
    ThrowBadInput(where, ": expected an access token of the hub, found something else");
  }
  return token;
}

void ReadToken(Settings* settings) {
  for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
    settings->token = Token(name, Environment(name));
    if (!settings->token.empty()) return;
  }
  if (IsTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN")) return;
  const fs::path named = PathOf("HF_TOKEN_PATH");
  const fs::path path = named.empty() ? Home() / "token" : named;
  std::ifstream file(path);
  std::string text(kLongestToken + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  settings->token = Token(Printable(path.string(), 300), text);
  settings->token_file = settings->token.empty() ? "" : path.string();
}

std::string UserAgent() {
  std::string agent = std::string("musicgen-cpp/") + MUSICGEN_VERSION;
  for (const char* quiet : {"DO_NOT_TRACK", "DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY"}) {
    if (IsTrue(quiet)) return agent;
  }
  const std::string origin = Environment("HF_HUB_USER_AGENT_ORIGIN");
  if (!origin.empty()) agent += "; origin/" + Printable(origin);
  return agent;
}

std::string Endpoint() {
  std::string endpoint = Environment("HF_ENDPOINT");
  if (endpoint.empty()) return kHub;
  while (!endpoint.empty() && endpoint.back() == '/') endpoint.pop_back();
  if (!ParseUrl(endpoint)) {
    ThrowBadInput("HF_ENDPOINT: expected https://host, found ", Printable(endpoint));
  }
  return endpoint;
}

}  // namespace

std::string ExpandPath(std::string path) {
  if (path == "~" || path.starts_with("~/")) path.replace(0, 1, Environment("HOME"));
  for (size_t at = 0; (at = path.find('$', at)) != path.npos;) {
    const bool braces = at + 1 < path.size() && path[at + 1] == '{';
    const size_t begin = at + (braces ? 2 : 1);
    size_t end = begin;
    while (end < path.size() && IsNameLetter(path[end])) ++end;
    const bool whole = end > begin && (!braces || (end < path.size() && path[end] == '}'));
    const std::string name = path.substr(begin, end - begin);
    if (!whole || std::getenv(name.c_str()) == nullptr) {
      ++at;  // stays as it is
      continue;
    }
    const std::string value = Environment(name);
    path.replace(at, end + (braces ? 1 : 0) - at, value);
    at += value.size();
  }
  return path;
}

std::vector<fs::path> HubCaches() {
  fs::path cache = PathOf("HF_HUB_CACHE");
  if (cache.empty()) cache = PathOf("HUGGINGFACE_HUB_CACHE");
  if (cache.empty()) cache = Home() / "hub";
  std::vector<fs::path> caches = {cache};
  for (const char* other : {"AUDIOCRAFT_CACHE_DIR", "TRANSFORMERS_CACHE"}) {
    if (!PathOf(other).empty()) caches.push_back(PathOf(other));
  }
  return caches;
}

std::string OfflineReason() {
  for (const char* name : {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"}) {
    if (IsTrue(name)) return name;
  }
  return "";
}

Settings ReadSettings() {
  Settings settings;
  settings.endpoint = Endpoint();
  settings.cache = HubCaches().front();
  settings.symlinks = !IsTrue("HF_HUB_DISABLE_SYMLINKS");
  settings.metadata_timeout_s = Seconds("HF_HUB_ETAG_TIMEOUT", settings.metadata_timeout_s);
  settings.download_timeout_s = Seconds("HF_HUB_DOWNLOAD_TIMEOUT", settings.download_timeout_s);
  settings.user_agent = UserAgent();
  for (const char* name : {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}) {
    if (settings.certificates.empty()) settings.certificates = Environment(name);
  }
  ReadToken(&settings);
  return settings;
}

}  // namespace musicgen::hub
