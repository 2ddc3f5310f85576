// Several files as one.
#pragma once

#include <string>
#include <vector>

namespace musicgen::serve {

struct NamedFile {
  std::string name, bytes;
};

// A ZIP archive. Stored, and dated 1980-01-01, so that the same files are the same bytes.
std::string Zip(const std::vector<NamedFile>& files);

}  // namespace musicgen::serve
