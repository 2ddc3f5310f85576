// The container of torch.save since PyTorch 1.6: a ZIP whose entries are stored, not compressed,
// below one leading folder of any name, memory-mapped.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace musicgen::checkpoint {

// Names without the leading folder ("data.pkl", "data/0") → where their bytes lie in the file.
using TorchZipEntries = std::map<std::string, std::string_view, std::less<>>;

// The entries of the file with these bytes; the views point into `bytes`. At most as lenient as
// torch.load: the file begins with an entry and ends with the central directory; entries are
// stored, unencrypted, in one folder, have distinct names and do not overlap; local headers agree
// with the directory; `version` is in [1, 10], `byteorder`, where there is one, is "little". ZIP64
// is understood. Checksums are not verified, as torch.load does not. Throws Error(kBadInput)
// beginning with `where`.
TorchZipEntries ParseTorchZip(std::string_view bytes, const std::string& where);

}  // namespace musicgen::checkpoint
