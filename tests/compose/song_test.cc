#include "compose/song.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "compose/plan.h"
#include "compose/scale.h"
#include "compose/style.h"

namespace musicgen::compose {
namespace {

constexpr Palette kPalettes[] = {Palette::kFull, Palette::kRestricted};

// FNV-1a of all that a song is.
uint64_t Hash(const Song& song) {
  uint64_t hash = 0xcbf29ce484222325u;
  const auto add = [&hash](uint64_t value) { hash = (hash ^ value) * 0x100000001b3u; };
  for (size_t frame = 0; frame < song.frames.size(); ++frame) {
    for (const int16_t code : song.frames[frame]) add(static_cast<uint16_t>(code));
    add(song.on_grid[frame]);
  }
  return hash;
}

TEST(SongTest, IsTheSameOnEveryMachine) {
  uint64_t hash = 0;
  for (const Palette palette : kPalettes) {
    const Vocabulary vocabulary(palette);
    for (uint64_t counter = 0; counter < 50; ++counter) {
      hash = hash * 31 + Hash(Compose(vocabulary, 2036, counter, 500));
    }
  }
  EXPECT_EQ(hash, 1620973352500712444u);
}

TEST(SongTest, ALongerSongBeginsWithAShorterOne) {
  const Vocabulary vocabulary(Palette::kFull);
  const Song brief = Compose(vocabulary, 3, 4, 123), lengthy = Compose(vocabulary, 3, 4, 456);
  EXPECT_TRUE(std::equal(brief.frames.begin(), brief.frames.end(), lengthy.frames.begin()));
  EXPECT_TRUE(Compose(vocabulary, 3, 4, 0).frames.empty());
}

TEST(SongTest, CountersAndSeedsGiveOtherSongs) {
  const Vocabulary vocabulary(Palette::kFull);
  std::set<uint64_t> hashes;
  for (uint64_t counter = 0; counter < 200; ++counter) {
    for (const uint64_t seed : {1, 2}) {
      hashes.insert(Hash(Compose(vocabulary, seed, counter, 300)));
    }
  }
  EXPECT_GT(hashes.size(), 395u);
}

TEST(SongTest, SoundsBeginOnTheGridAndElseGoOn) {
  for (const Palette palette : kPalettes) {
    const Vocabulary vocabulary(palette);
    for (uint64_t counter = 0; counter < 200; ++counter) {
      const Song song = Compose(vocabulary, 5, counter, 700);
      std::array<int, kBooks> before{};
      for (size_t frame = 0; frame < song.frames.size(); ++frame) {
        for (int book = 0; book < kBooks; ++book) {
          const int code = song.frames[frame][static_cast<size_t>(book)];
          ASSERT_LT(code, vocabulary.used(book));
          const bool goes_on =
              code == vocabulary.meaning(book, before[static_cast<size_t>(book)]).next;
          const bool begins = code > 0 && vocabulary.meaning(book, code).age == 0;
          ASSERT_TRUE(goes_on || (begins && song.on_grid[frame])) << counter << ": " << frame;
          before[static_cast<size_t>(book)] = code;
        }
      }
    }
  }
}

TEST(SongTest, KeepsToItsKeyAndItsInstruments) {
  const Vocabulary vocabulary(Palette::kFull);
  for (uint64_t counter = 0; counter < 300; ++counter) {
    const Song song = Compose(vocabulary, 6, counter, 600);
    const SongAttributes& attributes = song.attributes;
    const Key key{attributes.tonic, attributes.minor};
    const std::array<int, kBooks> instruments = {attributes.kit, attributes.bass, attributes.chords,
                                                 attributes.lead};
    for (const auto& codes : song.frames) {
      for (int book = 0; book < kBooks; ++book) {
        const int code = codes[static_cast<size_t>(book)];
        if (code == 0) continue;
        const CodeMeaning& meaning = vocabulary.meaning(book, code);
        ASSERT_EQ(meaning.instrument, instruments[static_cast<size_t>(book)]);
        if (book == 1) {
          ASSERT_TRUE(InScale(key, kFirstBassPitch + meaning.pitch));
        } else if (book == 3) {
          ASSERT_TRUE(InScale(key, kFirstLeadPitch + meaning.pitch));
        } else if (book == 2) {
          const int root = TriadRoot(meaning.pitch), third = TriadMinor(meaning.pitch) ? 3 : 4;
          for (const int note : {root, root + third, root + 7}) ASSERT_TRUE(InScale(key, note));
        }
      }
      ASSERT_TRUE(attributes.drums || codes[0] == 0);
    }
  }
}

TEST(SongTest, BeatsLieBeatFramesApart) {
  const Vocabulary vocabulary(Palette::kFull);
  for (uint64_t counter = 0; counter < 50; ++counter) {
    const Song song = Compose(vocabulary, 7, counter, 400);
    for (size_t frame = 0; frame < 400; frame += static_cast<size_t>(song.attributes.beat_frames)) {
      EXPECT_TRUE(song.on_grid[frame]);
    }
    const auto beats = std::count(song.on_grid.begin(), song.on_grid.end(), 1);
    EXPECT_NEAR(static_cast<double>(beats), 4 * 400.0 / song.attributes.beat_frames, 4);
  }
}

TEST(SongTest, AttributesComeFromThePalette) {
  for (const Palette palette : kPalettes) {
    const PaletteParts& parts = PartsOf(palette);
    std::set<int> tempi, leads;
    for (uint64_t counter = 0; counter < 500; ++counter) {
      const SongAttributes song = DrawPlan(palette, 8, counter).attributes;
      EXPECT_THAT(parts.styles, testing::Contains(song.style));
      EXPECT_THAT(parts.keys, testing::Contains(Key{song.tonic, song.minor}));
      EXPECT_EQ(song.beats_per_bar, PartsOf(song.style).beats_per_bar);
      tempi.insert(song.beat_frames);
      leads.insert(song.lead);
    }
    EXPECT_THAT(tempi, testing::ElementsAreArray(parts.beat_frames));
    EXPECT_THAT(leads, testing::ElementsAreArray(parts.leads));
  }
}

// A bar of a pattern has as many sixteenths as the style's bar.
TEST(StyleTest, PatternsFillABar) {
  for (int style = 0; style < kStyles; ++style) {
    const StyleParts& parts = PartsOf(static_cast<Style>(style));
    const size_t sixteenths = static_cast<size_t>(parts.beats_per_bar) * kSixteenths;
    for (const auto pattern : parts.drums) EXPECT_EQ(pattern.size(), sixteenths);
    for (const auto pattern : parts.bass) EXPECT_EQ(pattern.size(), sixteenths);
    for (const auto pattern : parts.chord_rhythms) EXPECT_EQ(pattern.size(), sixteenths);
    for (const int rhythm : parts.melody_rhythms) {
      EXPECT_EQ(MelodyRhythm(rhythm, parts.beats_per_bar).size(), sixteenths);
    }
    EXPECT_LT(parts.fill.size(), sixteenths);
  }
}

}  // namespace
}  // namespace musicgen::compose
