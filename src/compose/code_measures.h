// How music-like codes of the palette are, by what they mean; composed songs are the measure.
#pragma once

#include "compose/vocabulary.h"
#include "types/codes.h"

namespace musicgen::compose {

// Codes [4, T] of any model: numbers that the palette does not use are sounds that cannot be.

// Share of codes that neither begin a sound nor go on with what the codebook played a frame before.
// 0 of composed songs.
double GlitchRate(const Vocabulary& vocabulary, const Codes& codes);

// Share of the onsets that lie on one song's sixteenths: of the tempo, swing and first beat with
// the most of them. 1 of composed songs, and where nothing begins.
double GridShare(const Vocabulary& vocabulary, const Codes& codes);

// Share of the onsets of bass, chords and lead whose notes are of the key; chords count by their
// three notes together. 1 of composed songs in their own key, and where nothing begins.
double ScaleShare(const Vocabulary& vocabulary, const Codes& codes, const Key& key);

}  // namespace musicgen::compose
