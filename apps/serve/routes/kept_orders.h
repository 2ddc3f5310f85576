// What a vendor's clients ask of their orders later that no job remembers.
#pragma once

#include <cstddef>
#include <deque>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace musicgen::serve {

// Values by the jobs' ids; the oldest make way for new ones. Thread-safe.
template <class Value>
class KeptOrders {
 public:
  explicit KeptOrders(size_t most, size_t most_bytes = std::numeric_limits<size_t>::max())
      : most_(most), most_bytes_(most_bytes) {}

  // Of a new id. `bytes`: what the value weighs.
  void Put(const std::string& id, Value value, size_t bytes = 0) {
    const std::lock_guard lock(mutex_);
    values_.insert_or_assign(id, std::move(value));
    order_.push_back({id, bytes});
    bytes_ += bytes;
    while (order_.size() > 1 && (order_.size() > most_ || bytes_ > most_bytes_)) {
      values_.erase(order_.front().first);
      bytes_ -= order_.front().second;
      order_.pop_front();
    }
  }
  std::optional<Value> Find(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = values_.find(id);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  const size_t most_, most_bytes_;
  mutable std::mutex mutex_;
  std::map<std::string, Value> values_;
  std::deque<std::pair<std::string, size_t>> order_;  // the oldest first
  size_t bytes_ = 0;
};

}  // namespace musicgen::serve
