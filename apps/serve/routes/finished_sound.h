// The finished sound of a job, in whatever form somebody wants it.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "serve/jobs/streamed_sound.h"
#include "serve/routes/service.h"

namespace musicgen::serve {

// One file for each take, on a worker's thread. Beside StreamSound's formats "ulaw" and "alaw".
// Where only the format's name is given the bytes are the command line's.
void RenderSound(Service& service, const std::string& id, const SoundFormat& format,
                 Strategy strategy,
                 std::function<void(std::vector<std::string> files, std::exception_ptr)> done);

bool IsG711(const SoundFormat& format);
// What StreamSound makes of it, before TranscodePiece.
SoundFormat StreamedForm(const SoundFormat& format);
std::string TranscodePiece(const SoundFormat& format, std::string bytes);

// As ContentType, for these formats too.
std::string ContentTypeOf(const SoundFormat& format, const ModelInfo& info);
// "wav", "mp3", …
std::string SuffixOf(const SoundFormat& format);

}  // namespace musicgen::serve
