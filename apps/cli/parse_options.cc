#include "cli/options.h"
#include "cli/subcommands.h"
#include "common/flags.h"

namespace musicgen::cli {
namespace {

// The manual page or a shell's completions.
std::string Documentation(const common::ProgramText& program, const std::string& form) {
  if (form == "bash") return common::BashCompletion(program);
  if (form == "zsh") return common::ZshCompletion(program);
  if (form == "fish") return common::FishCompletion(program);
  return common::ManualPage(program);
}

}  // namespace

Command ParseCommandLine(int argc, const char* const* argv) {
  common::CommandLine line("musicgen", "Music from text: MusicGen in C++",
                           std::string("musicgen ") + Version());
  GenerateFlags generate;
  LiveFlags live;
  TokenizeFlags tokenize;
  ScoreFlags score;
  EncodeFlags encode;
  DecodeFlags decode;
  ChromaFlags chroma;
  SeparateFlags separate;
  StyleFlags style;
  PlotFlags plot;
  InfoFlags info;
  BenchFlags bench;
  ConvertFlags convert;
  VerifyFlags verify;
  DownloadFlags download;
  [[maybe_unused]] ServeFlags serve;
  AddGenerate(line.AddCommand("generate", "Text to music"), generate);
  AddLive(line.AddCommand("live", "Music without end, steered by lines on stdin"), live);
  AddTokenize(line.AddCommand("tokenize", "Text to token ids"), tokenize);
  AddScore(line.AddCommand("score", "Cross-entropy of given codes"), score);
  AddEncode(line.AddCommand("encode", "Sound to codes"), encode);
  AddDecode(line.AddCommand("decode", "Codes to sound"), decode);
  AddChroma(line.AddCommand("chroma", "The melody models' chroma of a sound"), chroma);
  AddSeparate(line.AddCommand("separate", "Drums, bass, vocals and the rest of a sound"), separate);
  AddStyleCommand(line.AddCommand("style", "What a style model makes of a sound"), style);
  AddPlot(line.AddCommand("plot", "Picture of a sound"), plot);
  AddInfo(line.AddCommand("info", "Configuration, sizes and memory needed"), info);
  AddBench(line.AddCommand("bench", "Speed on this machine, as JSON"), bench);
  AddConvert(line.AddCommand("convert", "A model between the Hugging Face and AudioCraft layouts"),
             convert);
  AddVerify(line.AddCommand("verify", "The values that transformers' tests publish for a model"),
            verify);

  std::string form = "man";
  line.AddHiddenCommand("documentation")
      .Choice("form", form, "What to print", {"man", "bash", "zsh", "fish"});
#if defined(MUSICGEN_SERVER)
  line.AddHiddenCommand("decode-upload");
  AddServe(line.AddCommand("serve", "HTTP server and web page"), serve);
#endif
  AddDownload(line.AddCommand("download", "A model from the Hugging Face hub into its cache"),
              download);

  if (const std::optional<std::string> answer = line.Parse(argc, argv)) return Answer{*answer};
  const std::string& chosen = line.chosen();
  if (chosen == "generate") return generate;
  if (chosen == "live") return live;
  if (chosen == "tokenize") return tokenize;
  if (chosen == "score") return score;
  if (chosen == "encode") return encode;
  if (chosen == "decode") return decode;
  if (chosen == "chroma") return chroma;
  if (chosen == "separate") return separate;
  if (chosen == "style") return style;
  if (chosen == "plot") return plot;
  if (chosen == "info") return info;
  if (chosen == "convert") return convert;
  if (chosen == "verify") return verify;
  if (chosen == "documentation") return Answer{Documentation(line.Describe(), form)};
  if (chosen == "download") return download;
  if (chosen == "serve") return serve;
  if (chosen == "decode-upload") return DecodeUploadFlags();
  return bench;
}

}  // namespace musicgen::cli
