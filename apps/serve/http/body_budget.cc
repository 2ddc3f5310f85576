#include "serve/http/body_budget.h"

#include <utility>

namespace musicgen::serve {

bool BodyBudget::Take(size_t bytes) {
  size_t taken = taken_;
  do {
    if (bytes > bytes_ || taken > bytes_ - bytes) return false;
  } while (!taken_.compare_exchange_weak(taken, taken + bytes));
  return true;
}

BodyCharge::~BodyCharge() {
  if (budget_) budget_->Give(bytes_);
}

BodyCharge::BodyCharge(BodyCharge&& other) noexcept
    : budget_(std::move(other.budget_)), bytes_(std::exchange(other.bytes_, 0)) {}

bool BodyCharge::GrowTo(size_t bytes) {
  if (bytes <= bytes_) return true;
  if (!budget_->Take(bytes - bytes_)) return false;
  bytes_ = bytes;
  return true;
}

}  // namespace musicgen::serve
