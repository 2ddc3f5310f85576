// What people call a model: hub ids, web addresses, short names.
#pragma once

#include <string>
#include <vector>

namespace musicgen::hub {

struct HubName {
  std::string id, revision;  // the latter empty when none was named
};

// "https://huggingface.co/org/name/tree/main", "org/name@main" → org/name, main; anything else is a
// name as it is.
HubName ParseHubName(std::string name);

// The ids of the repositories that a name may mean, the likeliest first; none: it is no such name.
// A hub id "org/name"; a short name (small, medium, stereo-large, …: facebook/musicgen-…); the name
// of a model of facebook's alone (musicgen-small); a T5 (t5-base: also google-t5/t5-base).
std::vector<std::string> IdsOf(const std::string& name);

// Of the ids a name may mean, the one to ask the hub for: an id with an owner.
std::string IdToAsk(const std::vector<std::string>& ids);

// Of a hub id, its folder in a cache: models--org--name.
std::string RepositoryFolder(std::string id);

// Whether a file's path inside a repository may be used below a folder of ours: relative, no "..",
// no backslashes or control characters.
bool IsPlainPath(const std::string& path);
bool IsCommit(const std::string& text);  // forty hex digits

}  // namespace musicgen::hub
