// Models from the Hugging Face hub into its cache on this machine, which other programs share.
#pragma once

#include <exception>
#include <utility>

#include "musicgen/download_options.hpp"
#include "musicgen/handle.hpp"

namespace musicgen {
namespace detail {

using DownloadOptionsHandle = Handle<mg_download_options, mg_download_options_free>;
using DownloadHandle = Handle<mg_download, mg_download_free>;

inline DownloadOptionsHandle ToHandle(const DownloadOptions& options) {
  DownloadOptionsHandle handle;
  Check(mg_download_options_new(options.model.c_str(), handle.out()));
  mg_download_options* raw = handle.get();
  Check(mg_download_options_set_revision(raw, options.revision.c_str()));
  Check(mg_download_options_set_role(raw, static_cast<mg_download_role>(options.role)));
  Check(mg_download_options_set_format(raw, static_cast<mg_download_format>(options.format)));
  Check(mg_download_options_set_precision(raw, static_cast<mg_precision>(options.precision)));
  for (const std::string& pattern : options.include) {
    Check(mg_download_options_add_include(raw, pattern.c_str()));
  }
  Check(mg_download_options_set_text_encoder(raw, options.text_encoder.c_str()));
  Check(mg_download_options_set_codec(raw, options.codec.c_str()));
  Check(mg_download_options_set_style_encoder(raw, options.style_encoder.c_str()));
  Check(mg_download_options_set_style(raw, options.style ? 1 : 0));
  Check(mg_download_options_set_stems(raw, options.stems ? 1 : 0));
  Check(mg_download_options_set_refresh(raw, options.refresh ? 1 : 0));
  Check(mg_download_options_set_offline(raw, options.offline ? 1 : 0));
  return handle;
}

inline std::vector<DownloadedRepository> Repositories(const mg_download* download) {
  std::vector<DownloadedRepository> repositories;
  for (size_t i = 0; i < mg_download_repository_count(download); ++i) {
    repositories.push_back(
        {mg_download_repository_id(download, i), mg_download_repository_commit(download, i),
         mg_download_repository_path(download, i), mg_download_repository_licence(download, i),
         mg_download_repository_bytes(download, i), mg_download_repository_files(download, i)});
  }
  return repositories;
}

}  // namespace detail

// Downloads what is missing of a model, with the T5 and the codec that AudioCraft's files name.
// What is whole on this machine causes no request, unless `refresh` is set. Every file's size and
// hash are checked; a download that was broken off, also by killing the process, goes on where it
// was. Where the hub is out of order and the cache holds a snapshot, that is taken, with a warning.
// Nothing when the callback stopped it. Throws Error: kBadInput for models that are not there,
// private or gated, for a form that the repository does not have, and offline; kFailure for the
// network, a full disk and files whose hash is wrong. May be called from several threads, and by
// several processes.
inline std::optional<DownloadResult> Download(const DownloadOptions& options,
                                              const DownloadCallback& progress = {}) {
  struct Call {
    const DownloadCallback& progress;
    std::exception_ptr thrown;
  } call{progress, nullptr};
  const mg_download_callback tell = [](const mg_download* now, void* user) -> int32_t {
    Call& mine = *static_cast<Call*>(user);
    try {
      const bool goes_on =
          mine.progress({detail::Repositories(now), mg_download_bytes_done(now),
                         mg_download_bytes_total(now), mg_download_waiting_s(now)});
      return goes_on ? MG_CONTINUE : MG_STOP;
    } catch (...) {
      mine.thrown = std::current_exception();
      return MG_STOP;
    }
  };
  detail::DownloadHandle handle;
  const mg_status status = mg_download_run(
      detail::ToHandle(options).get(), progress == nullptr ? nullptr : tell, &call, handle.out());
  if (call.thrown != nullptr) std::rethrow_exception(call.thrown);
  if (status == MG_CANCELLED) return std::nullopt;
  detail::Check(status);
  DownloadResult result;
  result.path = mg_download_path(handle.get());
  result.repositories = detail::Repositories(handle.get());
  for (size_t i = 0; i < mg_download_warning_count(handle.get()); ++i) {
    result.warnings.emplace_back(mg_download_warning(handle.get(), i));
  }
  return result;
}

}  // namespace musicgen
