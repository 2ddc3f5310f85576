// Writing files, and pictures of sound.

#include "api/sounds.h"
#include "base/destination.h"
#include "base/write_whole.h"
#include "c_api/arguments.h"
#include "c_api/bytes.h"
#include "c_api/guard.h"
#include "c_api/waveform.h"

using namespace musicgen;
using namespace musicgen::c_api;

mg_status mg_check_destination(const char* path) {
  return Guard([&] { CheckWritable(Text("path", path)); });
}

mg_status mg_write_file(const char* path, const void* data, size_t size) {
  return Guard([&] {
    const std::string name = Text("path", path);
    if (data == nullptr && size > 0) ThrowBadInput("file: expected ", size, " bytes, found NULL");
    WriteWhole(name, {static_cast<const char*>(data), size});
  });
}

mg_status mg_plot(const mg_waveform* wave, mg_bytes** out) {
  return Create(out, [&] { return MakeBytes(api::PlotAudio(*Get(wave)->sound)); });
}
