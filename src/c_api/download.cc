#include "api/download.h"

#include <memory>
#include <optional>

#include "c_api/arguments.h"
#include "c_api/guard.h"

using namespace musicgen;
using namespace musicgen::c_api;

struct mg_download_options {
  static constexpr char kName[] = "mg_download_options";
  Locked<DownloadOptions> options;
};

// What has come so far, or all of it.
struct mg_download {
  static constexpr char kName[] = "mg_download";
  DownloadProgress progress;
  std::string path;
  std::vector<std::string> warnings;
};

namespace {

template <class T>
mg_status Set(mg_download_options* options, T DownloadOptions::*field, const T& value) {
  return Guard(
      [&] { Get(options)->options.Set([&](DownloadOptions& all) { all.*field = value; }); });
}

mg_status SetText(mg_download_options* options, std::string DownloadOptions::*field,
                  const char* text) {
  return Guard([&] { return Set(options, field, TextOrEmpty(text)); });
}

// One of the repositories, which keeps all of them.
std::shared_ptr<const DownloadedRepository> At(const mg_download* download, size_t index) {
  const auto all = Get(download);
  CheckIndex("repositories", index, all->progress.repositories.size());
  return {all, &all->progress.repositories[index]};
}

// The callback's handle lives during the call.
bool Tell(const DownloadProgress& now, mg_download_callback callback, void* user) {
  auto download = std::make_shared<mg_download>();
  download->progress = now;
  mg_download* const handle = NewHandle(std::move(download));
  const int32_t answer = callback(handle, user);
  Free(handle);
  return answer == MG_CONTINUE;
}

}  // namespace

mg_status mg_download_options_new(const char* model, mg_download_options** out) {
  return Create(out, [&] {
    auto options = std::make_shared<mg_download_options>();
    options->options.Set([&](DownloadOptions& all) { all.model = Text("model", model); });
    return options;
  });
}

mg_status mg_download_options_set_revision(mg_download_options* options, const char* revision) {
  return SetText(options, &DownloadOptions::revision, revision);
}

mg_status mg_download_options_set_role(mg_download_options* options, mg_download_role role) {
  return Guard([&] {
    return Set(options, &DownloadOptions::role, EnumOf("role", role, DownloadRole::kDemucs));
  });
}

mg_status mg_download_options_set_format(mg_download_options* options, mg_download_format format) {
  return Guard([&] {
    return Set(options, &DownloadOptions::format, EnumOf("format", format, DownloadFormat::kGguf));
  });
}

mg_status mg_download_options_set_precision(mg_download_options* options, mg_precision precision) {
  return Guard([&] {
    return Set(options, &DownloadOptions::precision,
               EnumOf("precision", precision, Precision::kQ4));
  });
}

mg_status mg_download_options_add_include(mg_download_options* options, const char* pattern) {
  return Guard([&] {
    const std::string text = Text("pattern", pattern);
    Get(options)->options.Set([&](DownloadOptions& all) { all.include.push_back(text); });
  });
}

mg_status mg_download_options_set_text_encoder(mg_download_options* options, const char* name) {
  return SetText(options, &DownloadOptions::text_encoder, name);
}

mg_status mg_download_options_set_codec(mg_download_options* options, const char* name) {
  return SetText(options, &DownloadOptions::codec, name);
}

mg_status mg_download_options_set_style_encoder(mg_download_options* options, const char* name) {
  return SetText(options, &DownloadOptions::style_encoder, name);
}

mg_status mg_download_options_set_style(mg_download_options* options, int32_t style) {
  return Guard([&] { return Set(options, &DownloadOptions::style, Flag("style", style)); });
}

mg_status mg_download_options_set_stems(mg_download_options* options, int32_t stems) {
  return Guard([&] { return Set(options, &DownloadOptions::stems, Flag("stems", stems)); });
}

mg_status mg_download_options_set_refresh(mg_download_options* options, int32_t refresh) {
  return Guard([&] { return Set(options, &DownloadOptions::refresh, Flag("refresh", refresh)); });
}

mg_status mg_download_options_set_offline(mg_download_options* options, int32_t offline) {
  return Guard([&] { return Set(options, &DownloadOptions::offline, Flag("offline", offline)); });
}

void mg_download_options_free(mg_download_options* options) { Free(options); }

mg_status mg_download_run(const mg_download_options* options, mg_download_callback progress,
                          void* user, mg_download** out) {
  bool stopped = false;
  const mg_status status = Create(out, [&] {
    DownloadCallback callback;
    if (progress != nullptr) {
      callback = [&](const DownloadProgress& now) { return Tell(now, progress, user); };
    }
    std::optional<DownloadResult> result = api::Download(Get(options)->options.Copy(), callback);
    stopped = !result;
    if (stopped) ThrowBadInput("download: stopped by its callback");
    auto download = std::make_shared<mg_download>();
    for (const DownloadedRepository& repository : result->repositories) {
      download->progress.bytes_total += repository.bytes;
    }
    download->progress.bytes_done = download->progress.bytes_total;
    download->progress.repositories = std::move(result->repositories);
    download->path = std::move(result->path);
    download->warnings = std::move(result->warnings);
    return download;
  });
  return stopped ? MG_CANCELLED : status;
}

const char* mg_download_path(const mg_download* download) {
  return Value([&] { return Get(download)->path.c_str(); });
}

uint64_t mg_download_bytes_done(const mg_download* download) {
  return Value([&] { return Get(download)->progress.bytes_done; });
}

uint64_t mg_download_bytes_total(const mg_download* download) {
  return Value([&] { return Get(download)->progress.bytes_total; });
}

int32_t mg_download_waiting_s(const mg_download* download) {
  return Value([&]() -> int32_t { return Get(download)->progress.waiting_s; });
}

size_t mg_download_repository_count(const mg_download* download) {
  return Value([&] { return Get(download)->progress.repositories.size(); });
}

const char* mg_download_repository_id(const mg_download* download, size_t index) {
  return Value([&] { return At(download, index)->id.c_str(); });
}

const char* mg_download_repository_commit(const mg_download* download, size_t index) {
  return Value([&] { return At(download, index)->commit.c_str(); });
}

const char* mg_download_repository_path(const mg_download* download, size_t index) {
  return Value([&] { return At(download, index)->path.c_str(); });
}

const char* mg_download_repository_licence(const mg_download* download, size_t index) {
  return Value([&] { return At(download, index)->licence.c_str(); });
}

uint64_t mg_download_repository_bytes(const mg_download* download, size_t index) {
  return Value([&] { return At(download, index)->bytes; });
}

size_t mg_download_repository_files(const mg_download* download, size_t index) {
  return Value([&] { return At(download, index)->files; });
}

size_t mg_download_warning_count(const mg_download* download) {
  return Value([&] { return Get(download)->warnings.size(); });
}

const char* mg_download_warning(const mg_download* download, size_t index) {
  return Value([&] {
    const auto all = Get(download);
    CheckIndex("warnings", index, all->warnings.size());
    return all->warnings[index].c_str();
  });
}

void mg_download_free(mg_download* download) { Free(download); }
