#include <map>

#include "base/error.h"
#include "compose/attributes.h"
#include "compose/clip.h"
#include "compose/draws.h"
#include "compose/phrases.h"

namespace musicgen::compose {
namespace {

constexpr int kLeftOut = 30;  // percent

// What stands in brackets falls away when the part it names is left out.
constexpr std::string_view kTemplates[] = {
    "a[ {tempo}][ {style}] tune[ in {key}][ at {bpm} bpm][ with {lead}][, {accompaniment}][ and "
    "{drums}]",
    "a[ {mood}][ {style}] song[ with {lead}][ over {accompaniment}][, {drums}][, {bpm} bpm][, "
    "{key}]",
    "[{style} ]music[ with {lead}][ and {accompaniment}][, {drums}][ in {key}][, {bpm} bpm]",
    "[{mood} ][{tempo} ][{style} ]track[, {lead}][, {accompaniment}][, {drums}][, {bpm} bpm][, "
    "{key}]",
    "a[ {mood}] piece[ in {key}][ for {lead}][ and {accompaniment}][ with {drums}][ at {bpm} bpm]",
    "an instrumental[ {style}] piece[ with {lead}][, {accompaniment}][, {drums}][ at {bpm} bpm]",
    "[{lead} ]melody[ over {accompaniment}][ with {drums}][ in a {style} style][ at {bpm} bpm][ in "
    "{key}]",
    "[{tempo} ][{style} ]groove[ with {drums}][, {lead}][ and {accompaniment}][ in {key}]",
    "the[ {mood}] sound of[ {lead}][ with {accompaniment}][, {style}][, {drums}][, {bpm} bpm]",
    "this[ {style}] recording features[ {lead}][, {accompaniment}][, {drums}][ in {key}][ at {bpm} "
    "bpm]",
    "[{bpm} bpm ][{style} ]track[ in {key}][ with {lead}][ and {accompaniment}][, {drums}]",
    "[{key}, ][{bpm} bpm, ]a[ {mood}][ {style}] piece[ with {lead}][ and {accompaniment}][, "
    "{drums}]",
    "a[ {tempo}][ {mood}] melody[ played by {lead}][ with {accompaniment}][ and {drums}][, "
    "{style}]",
    "[{style} ]instrumental[ with {lead}][ and {drums}][, {accompaniment}][, {key}][, {bpm} bpm]",
    "[{mood} ]music[ for {lead}][ with {accompaniment}][, {drums}][, a {style} rhythm][ at {bpm} "
    "bpm]",
    "some[ {tempo}][ {style}] music[ in {key}][ with {lead}][, {accompaniment}][, {drums}]",
    "[{lead} ]and band[ playing {style}][ with {accompaniment}][ and {drums}][ in {key}][ at {bpm} "
    "bpm]",
    "a short[ {style}] clip[ with {drums}][, {lead}][, {accompaniment}][, {mood}][, {bpm} bpm]",
    "[{mood} ]background music[ in {key}][, {style}][, {lead}][, {accompaniment}][, {drums}]",
    "a[ {style}] loop[ at {bpm} bpm][ in {key}][ with {lead}][ and {accompaniment}][, {drums}]",
};

using Parts = std::map<std::string, std::string, std::less<>>;

// Replaces {name}; empty when the part is missing.
std::string Filled(std::string_view text, const Parts& parts) {
  const size_t begin = text.find('{'), end = text.find('}');
  if (begin == std::string_view::npos) return std::string(text);
  const auto part = parts.find(text.substr(begin + 1, end - begin - 1));
  if (part == parts.end()) return "";
  return StrCat(text.substr(0, begin), part->second, text.substr(end + 1));
}

std::string Fill(std::string_view form, const Parts& parts) {
  std::string text;
  while (!form.empty()) {
    const size_t begin = std::min(form.find('['), form.size());
    text += form.substr(0, begin);
    form.remove_prefix(begin);
    if (form.empty()) break;
    const size_t end = form.find(']');
    text += Filled(form.substr(1, end - 1), parts);
    form.remove_prefix(end + 1);
  }
  return text;
}

// "a ambient tune" → "an ambient tune".
std::string WithArticles(std::string text) {
  for (size_t at = 0; at + 2 < text.size(); ++at) {
    const bool article = text[at] == 'a' && text[at + 1] == ' ' && (at == 0 || text[at - 1] == ' ');
    if (article && std::string_view("aeiou").find(text[at + 2]) != std::string_view::npos) {
      text.insert(at + 1, "n");
    }
  }
  return text;
}

int BeatFrames(int bpm) { return 60 * kFrameRateHz / bpm; }

}  // namespace

ClipText TextOf(const Clip& clip, uint64_t seed, uint64_t counter) {
  Draws draws(seed, counter, DrawStream::kCaption);
  const ClipAttributes& song = clip.attributes;
  const int beat_frames = BeatFrames(song.bpm);
  const Mood mood = MoodOf(song.key.minor, beat_frames);
  const auto& lead = ClipLeads()[static_cast<size_t>(song.lead)];
  const auto& accompaniment = ClipAccompaniments()[static_cast<size_t>(song.accompaniment)];
  ClipText text;
  text.name = StrCat("clip ", counter);
  text.key = KeyPhrase(song.key);
  text.bpm = song.bpm;
  text.genre = PartsOf(song.style).name;
  text.moods = {std::string(MoodPhrases(mood).front())};
  text.instrument = lead.name;
  text.keywords = {std::string(lead.family), std::string(accompaniment.name),
                   song.drums ? "drums" : "no drums"};
  Parts parts = {{"tempo", std::string(draws.Of(TempoPhrases(beat_frames)))},
                 {"mood", std::string(draws.Of(MoodPhrases(mood)))},
                 {"style", text.genre},
                 {"key", text.key},
                 {"bpm", std::to_string(song.bpm)},
                 {"lead", text.instrument},
                 {"accompaniment", std::string(accompaniment.name)},
                 {"drums", std::string(song.drums ? "drums" : "no drums")}};
  for (auto part = parts.begin(); part != parts.end();) {
    part = draws.Percent(kLeftOut) ? parts.erase(part) : std::next(part);
  }
  text.description = WithArticles(Fill(draws.Of(kTemplates), parts));
  return text;
}

}  // namespace musicgen::compose
