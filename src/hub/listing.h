// The hub's answers in JSON: which commit a revision is, and which files it holds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace musicgen::hub {

struct ListedFile {
  std::string path;    // plain (hub_name.h)
  uint64_t bytes = 0;  // of the content
  std::string etag;    // SHA-256 of the content where that is in large storage, else git's SHA-1
  bool is_large = false;
};

using Listing = std::vector<ListedFile>;  // sorted by path

// The commit in the answer about a revision. Throws Error(kBadInput) whose sentence begins with
// `where`.
std::string ParseCommit(std::string_view json, const std::string& where);

// Adds one page of a commit's tree. Folders are left out, and files whose paths could lead out of a
// folder. Throws Error(kBadInput).
void AddPage(std::string_view json, const std::string& where, Listing* listing);

const ListedFile* FindFile(const Listing& listing, std::string_view path);

// "license:" of the YAML block that opens a model card; empty when there is none.
std::string LicenceOf(std::string_view card);

}  // namespace musicgen::hub
