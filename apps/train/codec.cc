// musicgen-train codec: the demo's codec, computed from the palette.
#include "base/error.h"
#include "train/computed_codec/computed_codec.h"
#include "train/settings/palette_setting.h"
#include "train/subcommands.h"

namespace musicgen::train {

int RunCodec(const TrainFlags& flags) {
  const checkpoint::Config settings = SettingsOf(flags);
  const compose::Vocabulary vocabulary(ReadPalette(settings));
  const std::string palette = flags.work + "/palette.safetensors";
  const compose::FrameTables tables = compose::ReadFrameTables(palette);
  for (int book = 0; book < compose::kBooks; ++book) {
    if (tables.rows(book) != vocabulary.used(book)) {
      ThrowBadInput(Printable(palette, 300), ": book ", book, ": expected ", vocabulary.used(book),
                    " sounds as the settings' palette has, found ", tables.rows(book));
    }
  }
  const checkpoint::Config codec = settings.Object("codec");
  FitSize size;
  const auto read = [&codec](const char* key, int otherwise) {
    return static_cast<int>(codec.Int(key, otherwise, 0, 100000));
  };
  size.songs = read("songs", size.songs);
  size.song_frames = read("song_frames", size.song_frames);
  size.mixtures = read("mixtures", size.mixtures);
  size.mixture_frames = read("mixture_frames", size.mixture_frames);
  if (size.songs * size.song_frames + size.mixtures * size.mixture_frames == 0) {
    ThrowBadInput(settings.Where("codec"), ": expected songs or mixtures, found none");
  }
  ComputeCodec(vocabulary, tables, size,
               static_cast<uint64_t>(settings.Int("seed", 2036, 0, 1 << 30)),
               flags.work + "/codec");
  return 0;
}

}  // namespace musicgen::train
