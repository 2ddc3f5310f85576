// The words of captions, by what they say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compose/attributes.h"

namespace musicgen::compose {

using Phrases = std::vector<std::string_view>;  // each of one or more words

inline constexpr int kSlowestBpm = 70, kFastestBpm = 155;  // of captions

const Phrases& MoodPhrases(Mood mood);
const Phrases& TempoPhrases(int beat_frames);
const Phrases& StylePhrases(Style style);
const Phrases& Nouns();
const Phrases& LeadPhrases(int lead);
const Phrases& ChordPhrases(int chords);
const Phrases& BassPhrases(int bass);
const Phrases& DrumPhrases(int kit);
const Phrases& NoDrumPhrases();
std::string KeyPhrase(const Key& key);

// Words that say nothing about a song: captions have them now and then, so that a prompt may.
const Phrases& EmptyWords();

// Every word that a caption may have, tempi as numbers, each once.
std::vector<std::string> AllWords();

}  // namespace musicgen::compose
