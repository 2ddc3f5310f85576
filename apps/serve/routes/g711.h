// ITU-T G.711: eight bits of a sample, logarithmic, as telephones have it.
#pragma once

#include <string>
#include <string_view>

namespace musicgen::serve {

enum class G711Law { kMu, kA };

// Of 16-bit little-endian samples; a half sample at the end is left out.
std::string EncodeG711(G711Law law, std::string_view pcm);

}  // namespace musicgen::serve
