// musicgen-train synthesise: the sounds, the tokenizer and, where asked, rendered clips.
#include <cstdio>
#include <filesystem>
#include <functional>

#include "base/error.h"
#include "compose/clip.h"
#include "compose/frame_tables.h"
#include "compose/song.h"
#include "compose/song_text.h"
#include "compose/tokenizer_files.h"
#include "train/palette_setting.h"
#include "train/stage_arguments.h"
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
  compose::WriteFrameTables(tables, work + "/palette.safetensors");
  std::filesystem::create_directories(work + "/tokenizer");
  compose::WriteTokenizerFiles(work + "/tokenizer");
  return tables;
}

// `kind`/train, valid and test: other seeds, so that no clip is in two of them.
void WriteSplits(const StageArguments& arguments, const std::string& kind,
                 const std::function<void(const Clips& clips, compose::ClipFolder*)>& write) {
  const auto seed = static_cast<uint64_t>(arguments.settings.Int("seed", 2036, 0, 1 << 30));
  const checkpoint::Config sizes = arguments.settings.Object("synthesise");
  const double duration_s = sizes.Number("segment_duration", 10, 0.1, 300);
  uint64_t split_seed = seed;
  for (const char* split : {"train", "valid", "test"}) {
    const auto count = static_cast<uint64_t>(sizes.Int(split, 0, 0, 1000000));
    compose::ClipFolder folder(arguments.work + "/" + kind + "/" + split);
    write({split_seed++, count, duration_s, split == std::string("train")}, &folder);
    folder.Finish();
    std::fprintf(stderr, "%s/%s: %llu\n", kind.c_str(), split,
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

int RunSynthesise(const std::vector<std::string>& arguments) {
  StageArguments stage = ParseStage("synthesise", arguments, {"--kind"});
  const std::string kind = stage.flags.count("--kind") ? stage.flags["--kind"] : "palette";
  if (kind == "clips") {
    compose::SoundFont font(compose::FindSoundFont());
    WriteSplits(stage, kind, [&font](const Clips& clips, compose::ClipFolder* folder) {
      WriteClips(&font, clips, folder);
    });
    return 0;
  }
  if (kind != "palette" && kind != "songs") {
    ThrowBadInput("synthesise: --kind: expected palette, songs or clips, found ", Printable(kind));
  }
  const compose::Vocabulary vocabulary(PaletteSetting(stage.settings));
  const compose::FrameTables tables = WritePalette(vocabulary, stage.work);
  if (kind == "songs") {
    WriteSplits(stage, kind, [&](const Clips& clips, compose::ClipFolder* folder) {
      WriteSongs(vocabulary, tables, clips, folder);
    });
  }
  return 0;
}

}  // namespace musicgen::train
