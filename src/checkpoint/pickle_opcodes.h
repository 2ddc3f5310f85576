// The pickle instructions that weight files need (CPython, Lib/pickle.py); written by torch.save at
// protocol 2.
#pragma once

namespace musicgen::checkpoint::pickle {

inline constexpr unsigned char kProto = 0x80, kStop = '.', kMark = '(';
inline constexpr unsigned char kNone = 'N', kNewTrue = 0x88, kNewFalse = 0x89;
inline constexpr unsigned char kBinInt = 'J', kBinInt1 = 'K', kBinInt2 = 'M', kLong1 = 0x8a;
inline constexpr unsigned char kBinFloat = 'G', kBinUnicode = 'X';
inline constexpr unsigned char kEmptyTuple = ')', kTuple = 't';
inline constexpr unsigned char kTuple1 = 0x85, kTuple2 = 0x86, kTuple3 = 0x87;
inline constexpr unsigned char kEmptyList = ']', kAppend = 'a', kAppends = 'e';
inline constexpr unsigned char kEmptyDict = '}', kSetItem = 's', kSetItems = 'u';
inline constexpr unsigned char kBinPut = 'q', kLongBinPut = 'r';
inline constexpr unsigned char kBinGet = 'h', kLongBinGet = 'j';
inline constexpr unsigned char kGlobal = 'c', kReduce = 'R', kBuild = 'b', kBinPersId = 'Q';

}  // namespace musicgen::checkpoint::pickle
