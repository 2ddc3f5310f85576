// Whose reading is followed where the two references differ.
#pragma once

namespace musicgen::conditioning {

enum class Reference { kHuggingFace, kAudioCraft };

}  // namespace musicgen::conditioning
