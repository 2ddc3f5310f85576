#include "cli/fetch_model.h"

#include "cli/download_progress.h"
#include "cli/warnings.h"
#include "common/errors.h"
#include "common/interrupt.h"

namespace musicgen::cli {
namespace {

// The path of a stage or an adapter that an option names.
std::string FetchNamed(const std::string& name, DownloadRole role, bool offline) {
  if (name.empty()) return name;
  DownloadOptions options;
  options.model = name;
  options.role = role;
  options.offline = offline;
  return DownloadWithProgress(options).path;
}

}  // namespace

DownloadResult DownloadWithProgress(const DownloadOptions& options) {
  const common::DeferInterrupts interrupts;
  DownloadDisplay display;
  auto result = Download(options, [&](const DownloadProgress& progress) {
    display.Update(progress);
    return !interrupts.requested();
  });
  display.Finish();
  if (!result || interrupts.requested()) throw common::Interrupted();
  PrintWarnings(result->warnings);
  return *std::move(result);
}

std::string FetchDemucs(const std::string& given, bool offline) {
  DownloadOptions options;
  options.model = given;
  options.role = DownloadRole::kDemucs;
  options.offline = offline;
  return DownloadWithProgress(options).path;
}

ModelOptions Fetch(const ModelFlags& flags, bool style) {
  ModelOptions options = flags.Options();
  DownloadOptions download;
  download.model = options.model;
  download.precision = options.precision;
  download.text_encoder = options.text_encoder;
  download.codec = options.codec;
  download.style_encoder = options.style_encoder;
  download.style = style;
  download.stems = flags.stems == "on" && flags.demucs.empty();
  download.offline = flags.offline;
  options.model = DownloadWithProgress(download).path;
  options.text_encoder =
      FetchNamed(options.text_encoder, DownloadRole::kTextEncoder, flags.offline);
  options.codec = FetchNamed(options.codec, DownloadRole::kCodec, flags.offline);
  options.style_encoder =
      FetchNamed(options.style_encoder, DownloadRole::kStyleEncoder, flags.offline);
  options.demucs = FetchNamed(options.demucs, DownloadRole::kDemucs, flags.offline);
  for (LoraFile& lora : options.loras) {
    lora.path = FetchNamed(lora.path, DownloadRole::kLora, flags.offline);
  }
  return options;
}

}  // namespace musicgen::cli
