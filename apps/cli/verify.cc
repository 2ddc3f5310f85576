#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "cli/commands.h"
#include "cli/open_model.h"
#include "cli/verify_replay.h"
#include "cli/verify_values.h"
#include "common/errors.h"
#include "common/interrupt.h"
#include "common/json.h"
#include "common/text_file.h"
#include "musicgen/bench.hpp"

namespace musicgen::cli {
namespace {

using common::BadInput;
using common::JsonObject;

constexpr double kLongest_s = 2;  // of what the checks make

// Whether a model's name or place is that of a repository: org/name, a folder of that name or of
// the hub's cache (models--org--name).
bool IsRepository(const std::string& model, const std::string& path,
                  const std::string& repository) {
  if (model.substr(0, model.find('@')) == repository) return true;
  std::string cached = "models--" + repository;
  if (const size_t slash = cached.find('/'); slash != std::string::npos) {
    cached.replace(slash, 1, "--");
  }
  std::filesystem::path folder(path);
  if (folder.filename().empty()) folder = folder.parent_path();
  return folder.filename() == repository.substr(repository.find('/') + 1) ||
         std::find(folder.begin(), folder.end(), std::filesystem::path(cached)) != folder.end();
}

const VerifiedModel& Known(const std::vector<VerifiedModel>& models, const VerifyFlags& flags,
                           const ModelInfo& info) {
  std::string names;
  for (const VerifiedModel& model : models) {
    if (flags.known_as.empty()
            ? std::any_of(model.repositories.begin(), model.repositories.end(),
                          [&](const std::string& repository) {
                            return IsRepository(flags.model.model, info.path, repository);
                          })
            : model.name == flags.known_as) {
      return model;
    }
    names += (names.empty() ? "" : ", ") + model.repositories.front();
  }
  BadInput("verify: no values are known for " +
           (flags.known_as.empty() ? info.path : flags.known_as) + ": expected " + names +
           (flags.known_as.empty() ? ", or --as for a folder that holds one of them" : ""));
}

std::string Shape(bool melody, int64_t width, int64_t codebooks, int64_t channels) {
  return std::string(melody ? "a melody model" : "a text model") + " of width " +
         std::to_string(width) + " with " + std::to_string(codebooks) + " codebooks and " +
         std::to_string(channels) + (channels == 1 ? " channel" : " channels");
}

void CheckShape(const VerifiedModel& known, const ModelInfo& info) {
  const std::string expected =
      Shape(known.melody, known.hidden_size, known.codebooks, known.audio_channels);
  const std::string found = Shape(info.model_type == "musicgen_melody", info.hidden_size,
                                  info.codebooks, info.audio_channels);
  if (expected == found) return;
  BadInput("verify: " + known.name + " is " + expected + ", found in " + info.path + ": " + found);
}

const char* Word(Verdict verdict) {
  if (verdict == Verdict::kSkipped) return "skipped";
  return verdict == Verdict::kPass ? "pass" : "FAIL";
}

void PrintRow(const VerifyRow& row) {
  std::string name = row.check + ", " + row.part;
  if (row.verdict == Verdict::kSkipped) {
    std::printf("%-78s %s: %s\n", name.c_str(), Word(row.verdict), row.reason.c_str());
  } else if (row.expected.empty()) {
    std::printf("%-78s %11s %11.5f %11s %9.1e  %s\n", name.c_str(), "more", row.difference, "",
                row.limit, Word(row.verdict));
  } else {
    name += ", " + std::to_string(row.expected.size()) + " values";
    std::printf("%-78s %11.5g %11.5g %11.1e %9.1e  %s\n", name.c_str(), row.expected[row.at],
                row.found[row.at], row.difference, row.limit, Word(row.verdict));
  }
  std::fflush(stdout);
}

JsonObject ToJson(const VerifyRow& row) {
  JsonObject json;
  json.Set("check", row.check).Set("part", row.part);
  if (row.verdict == Verdict::kSkipped) {
    json.Set("skipped", row.reason);
  } else if (row.expected.empty()) {
    json.Set("expected_more_than", row.limit).Set("found", row.difference);
  } else {
    json.Set("expected", row.expected).Set("found", row.found);
    json.Set("largest_difference", row.difference).Set("tolerance", row.limit);
  }
  json.Set("result", row.verdict == Verdict::kFail ? "fail" : Word(row.verdict));
  return json;
}

int64_t Count(const std::vector<VerifyRow>& rows, Verdict verdict) {
  return std::count_if(rows.begin(), rows.end(),
                       [&](const VerifyRow& row) { return row.verdict == verdict; });
}

void PrintJson(const std::vector<VerifyRow>& rows, const VerifiedModel& known,
               const ModelInfo& info) {
  std::vector<JsonObject> checks;
  checks.reserve(rows.size());
  for (const VerifyRow& row : rows) checks.push_back(ToJson(row));
  JsonObject json;
  json.Set("model", info.path).Set("known_as", known.name).Set("source", known.source);
  json.Set("version", std::string(Version())).Set("instruction_set", InstructionSet());
  json.Set("file_dtype", info.file_dtype)
      .Set("precision", std::string(PrecisionName(info.precision)));
  json.Set("checks", checks);
  json.Set("passed", Count(rows, Verdict::kPass)).Set("failed", Count(rows, Verdict::kFail));
  json.Set("skipped", Count(rows, Verdict::kSkipped));
  std::printf("%s\n", json.Compact().c_str());
}

}  // namespace

int Run(const VerifyFlags& flags) {
  const std::vector<VerifiedModel> models =
      flags.values.empty() ? ParseVerifyValues(kVerifyValues, "the program's own values")
                           : ParseVerifyValues(common::ReadTextFile(flags.values), flags.values);
  Model model = OpenModel(flags.model);
  const VerifiedModel& known = Known(models, flags, model.info());
  CheckShape(known, model.info());
  model.Load(2, kLongest_s);
  const common::DeferInterrupts interrupts;
  if (!flags.json) {
    std::printf("%s as %s, file %s, precision f32, %s\nsource: %s\n\n%-78s %11s %11s %11s %9s\n",
                model.info().path.c_str(), known.name.c_str(), model.info().file_dtype.c_str(),
                InstructionSet().c_str(), known.source.c_str(), "check", "expected", "found",
                "difference", "limit");
  }
  std::vector<VerifyRow> rows;
  for (const VerifyCheck& check : known.checks) {
    for (VerifyRow& row : Replay(model, check, [&] { return !interrupts.requested(); })) {
      if (!flags.json) PrintRow(row);
      rows.push_back(std::move(row));
    }
    if (interrupts.requested()) {
      std::fputs("musicgen: interrupted\n", stderr);
      return common::kExitInterrupted;
    }
  }
  const int64_t failed = Count(rows, Verdict::kFail), passed = Count(rows, Verdict::kPass);
  if (flags.json) {
    PrintJson(rows, known, model.info());
  } else {
    std::printf("\n%lld passed, %lld failed, %lld skipped\n", static_cast<long long>(passed),
                static_cast<long long>(failed),
                static_cast<long long>(Count(rows, Verdict::kSkipped)));
  }
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace musicgen::cli
