// What the library has to say beside its results goes to whoever asked for it.
#pragma once

#include <string>

#include "musicgen/musicgen.h"

namespace musicgen::c_api {

void Log(mg_log_level level, const std::string& message);
void LogInfo(const std::string& message);

}  // namespace musicgen::c_api
