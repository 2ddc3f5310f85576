#include "convert/convert_files.h"

#include "base/write_whole.h"

namespace musicgen::convert {

void CopyFiles(const checkpoint::SideFiles& from, std::span<const char* const> names,
               const std::string& to) {
  for (const char* name : names) {
    if (from.Has(name)) WriteWhole(to + "/" + name, from.Read(name));
  }
}

}  // namespace musicgen::convert
