// What is said of a piece of music, as AudioCraft's MusicInfo has it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/json.h"

namespace musicgen::train {

// Each field is normalised: trimmed, not empty; all but title, artist and description in small
// (ASCII) letters.
struct TrackText {
  std::optional<std::string> title, artist, description;
  std::optional<std::string> key;  // none where several are listed
  std::optional<std::string> genre, name, instrument;
  std::optional<double> bpm;
  std::optional<std::vector<std::string>> moods, keywords;
};

// A track's JSON object. A value that is null, no text, empty or "None" is none; lists may also be
// texts with commas or spaces between items. `fields_required`: all fields but keywords are there,
// as AudioCraft asks unless it is told otherwise. Other keys are ignored. Throws Error(kBadInput),
// beginning with `where`.
TrackText ParseTrackText(std::string_view json, const std::string& where, bool fields_required);
// The same of an object that may lack any field.
TrackText NormalisedText(const checkpoint::JsonObject& fields);

// The file beside a sound file, of the same name with .json, or all fields none where there is no
// such file. Throws Error(kBadInput).
TrackText ReadTrackText(const std::string& sound_path, bool fields_required);

// Without white space at both ends.
std::string Trimmed(std::string_view text);

}  // namespace musicgen::train
