// The flags of each subcommand, written into its struct when the line is parsed.
#pragma once

#include "cli/options.h"
#include "common/flags.h"

namespace musicgen::cli {

// generate_options.cc
void AddGenerate(common::Flags flags, GenerateFlags& values);

// live_options.cc
void AddLive(common::Flags flags, LiveFlags& values);

// sound_options.cc: sounds and codes
void AddEncode(common::Flags flags, EncodeFlags& values);
void AddDecode(common::Flags flags, DecodeFlags& values);
void AddChroma(common::Flags flags, ChromaFlags& values);
void AddSeparate(common::Flags flags, SeparateFlags& values);
void AddStyleCommand(common::Flags flags, StyleFlags& values);
void AddPlot(common::Flags flags, PlotFlags& values);

// serve_options.cc
void AddServe(common::Flags flags, ServeFlags& values);

// model_options.cc: what a model says of texts, codes and itself
void AddTokenize(common::Flags flags, TokenizeFlags& values);
void AddScore(common::Flags flags, ScoreFlags& values);
void AddInfo(common::Flags flags, InfoFlags& values);
void AddBench(common::Flags flags, BenchFlags& values);
void AddConvert(common::Flags flags, ConvertFlags& values);
void AddVerify(common::Flags flags, VerifyFlags& values);
void AddDownload(common::Flags flags, DownloadFlags& values);

// shared_options.cc: what several of them have
void AddModelPaths(common::Flags& flags, ModelFlags& values);
void AddModelParts(common::Flags& flags, ModelFlags& values);  // all but the model itself
void AddModel(common::Flags& flags, ModelFlags& values);
void AddReading(common::Flags& flags, ModelFlags& values);  // precision and reference
void AddMachine(common::Flags& flags, ModelFlags& values);
void AddAudio(common::Flags& flags, AudioFlags& values);
void AddWindows(common::Flags& flags, double& max_duration_s, double& extend_stride_s);
void AddSeed(common::Flags& flags, int64_t& seed, const std::string& help);
void AddSampling(common::Flags& flags, GenerationParams& params, bool& greedy);
void AddBeta(common::Flags& flags, std::optional<double>& beta);
void AddStems(common::Flags& flags, std::string& stems, std::string& demucs);
void AddStyle(common::Flags& flags, StyleSource& values);
void AddStyleParams(common::Flags& flags, StyleParams& params);  // all but the sound
void AddPromptsFile(common::Flags& flags, std::string& path);

}  // namespace musicgen::cli
