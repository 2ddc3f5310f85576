// musicgen-train synthesise: the sounds, the tokenizer and, where asked, rendered clips.
#include <cstdio>
#include <functional>

#include "base/write_whole.h"
#include "checkpoint/codes_file.h"
#include "compose/clip.h"
#include "compose/frame_tables.h"
#include "compose/song.h"
#include "compose/song_text.h"
#include "compose/tokenizer_files.h"
#include "train/settings/palette_setting.h"
#include "train/subcommands.h"

namespace musicgen::train {
namespace {

struct Clips {  // of one split
  uint64_t seed, count;
  double duration_s;
  bool training;
};

// palette.safetensors and tokenizer/.
compose::FrameTables WritePalette(const compose::Vocabulary& vocabulary, const std::string& work) {
  compose::SoundFont font(compose::FindSoundFont());
  compose::FrameTables tables = compose::RenderFrameTables(vocabulary, &font);
  MakeFolders(work + "/tokenizer");
  compose::WriteFrameTables(vocabulary, tables, work + "/palette.safetensors");
  compose::WriteTokenizerFiles(work + "/tokenizer");
  return tables;
}

// The song as a sample of a codes file.
Codes CodesOf(const compose::Song& song) {
  Codes codes(compose::kBooks, static_cast<int64_t>(song.frames.size()));
  for (size_t t = 0; t < song.frames.size(); ++t) {
    for (size_t k = 0; k < compose::kBooks; ++k) {
      codes.at(static_cast<int64_t>(k), static_cast<int64_t>(t)) = song.frames[t][k];
    }
  }
  return codes;
}

// train, valid and test: other seeds, so that no clip is in two of them.
void WriteSplits(const checkpoint::Config& settings, const std::string& folder_of_splits,
                 const std::function<void(const Clips& clips, const std::string& folder)>& write) {
  const auto seed = static_cast<uint64_t>(settings.Int("seed", 2036, 0, 1 << 30));
  const checkpoint::Config sizes = settings.Object("synthesise");
  const double duration_s = sizes.Number("segment_duration", 10, 0.1, 300);
  uint64_t split_seed = seed;
  for (const char* split : {"train", "valid", "test"}) {
    const auto count = static_cast<uint64_t>(sizes.Int(split, 0, 0, 1000000));
    const std::string folder = folder_of_splits + "/" + split;
    MakeFolders(folder);
    write({split_seed++, count, duration_s, split == std::string("train")}, folder);
    std::fprintf(stderr, "%s: %llu\n", folder.c_str(), static_cast<unsigned long long>(count));
  }
}

// codes.safetensors of songs that are one after the other.
class SongCodes {
 public:
  void Add(const compose::Song& song) { samples_.push_back(CodesOf(song)); }
  void Write(const std::string& folder) const {
    if (samples_.empty()) return;
    checkpoint::WriteCodesFile(
        folder + "/codes.safetensors", samples_,
        {compose::kFrameRateHz, compose::kSampleRateHz, compose::kCodebookSize});
  }

 private:
  std::vector<Codes> samples_;
};

int FramesOf(const Clips& clips) {
  return static_cast<int>(clips.duration_s * compose::kFrameRateHz);
}

void WriteCodes(const compose::Vocabulary& vocabulary, const Clips& clips,
                const std::string& folder) {
  SongCodes codes;
  for (uint64_t i = 0; i < clips.count; ++i) {
    codes.Add(compose::Compose(vocabulary, clips.seed, i, FramesOf(clips)));
  }
  codes.Write(folder);
}

void WriteSongs(const compose::Vocabulary& vocabulary, const compose::FrameTables& tables,
                const Clips& clips, const std::string& folder) {
  compose::ClipFolder files(folder);
  SongCodes codes;
  for (uint64_t i = 0; i < clips.count; ++i) {
    const compose::Song song = compose::Compose(vocabulary, clips.seed, i, FramesOf(clips));
    files.Add(compose::RenderCodes(tables, song.frames),
              compose::SongText(song.attributes, vocabulary.palette(), clips.seed, i));
    codes.Add(song);
  }
  codes.Write(folder);
  files.Finish();
}

void WriteClips(compose::SoundFont* font, const Clips& clips, const std::string& folder) {
  compose::ClipFolder files(folder);
  for (uint64_t i = 0; i < clips.count; ++i) {
    const compose::Clip clip =
        compose::ComposeClip(clips.seed, i, clips.duration_s, clips.training);
    files.Add(compose::RenderClip(clip, clips.duration_s, font),
              compose::TextOf(clip, clips.seed, i));
  }
  files.Finish();
}

}  // namespace

int RunSynthesise(const TrainFlags& flags) {
  const checkpoint::Config settings = SettingsOf(flags);
  const std::string folder = flags.work + "/" + flags.kind;
  if (flags.kind == "clips") {
    compose::SoundFont font(compose::FindSoundFont());
    WriteSplits(settings, folder, [&font](const Clips& clips, const std::string& into) {
      WriteClips(&font, clips, into);
    });
    return 0;
  }
  const compose::Vocabulary vocabulary(ReadPalette(settings));
  if (flags.kind == "codes") {
    WriteSplits(settings, folder, [&](const Clips& clips, const std::string& into) {
      WriteCodes(vocabulary, clips, into);
    });
    return 0;
  }
  const compose::FrameTables tables = WritePalette(vocabulary, flags.work);
  if (flags.kind == "songs") {
    WriteSplits(settings, folder, [&](const Clips& clips, const std::string& into) {
      WriteSongs(vocabulary, tables, clips, into);
    });
  }
  return 0;
}

}  // namespace musicgen::train
