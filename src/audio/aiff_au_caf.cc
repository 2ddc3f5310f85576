#include "audio/aiff_au_caf.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string>

#include "audio/chunks.h"
#include "audio/honest_headers.h"
#include "audio/library_reader.h"
#include "audio/mp3_decoder.h"
#include "audio/sound_kind.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

constexpr std::string_view kAiffCodings[] = {"NONE", "twos", "sowt", "raw ", "in24", "in32",
                                             "42n1", "23ni", "fl32", "FL32", "fl64", "FL64",
                                             "ulaw", "ULAW", "alaw", "ALAW", "ima4", "GSM "};
constexpr std::string_view kCafCodings[] = {"lpcm", "ulaw", "alaw", "alac"};
constexpr uint64_t kAuCodings[] = {1, 2, 3, 4, 5, 6, 7, 23, 25, 26, 27};
constexpr uint64_t kEndless = 0xffffffff;
constexpr size_t kIma4PacketBytes = 34;  // of each channel

bool IsMpeg(std::string_view coding) {
  return coding == ".mp1" || coding == ".mp2" || coding == ".mp3" || coding == "MPG3";
}

[[noreturn]] void RefuseCoding(std::string_view kind, const std::string& coding,
                               const Interleaved& sound) {
  ThrowBadInput(sound.where(), ": expected samples of a coding that is read, found ", kind,
                " with coding ", Printable(coding, 20), ": ", HowToConvert(sound.where()));
}

template <class Codings, class Coding>
bool Contains(const Codings& codings, const Coding& coding) {
  return std::find(std::begin(codings), std::end(codings), coding) != std::end(codings);
}

}  // namespace

bool LooksLikeAiff(std::string_view bytes) {
  return bytes.substr(0, 4) == "FORM" && bytes.size() >= 12 &&
         (bytes.substr(8, 4) == "AIFF" || bytes.substr(8, 4) == "AIFC");
}

bool LooksLikeAu(std::string_view bytes) {
  return bytes.size() >= 24 && (bytes.substr(0, 4) == ".snd" || bytes.substr(0, 4) == "dns.");
}

bool LooksLikeCaf(std::string_view bytes) {
  return bytes.size() >= 8 && bytes.substr(0, 6) == std::string_view("caff\0\1", 6);
}

void DecodeAiff(std::string_view bytes, Interleaved& sound) {
  ChunkReader chunks(bytes.substr(12), {4, 4, true, false, 2});
  std::optional<std::string_view> common, data;
  Chunk chunk;
  while (chunks.Next(chunk) && !(common && data)) {
    if (chunk.id == "COMM" && !common) common = chunk.data;
    if (chunk.id == "SSND" && !data) {
      constexpr size_t kOffsetAndBlock = 8;
      data = chunks.Sound(chunk, kOffsetAndBlock);
      if (chunk.data.size() < kOffsetAndBlock) continue;
      data->remove_prefix(std::min<uint64_t>(data->size(), Integer(chunk.data, 4, true)));
    }
  }
  const bool is_compressed = bytes.substr(8, 4) == "AIFC";
  if (!common || common->size() < (is_compressed ? 22u : 18u)) {
    ThrowBadInput(sound.where(), ": expected an AIFF file with a whole COMM chunk, found none");
  }
  if (!data) ThrowBadInput(sound.where(), ": expected an AIFF file with an SSND chunk, found none");
  std::string coding(is_compressed ? common->substr(18, 4) : "NONE");
  if (coding == "42ni") coding = "42n1";  // the library's spelling
  if (IsMpeg(coding)) return DecodeMp3(*data, sound);
  if (!Contains(kAiffCodings, coding)) RefuseCoding("AIFF-C", coding, sound);
  std::string head(common->substr(0, 18));
  head += coding;
  head.append(2, '\0');
  DecodeWithLibrary(AiffHeader(head, data->size()), *data, sound);
}

void DecodeAu(std::string_view bytes, Interleaved& sound) {
  const bool big_endian = bytes[0] == '.';
  const auto field = [&](size_t i) { return Integer(bytes.substr(4 * i), 4, big_endian); };
  const uint64_t offset = std::clamp<uint64_t>(field(1), 24, bytes.size());
  const uint64_t claimed = field(2) == 0 ? kEndless : field(2), coding = field(3);
  if (!Contains(kAuCodings, coding)) RefuseCoding("AU", std::to_string(coding), sound);
  std::string_view data = bytes.substr(offset);
  if (claimed != kEndless) data = data.substr(0, claimed);
  DecodeWithLibrary(
      AuHeader(static_cast<uint32_t>(coding), field(4), field(5), big_endian, data.size()), data,
      sound);
}

void DecodeCaf(std::string_view bytes, Interleaved& sound) {
  ChunkReader chunks(bytes.substr(8), {4, 8, true, false, 1});
  std::optional<std::string_view> description, data;
  std::string_view cookie, packets;
  Chunk chunk;
  while (chunks.Next(chunk)) {
    if (chunk.id == "desc" && !description) description = chunk.data;
    if (chunk.id == "kuki") cookie = chunk.data;
    if (chunk.id == "pakt") packets = chunk.data;
    if (chunk.id == "data" && !data) {
      constexpr size_t kEditCount = 4;
      data = chunks.Sound(chunk, kEditCount);
    }
  }
  if (!description || description->size() < 32) {
    ThrowBadInput(sound.where(), ": expected a CAF file with a whole desc chunk, found none");
  }
  if (!data) ThrowBadInput(sound.where(), ": expected a CAF file with a data chunk, found none");
  const std::string coding(description->substr(8, 4));
  if (IsMpeg(coding)) return DecodeMp3(*data, sound);
  if (coding == "ima4") {  // which the library knows in AIFF-C alone
    const auto rate = std::bit_cast<double>(Integer(*description, 8, true));
    const uint64_t channels = Integer(description->substr(24), 4, true);
    sound.SetFormat(rate >= 1 && rate <= 1e9 ? static_cast<int64_t>(rate) : 0,
                    static_cast<int64_t>(channels));
    const std::string common = AiffCommon(coding, static_cast<uint64_t>(rate), channels,
                                          data->size() / (kIma4PacketBytes * channels));
    return DecodeWithLibrary(AiffHeader(common, data->size()), *data, sound);
  }
  if (!Contains(kCafCodings, coding)) RefuseCoding("CAF", coding, sound);
  DecodeWithLibrary(CafHeader(description->substr(0, 32), cookie, packets, data->size()), *data,
                    sound);
}

}  // namespace musicgen::audio
