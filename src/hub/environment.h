// The hub client's environment variables, read as the hub's own client reads them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace musicgen::hub {

struct Settings {
  std::string endpoint;         // without "/" at the end (HF_ENDPOINT)
  std::filesystem::path cache;  // where downloads go: the first of HubCaches()
  // HF_TOKEN, else HUGGING_FACE_HUB_TOKEN, else what is in the file HF_TOKEN_PATH (HF_HOME/token):
  // then token_file names it.
  std::string token, token_file;
  bool symlinks = true;         // HF_HUB_DISABLE_SYMLINKS
  int metadata_timeout_s = 10;  // to connect (HF_HUB_ETAG_TIMEOUT)
  int download_timeout_s = 10;  // without a byte (HF_HUB_DOWNLOAD_TIMEOUT)
  std::string user_agent;
  std::string certificates;  // a file of them, where the system's are not to be used
};

// Throws Error(kBadInput) for values that mean nothing.
Settings ReadSettings();

// The variable that forbids requests (HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE); empty: none does.
std::string OfflineReason();

// A path with a leading ~ and $NAME or ${NAME} replaced.
std::string ExpandPath(std::string path);

// Where repositories are looked for, in this order: HF_HUB_CACHE, else HUGGINGFACE_HUB_CACHE, else
// HF_HOME/hub, else XDG_CACHE_HOME/huggingface/hub, else ~/.cache/huggingface/hub; then
// AUDIOCRAFT_CACHE_DIR and TRANSFORMERS_CACHE, where they are set.
std::vector<std::filesystem::path> HubCaches();

}  // namespace musicgen::hub
