#include "api/convert.h"

#include <filesystem>

#include "api/argument_check.h"
#include "base/error.h"
#include "base/thread_pool.h"
#include "convert/convert.h"
#include "lora/apply.h"
#include "model/audiocraft_files.h"
#include "model/model_path.h"

namespace musicgen::api {

using convert::ConvertToAudioCraft;
using convert::ConvertToGguf;
using convert::ConvertToHuggingFace;

std::vector<std::string> Convert(const ModelOptions& options, const std::string& out) {
  const int threads = ThreadCount(options.threads);
  const std::string path = model::FindModel(options.model);
  std::error_code error;
  if (std::filesystem::equivalent(path, out, error)) {
    ThrowBadInput("output ", Printable(out), ": expected another place than the model's own");
  }
  const Precision precision = options.precision;
  const bool to_gguf = out.ends_with(".gguf");
  const bool quantized = precision == Precision::kQ8 || precision == Precision::kQ4;
  if (quantized && !to_gguf) {
    ThrowBadInput("output ", Printable(out),
                  ": expected a name that ends in .gguf, since no other ", "layout holds ",
                  PrecisionName(precision));
  }
  const bool whole = options.text_encoder.empty() && options.codec.empty();
  const bool to_audiocraft =
      !to_gguf && !model::IsFile(path) && !model::IsAudioCraftDirectory(path);
  if (to_audiocraft && !whole) {
    ThrowBadInput("convert: AudioCraft's layout takes no text encoder or codec of its own");
  }
  if (to_audiocraft && precision != Precision::kAuto) {
    ThrowBadInput("convert: AudioCraft's layout takes tensors as they are, found precision ",
                  PrecisionName(precision));
  }
  model::ModelFiles files =
      model::OpenModel(path, options.text_encoder, options.codec, options.strict);
  lora::Apply(options.loras, threads, &files);
  ThreadPool pool(threads);
  if (to_audiocraft) {
    ConvertToAudioCraft(files, pool, out);
  } else if (to_gguf) {
    ConvertToGguf(files, precision, pool, out);
  } else {
    ConvertToHuggingFace(files, whole, precision, pool, out);
  }
  return files.warnings;
}

}  // namespace musicgen::api
