#include "c_api/log.h"

#include <mutex>

namespace musicgen::c_api {
namespace {

struct Listener {
  std::mutex mutex;  // held while it is called: whoever replaces it may then free `user`
  mg_log_callback callback = nullptr;
  void* user = nullptr;
};

Listener& TheListener() {
  static auto& listener = *new Listener;
  return listener;
}

}  // namespace

void Log(mg_log_level level, const std::string& message) {
  Listener& listener = TheListener();
  std::lock_guard<std::mutex> lock(listener.mutex);
  if (listener.callback != nullptr) listener.callback(level, message.c_str(), listener.user);
}

void LogInfo(const std::string& message) { Log(MG_LOG_INFO, message); }

}  // namespace musicgen::c_api

void mg_set_log_callback(mg_log_callback callback, void* user) {
  musicgen::c_api::Listener& listener = musicgen::c_api::TheListener();
  std::lock_guard<std::mutex> lock(listener.mutex);
  listener.callback = callback;
  listener.user = user;
}
