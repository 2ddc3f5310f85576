// musicgen-train synthesise: the sounds, the tokenizer and, where asked, rendered clips.
#include <cstdio>
#include <functional>

#include "base/write_whole.h"
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
  compose::WriteFrameTables(tables, work + "/palette.safetensors");
  compose::WriteTokenizerFiles(work + "/tokenizer");
  return tables;
}

// train, valid and test: other seeds, so that no clip is in two of them.
void WriteSplits(const checkpoint::Config& settings, const std::string& folder_of_splits,
                 const std::function<void(const Clips& clips, compose::ClipFolder*)>& write) {
  const auto seed = static_cast<uint64_t>(settings.Int("seed", 2036, 0, 1 << 30));
  const checkpoint::Config sizes = settings.Object("synthesise");
  const double duration_s = sizes.Number("segment_duration", 10, 0.1, 300);
  uint64_t split_seed = seed;
  for (const char* split : {"train", "valid", "test"}) {
    const auto count = static_cast<uint64_t>(sizes.Int(split, 0, 0, 1000000));
    compose::ClipFolder folder(folder_of_splits + "/" + split);
    write({split_seed++, count, duration_s, split == std::string("train")}, &folder);
    folder.Finish();
    std::fprintf(stderr, "%s/%s: %llu\n", folder_of_splits.c_str(), split,
                 static_cast<unsigned long long>(count));
  }
}

void WriteSongs(const compose::Vocabulary& vocabulary, const compose::FrameTables& tables,
                const Clips& clips, compose::ClipFolder* folder) {
  const int frames = static_cast<int>(clips.duration_s * compose::kFrameRateHz);
  for (uint64_t i = 0; i < clips.count; ++i) {
    const compose::Song song = compose::Compose(vocabulary, clips.seed, i, frames);
    folder->Add(compose::RenderCodes(tables, song.frames),
                compose::SongText(song.attributes, clips.seed, i));
  }
}

void WriteClips(compose::SoundFont* font, const Clips& clips, compose::ClipFolder* folder) {
  for (uint64_t i = 0; i < clips.count; ++i) {
    const compose::Clip clip =
        compose::ComposeClip(clips.seed, i, clips.duration_s, clips.training);
    folder->Add(compose::RenderClip(clip, clips.duration_s, font),
                compose::TextOf(clip, clips.seed, i));
  }
}

}  // namespace

int RunSynthesise(const TrainFlags& flags) {
  const checkpoint::Config settings = SettingsOf(flags);
  const std::string folder = flags.work + "/" + flags.kind;
  if (flags.kind == "clips") {
    compose::SoundFont font(compose::FindSoundFont());
    WriteSplits(settings, folder, [&font](const Clips& clips, compose::ClipFolder* into) {
      WriteClips(&font, clips, into);
    });
    return 0;
  }
  const compose::Vocabulary vocabulary(ReadPalette(settings));
  const compose::FrameTables tables = WritePalette(vocabulary, flags.work);
  if (flags.kind == "songs") {
    WriteSplits(settings, folder, [&](const Clips& clips, compose::ClipFolder* into) {
      WriteSongs(vocabulary, tables, clips, into);
    });
  }
  return 0;
}

}  // namespace musicgen::train
