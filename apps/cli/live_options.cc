#include "cli/subcommands.h"

namespace musicgen::cli {

void AddLive(common::Flags flags, LiveFlags& values) {
  flags.Texts(
      "prompt,-p,--prompt", values.prompts,
      "What the music begins with; by default the first line of stdin says it. Each further "
      "line steers: a prompt, or a JSON object with prompt, cfg_coef, temperature, top_k, "
      "top_p, at_step");
  AddModel(flags, values.model);
  flags.Choice("-o,--output", values.audio.output, "- is stdout, the only one there is", {"-"});
  flags.Choice("--format", values.format, "Of the stream; pcm: samples without a header",
               {"wav", "pcm", "flac", "ogg", "mp3"});
  flags.Choice("--sample-format", values.audio.sample_format,
               "Sample format of wav, pcm and flac; by default s16", {"s16", "s24", "f32"});
  flags.Number("--ahead", values.ahead_s,
               "So many seconds the music is made ahead of its listener, which is how late a line "
               "is heard; 0: as fast as it can be",
               "S", 0.0, kMaxDuration);
  flags.Number("-d,--duration", values.duration_s,
               "Ends after so many seconds; 0: never. Ctrl-C ends music without end with status 0",
               "S", 0.0, kMaxDuration);
  flags.Switch("--end-at-eof", values.end_at_eof,
               "Ends when stdin ends; otherwise the music then goes on unsteered");
  flags.Name("--melody", values.melody, "Sound whose melody to follow (melody models)", "FILE");
  AddStems(flags, values.model.stems, values.model.demucs);
  AddStyle(flags, values.style);
  flags.Name("--continue", values.continue_file, "Sound to continue; it is heard first", "FILE");
  AddWindows(flags, values.max_duration_s, values.extend_stride_s);
  AddSeed(flags, values.seed, "-1 draws one");
  AddSampling(flags, values.params, values.greedy);
  flags.Switch("--no-progress", values.no_progress,
               "Print nothing but errors, warnings, clipped samples and a drawn seed");
}

}  // namespace musicgen::cli
