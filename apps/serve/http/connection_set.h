// All connections, and which of them goes when there are too many.
#pragma once

#include <atomic>
#include <cstddef>
#include <list>
#include <memory>
#include <unordered_map>

namespace musicgen::serve {

class Member {
 public:
  virtual ~Member() = default;
  virtual void Drop() = 0;  // at once
  virtual void Wind() = 0;  // down: at once but for an answer that is on its way
};

enum class Standing {
  kWaiting,    // for a request's head, or the client's goodbye
  kReceiving,  // a body
  kAnswering,
};

// On the server's thread, but for size().
class ConnectionSet {
 public:
  void Add(std::shared_ptr<Member> member);  // kWaiting
  void Remove(Member* member);
  // It stands behind all that stand so already.
  void Stand(Member* member, Standing standing);
  // Drops the one that waits longest, else the one whose body takes longest. False: all are being
  // answered.
  bool DropOne();
  void WindAll();
  void DropAll();
  size_t size() const { return size_; }

 private:
  struct Place {
    std::shared_ptr<Member> member;
    Standing standing;
    std::list<Member*>::iterator at;
  };
  std::list<Member*>& Row(Standing standing) { return rows_[static_cast<size_t>(standing)]; }

  std::unordered_map<Member*, Place> places_;
  std::list<Member*> rows_[3];
  std::atomic<size_t> size_{0};
};

}  // namespace musicgen::serve
