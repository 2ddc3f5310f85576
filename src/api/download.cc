#include "api/download.h"

#include "hub/environment.h"
#include "model/fetch_model.h"

namespace musicgen::api {
namespace {

hub::Form FormOf(DownloadFormat format) {
  switch (format) {
    case DownloadFormat::kAuto:
      return hub::Form::kAuto;
    case DownloadFormat::kSafetensors:
      return hub::Form::kSafetensors;
    case DownloadFormat::kAudioCraft:
      return hub::Form::kAudioCraft;
    case DownloadFormat::kGguf:
      return hub::Form::kGguf;
  }
  return hub::Form::kAuto;
}

hub::Role RoleOf(DownloadRole role) {
  switch (role) {
    case DownloadRole::kModel:
      return hub::Role::kModel;
    case DownloadRole::kTextEncoder:
      return hub::Role::kTextEncoder;
    case DownloadRole::kCodec:
      return hub::Role::kCodec;
    case DownloadRole::kLora:
      return hub::Role::kAdapter;
    case DownloadRole::kStyleEncoder:
      return hub::Role::kStyleEncoder;
    case DownloadRole::kDemucs:
      return hub::Role::kDemucs;
  }
  return hub::Role::kModel;
}

std::vector<DownloadedRepository> Public(const std::vector<hub::Account>& accounts) {
  std::vector<DownloadedRepository> repositories;
  for (const hub::Account& account : accounts) {
    if (account.id.empty()) continue;  // was here
    repositories.push_back(
        {account.id, account.commit, account.path, account.licence, account.bytes, account.files});
  }
  return repositories;
}

}  // namespace

std::optional<DownloadResult> Download(const DownloadOptions& options,
                                       const DownloadCallback& progress) {
  model::FetchRequest request;
  request.model = options.model;
  request.revision = options.revision;
  request.choice = {FormOf(options.format), PrecisionName(options.precision), options.include};
  request.role = RoleOf(options.role);
  request.text_encoder = options.text_encoder;
  request.codec = options.codec;
  request.style_encoder = options.style_encoder;
  request.style = options.style;
  request.stems = options.stems;
  request.refresh = options.refresh;
  request.offline = options.offline ? "--offline" : hub::OfflineReason();
  const hub::Result result = model::FetchModel(request, [&](const hub::Progress& now) {
    return progress == nullptr ||
           progress({Public(now.repositories), now.bytes_done, now.bytes_total, now.waiting_s});
  });
  if (!result.finished) return std::nullopt;
  return DownloadResult{result.repositories.front().path, Public(result.repositories),
                        result.notes};
}

}  // namespace musicgen::api
