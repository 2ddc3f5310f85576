// Lines of an answer: the headers, what they say, and where they lead.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "hub/headers.h"
#include "hub/hub_name.h"
#include "hub/url.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace musicgen;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  hub::Headers headers;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    headers.Add(line);
    if (const auto range = hub::ParseContentRange(line)) {
      MG_CHECK(range->first <= range->last && range->last < range->total);
    }
    const hub::Url hub_url = *hub::ParseUrl("https://huggingface.co/a/b");
    if (const auto url = hub::FollowLocation(hub_url, line)) {
      MG_CHECK(url->target.front() == '/' && !url->host.empty());
      // What is asked for is what was understood.
      const auto again = hub::ParseUrl(url->Text());
      MG_CHECK(again && hub::SameOrigin(*url, *again) && again->target == url->target);
    }
    hub::ParseNextLink(line);
    hub::ParseEtag(line);
    for (const std::string& id : hub::IdsOf(hub::ParseHubName(std::string(line)).id)) {
      MG_CHECK(hub::IsPlainPath(hub::RepositoryFolder(id)));
    }
  }
  if (const auto wait = hub::SecondsToWait(headers)) MG_CHECK(*wait >= 0 && *wait <= 3600);
  MG_CHECK(hub::RequestId(headers).find('\n') == std::string::npos);
  return 0;
}
