// The subcommands. Each returns the program's exit status and throws musicgen::Error.
#pragma once

#include "cli/options.h"

namespace musicgen::cli {

int Run(const GenerateFlags& flags);
int Run(const LiveFlags& flags);
int Run(const TokenizeFlags& flags);
int Run(const ScoreFlags& flags);
int Run(const EncodeFlags& flags);
int Run(const DecodeFlags& flags);
int Run(const ChromaFlags& flags);
int Run(const SeparateFlags& flags);
int Run(const StyleFlags& flags);
int Run(const PlotFlags& flags);
int Run(const InfoFlags& flags);
int Run(const BenchFlags& flags);
int Run(const ConvertFlags& flags);
int Run(const VerifyFlags& flags);
int Run(const DownloadFlags& flags);
int Run(const ServeFlags& flags);
int Run(const DecodeUploadFlags& flags);

}  // namespace musicgen::cli
