// Segments of sound files as a codec is trained with them.
#pragma once

#include "train/codec/segment_source.h"
#include "train/data/manifest.h"
#include "train/data/segment_sampler.h"
#include "train/data/sound_segment.h"

namespace musicgen::train {

// The segments that the sampler draws from these files, epoch after epoch. A segment that cannot be
// read is drawn again, ten times in all, as AudioCraft does. Throws Error(kBadInput) when there is
// nothing to sample; `where` names the data.
SegmentSource SoundSegments(const std::vector<ManifestEntry>& files,
                            const SegmentSettings& settings, const SoundFormat& format,
                            const std::string& where);

}  // namespace musicgen::train
