#include "train/lm/autocast.h"

#include <ATen/autocast_mode.h>

namespace musicgen::train {

Autocast::Autocast(std::optional<at::ScalarType> type, const at::Device& device)
    : active_(type.has_value()), device_(device.type()) {
  if (!active_) return;
  before_ = at::autocast::is_autocast_enabled(device_);
  at::autocast::set_autocast_dtype(device_, *type);
  at::autocast::set_autocast_enabled(device_, true);
  at::autocast::increment_nesting();
}

Autocast::~Autocast() {
  if (!active_) return;
  // Weights that were rounded are kept until the outermost ends: the next update changes them.
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device_, before_);
}

}  // namespace musicgen::train
