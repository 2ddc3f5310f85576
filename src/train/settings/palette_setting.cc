#include "train/settings/palette_setting.h"

#include "base/error.h"

namespace musicgen::train {

compose::Palette ReadPalette(const checkpoint::Config& settings) {
  const std::string name = settings.String("palette", "full");
  if (name == "full") return compose::Palette::kFull;
  if (name == "restricted") return compose::Palette::kRestricted;
  ThrowBadInput(settings.Where("palette"), ": expected full or restricted, found ",
                Printable(name));
}

}  // namespace musicgen::train
