// Layout of the records a ZIP file is made of (APPNOTE.TXT, sections 4.3 and 4.5), as far as
// torch.save uses them.
#pragma once

#include <cstdint>

namespace musicgen::checkpoint::zip {

inline constexpr uint32_t kLocalSignature = 0x04034b50;
inline constexpr uint32_t kDescriptorSignature = 0x08074b50;
inline constexpr uint32_t kCentralSignature = 0x02014b50;
inline constexpr uint32_t kEndSignature = 0x06054b50;
inline constexpr uint32_t kEnd64Signature = 0x06064b50;
inline constexpr uint32_t kLocator64Signature = 0x07064b50;

// Bytes of each record without its variable tail.
inline constexpr uint64_t kLocalBytes = 30;
inline constexpr uint64_t kCentralBytes = 46;
inline constexpr uint64_t kEndBytes = 22;
inline constexpr uint64_t kEnd64Bytes = 56;
inline constexpr uint64_t kLocator64Bytes = 20;

inline constexpr uint16_t kSizesFollowFlag = 0x0008;  // a data descriptor holds sizes and checksum
inline constexpr uint16_t kUtf8Flag = 0x0800;
inline constexpr uint32_t kFolderAttribute = 0x10;  // of MS-DOS
inline constexpr uint16_t kZip64Extra = 0x0001;

// A field with this value has its true one in a ZIP64 record.
inline constexpr uint32_t kIn64 = 0xffffffff;
inline constexpr uint16_t kIn64Short = 0xffff;

}  // namespace musicgen::checkpoint::zip
