// The memory that all bodies together may take.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace musicgen::serve {

class BodyBudget {
 public:
  explicit BodyBudget(size_t bytes) : bytes_(bytes) {}
  bool Take(size_t bytes);
  void Give(size_t bytes) { taken_ -= bytes; }
  bool Fits(size_t bytes) const { return bytes <= bytes_ && taken_ <= bytes_ - bytes; }

 private:
  const size_t bytes_;
  std::atomic<size_t> taken_{0};
};

// What one body has taken; given back with it, on whatever thread.
class BodyCharge {
 public:
  explicit BodyCharge(std::shared_ptr<BodyBudget> budget) : budget_(std::move(budget)) {}
  ~BodyCharge();
  BodyCharge(BodyCharge&& other) noexcept;
  BodyCharge& operator=(BodyCharge&&) = delete;

  bool GrowTo(size_t bytes);  // false: there is not so much left

 private:
  std::shared_ptr<BodyBudget> budget_;
  size_t bytes_ = 0;
};

}  // namespace musicgen::serve
