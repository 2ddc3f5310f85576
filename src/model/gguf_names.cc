#include "model/gguf_names.h"

#include <string_view>

#include "base/error.h"
#include "checkpoint/weight_norm_names.h"

namespace musicgen::model {
namespace {

struct Beginning {
  std::string_view canonical, short_form;
};
// Going through the list, the first that fits is taken, in either direction.
constexpr Beginning kBeginnings[] = {
    {"decoder.model.decoder.", "lm."}, {"decoder.lm_heads.", "heads."},
    {"text_encoder.encoder.", "t5."},  {"text_encoder.shared.", "t5_shared."},
    {"audio_encoder.", "codec."},
};

}  // namespace

std::string NameFromGguf(const std::string& name) {
  for (const Beginning& beginning : kBeginnings) {
    if (!name.starts_with(beginning.short_form)) continue;
    return StrCat(beginning.canonical, name.substr(beginning.short_form.size()));
  }
  return name;
}

std::string NameToGguf(const std::string& name) {
  const std::string old = checkpoint::OldWeightNormName(name);
  std::string result = old;
  for (const Beginning& beginning : kBeginnings) {
    if (!old.starts_with(beginning.canonical)) continue;
    result = StrCat(beginning.short_form, old.substr(beginning.canonical.size()));
    break;
  }
  if (NameFromGguf(result) != old) {
    ThrowBadInput("tensor ", Printable(name), ": its name means another tensor in our GGUF files");
  }
  return result;
}

}  // namespace musicgen::model
