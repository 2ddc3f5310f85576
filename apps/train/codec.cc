// musicgen-train codec: the demo's codec, computed from the palette, or one trained on clips.
#include <cstdio>

#include "base/error.h"
#include "common/interrupt.h"
#include "train/codec/train_codec.h"
#include "train/computed_codec/computed_codec.h"
#include "train/settings/palette_setting.h"
#include "train/subcommands.h"

namespace musicgen::train {
namespace {

int Train(const checkpoint::Config& settings, const std::string& work) {
  const common::DeferInterrupts interrupts;
  const bool done = TrainCodec(settings, work, [&] { return interrupts.requested(); });
  if (!done) std::fprintf(stderr, "interrupted: the same command goes on from here\n");
  return done ? 0 : common::kExitInterrupted;
}

void Compute(const checkpoint::Config& settings, const std::string& work) {
  const compose::Vocabulary vocabulary(ReadPalette(settings));
  const std::string palette = work + "/palette.safetensors";
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
               static_cast<uint64_t>(settings.Int("seed", 2036, 0, 1 << 30)), work + "/codec");
}

}  // namespace

int RunCodec(const TrainFlags& flags) {
  const checkpoint::Config settings = SettingsOf(flags);
  const std::string solver = settings.String("solver", "computed");
  if (solver == "compression") return Train(settings, flags.work);
  if (solver != "computed") {
    ThrowBadInput(settings.Where("solver"), ": expected compression or computed, found ",
                  Printable(solver));
  }
  Compute(settings, flags.work);
  return 0;
}

}  // namespace musicgen::train
