#include "audio/sound_kind.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"

namespace musicgen::audio {
namespace {

using namespace std::string_view_literals;

enum class Remedy { kConvert, kSynthesize, kUnpack, kPull, kDownload, kNone };

struct Signature {
  size_t at;
  std::string_view magic;
  const char* name;
  Remedy remedy = Remedy::kConvert;
  const char* demuxer = "";  // FFmpeg's, of the kinds that are read through it
};

// The first that fits.
constexpr Signature kSignatures[] = {
    {4, "ftypM4A", "M4A (MPEG-4 sound, AAC or Apple Lossless)", Remedy::kConvert, "mov"},
    {4, "ftypM4B", "M4B (an MPEG-4 audio book)", Remedy::kConvert, "mov"},
    {4, "ftypM4P", "M4P (protected MPEG-4 sound)"},
    {4, "ftypqt", "a QuickTime movie", Remedy::kConvert, "mov"},
    {4, "ftyp3g", "3GP (MPEG-4)", Remedy::kConvert, "mov"},
    {4, "ftyphei", "a HEIC picture", Remedy::kNone},
    {4, "ftypavif", "an AVIF picture", Remedy::kNone},
    {4, "ftyp", "MP4 (MPEG-4)", Remedy::kConvert, "mov"},
    {4, "moov", "a QuickTime movie or MP4", Remedy::kConvert, "mov"},
    {4, "mdat", "a QuickTime movie or MP4", Remedy::kConvert, "mov"},
    {4, "wide", "a QuickTime movie or MP4", Remedy::kConvert, "mov"},
    {4, "free", "a QuickTime movie or MP4", Remedy::kConvert, "mov"},
    {0, "\x1a\x45\xdf\xa3", "WebM or Matroska", Remedy::kConvert, "matroska"},
    {0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMA (Windows Media, ASF)", Remedy::kConvert, "asf"},
    {0, "ADIF", "AAC"},
    {0, "\x56\xe0", "AAC (LOAS)"},
    {0, "MThd", "MIDI", Remedy::kSynthesize},
    {8, "RMID", "MIDI", Remedy::kSynthesize},
    {0, "Extended Module:", "a tracker module (XM)"},
    {0, "IMPM", "a tracker module (IT)"},
    {44, "SCRM", "a tracker module (S3M)"},
    {1080, "M.K.", "a tracker module (MOD)"},
    {0, "#!AMR", "AMR", Remedy::kConvert, "amr"},
    {0, "\x0b\x77", "AC-3"},
    {0, "\x7f\xfe\x80\x01", "DTS"},
    {0, "MAC ", "Monkey's Audio"},
    {0, "wvpk", "WavPack", Remedy::kConvert, "wv"},
    {0, "MPCK", "Musepack"},
    {0, "MP+", "Musepack"},
    {0, "TTA1", "True Audio"},
    {0, "tBaK", "TAK"},
    {0, "OFR ", "OptimFROG"},
    {0, "DSD ", "DSD"},
    {0, "FRM8", "DSD (DSDIFF)"},
    {0, ".RMF", "RealMedia"},
    {0, ".ra\xfd", "RealAudio"},
    {0, "Creative Voice File", "Creative Voice (VOC)"},
    {0, "NIST_1A", "NIST Sphere"},
    {8, "8SVX", "IFF 8SVX"},
    {8, "AVI ", "AVI video", Remedy::kConvert, "avi"},
    {8, "WEBP", "a WebP picture", Remedy::kNone},
    {0, "FLV\1", "Flash video"},
    {0, "\0\0\1\xba"sv, "MPEG video"},
    {0, "\0\0\1\xb3"sv, "MPEG video"},
    {0, "PK\3\4", "a ZIP archive", Remedy::kUnpack},
    {0, "\x1f\x8b", "a gzip archive", Remedy::kUnpack},
    {0, "7z\xbc\xaf", "a 7z archive", Remedy::kUnpack},
    {0, "Rar!", "a RAR archive", Remedy::kUnpack},
    {257, "ustar", "a tar archive", Remedy::kUnpack},
    {0, "%PDF", "a PDF document", Remedy::kNone},
    {0, "\x89PNG", "a PNG picture", Remedy::kNone},
    {0, "\xff\xd8\xff", "a JPEG picture", Remedy::kNone},
    {0, "GIF8", "a GIF picture", Remedy::kNone},
    {0, "GGUF", "a GGUF model", Remedy::kNone},
    {0, "version https://git-lfs", "a Git LFS pointer, not the file itself", Remedy::kPull},
    {0, "#EXTM3U", "a playlist, which names sounds and holds none", Remedy::kDownload},
    {0, "[playlist]", "a playlist, which names sounds and holds none", Remedy::kDownload},
};

constexpr std::string_view kTransportPacket = "\x47";
constexpr size_t kTransportPacketBytes = 188;

bool IsTransportStream(std::string_view bytes) {
  if (bytes.size() < 3 * kTransportPacketBytes) return false;
  for (size_t i = 0; i < 3; ++i) {
    if (bytes.substr(i * kTransportPacketBytes, 1) != kTransportPacket) return false;
  }
  return true;
}

const Signature* Find(std::string_view bytes) {
  const auto* found = std::ranges::find_if(kSignatures, [bytes](const Signature& signature) {
    return bytes.size() > signature.at &&
           bytes.substr(signature.at, signature.magic.size()) == signature.magic;
  });
  return found != std::end(kSignatures) ? found : nullptr;
}

// AAC's frames begin as MPEG's do, with a layer that those do not have.
bool IsAdts(std::string_view bytes) {
  return bytes.size() >= 7 && bytes[0] == '\xff' && (bytes[1] & 0xf6) == 0xf0;
}

// The first letters, small, without a byte order mark and blanks in front.
std::string Beginning(std::string_view bytes) {
  if (bytes.substr(0, 3) == "\xef\xbb\xbf") bytes.remove_prefix(3);
  std::string text;
  for (const char c : bytes.substr(0, 512)) {
    const auto letter = static_cast<unsigned char>(c);
    if (text.empty() && std::isspace(letter)) continue;
    text += static_cast<char>(std::tolower(letter));
  }
  return text;
}

bool IsText(std::string_view bytes) {
  const std::string_view first = bytes.substr(0, 512);
  return std::all_of(first.begin(), first.end(), [](char c) {
    const auto letter = static_cast<unsigned char>(c);
    return letter >= ' ' ? letter != 0x7f : c == '\n' || c == '\r' || c == '\t' || c == '\f';
  });
}

std::string Advice(Remedy remedy, const std::string& where) {
  switch (remedy) {
    case Remedy::kConvert:
      return ": " + HowToConvert(where);
    case Remedy::kSynthesize:
      return ", notes without a sound: convert it first with a synthesizer, for instance "
             "fluidsynth "
             "-F sound.wav SOUNDFONT " +
             where;
    case Remedy::kUnpack:
      return ": unpack it first";
    case Remedy::kPull:
      return ": fetch it with git lfs pull";
    case Remedy::kDownload:
      return ": download the sound itself";
    case Remedy::kNone:
      break;
  }
  return "";
}

}  // namespace

std::string HowToConvert(const std::string& where) {
  const bool has_blank = where.find(' ') != std::string::npos;
  return "convert it first, for instance with ffmpeg -i " +
         (has_blank ? '"' + where + '"' : where) + " sound.wav";
}

std::string OtherKind(std::string_view bytes, const std::string& where) {
  if (const Signature* signature = Find(bytes)) {
    return signature->name + Advice(signature->remedy, where);
  }
  if (IsAdts(bytes)) return "AAC" + Advice(Remedy::kConvert, where);
  if (IsTransportStream(bytes)) return "an MPEG transport stream" + Advice(Remedy::kConvert, where);
  const std::string text = Beginning(bytes);
  for (const std::string_view tag : {"<!doctype html"sv, "<html"sv, "<head"sv, "<body"sv}) {
    if (text.starts_with(tag)) return "a web page (HTML)" + Advice(Remedy::kDownload, where);
  }
  if (text.starts_with("<?xml") || text.starts_with("<!--")) {
    const bool is_page = text.find("<html") != std::string::npos;
    return (is_page ? "a web page (HTML)" : "an XML text") + Advice(Remedy::kDownload, where);
  }
  return "";
}

std::optional<FfmpegKind> FindFfmpegKind(std::string_view bytes) {
  if (const Signature* signature = Find(bytes)) {
    if (*signature->demuxer == '\0') return std::nullopt;
    return FfmpegKind{signature->demuxer, signature->name};
  }
  return IsAdts(bytes) ? std::optional(FfmpegKind{"aac", "AAC"}) : std::nullopt;
}

std::string UnknownKind(std::string_view bytes) {
  if (bytes.empty()) return "nothing";
  if (!IsText(bytes)) return "something else";
  return "a text that begins with '" + Printable(std::string(bytes.substr(0, 30)), 30) + "'";
}

}  // namespace musicgen::audio
