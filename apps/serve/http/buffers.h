// Pieces of an answer as Boost.Asio takes them.
#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <span>
#include <string_view>

#include "serve/http/transport.h"

namespace musicgen::serve {

inline std::array<boost::asio::const_buffer, kMostPieces> Buffers(
    std::span<const std::string_view> pieces) {
  std::array<boost::asio::const_buffer, kMostPieces> buffers;
  for (size_t i = 0; i < std::min(pieces.size(), kMostPieces); ++i) {
    buffers[i] = {pieces[i].data(), pieces[i].size()};
  }
  return buffers;
}

}  // namespace musicgen::serve
