// YAML text as the same tree of values as JSON text, read as hostile input: plain block and flow
// style with scalars, lists and maps whose keys are scalars. Anchors, aliases, tags, merge keys and
// several documents are refused. The YAML library stays behind this header.
#pragma once

#include <string>
#include <string_view>

#include "checkpoint/json.h"

namespace musicgen::checkpoint {

// Scalars become what OmegaConf (AudioCraft's reader) makes of them: null, true and false, decimal
// integers, numbers with a point or an exponent, else strings; quoted ones are strings. A scalar
// that is one absolute reference, "${encodec.causal}", takes the value of the scalar it leads to;
// one that leads nowhere stays text. Throws Error(kBadInput) beginning with `where`.
JsonValue ParseYaml(std::string_view text, const std::string& where);

}  // namespace musicgen::checkpoint
