// The keys of rank_pattern and alpha_pattern.
#pragma once

#include <string>
#include <string_view>

namespace musicgen::lora {

// PEFT reads a key as a regular expression for the end of a module's path, which begins behind a
// dot. Of these are known: names, '.', '\.', '.*', '^' in front and '$' at the end.
bool IsKnownPattern(std::string_view pattern);
// "layers.0.self_attn.q_proj", of "decoder.model.decoder.layers.0.self_attn.q_proj". The pattern is
// a known one.
bool MatchesModule(std::string_view pattern, std::string_view module);

}  // namespace musicgen::lora
