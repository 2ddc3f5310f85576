#include "serve/routes/separations.h"

#include <utility>

#include "serve/http/failure.h"

namespace musicgen::serve {
namespace {

constexpr int kBusyS = 20;  // until it is worth asking again

// One who waits, until it goes on or is dropped.
class Place {
 public:
  explicit Place(std::atomic<int>& waiting) : waiting_(waiting) { ++waiting_; }
  ~Place() { --waiting_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  std::atomic<int>& waiting_;
};

}  // namespace

void Separations::Post(std::function<void()> work) {
  const auto place = std::make_shared<Place>(waiting_);
  if (waiting_ > options_.queue + 1) {  // and one at work
    throw Refusal({429, "too many sounds wait to be separated", "rate_limit_error", "",
                   "queue_full", kBusyS});
  }
  worker_.Post([place, work = std::move(work)] { work(); });
}

const Separator& Separations::Open() {
  if (separator_) return *separator_;
  try {
    return separator_.emplace(options_.demucs, options_.threads);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kBadInput) throw;
    Refuse(404, "no_separator",
           "this server has no weights of HT-Demucs: its operator can download them or name them "
           "with --demucs");
  }
}

}  // namespace musicgen::serve
