#include "serve/http/connection_set.h"

#include <utility>
#include <vector>

namespace musicgen::serve {

void ConnectionSet::Add(std::shared_ptr<Member> member) {
  Member* const key = member.get();
  std::list<Member*>& row = Row(Standing::kWaiting);
  const auto at = row.insert(row.end(), key);
  places_.emplace(key, Place{std::move(member), Standing::kWaiting, at});
  size_ = places_.size();
}

void ConnectionSet::Remove(Member* member) {
  const auto found = places_.find(member);
  if (found == places_.end()) return;
  Row(found->second.standing).erase(found->second.at);
  const std::shared_ptr<Member> last_hold = std::move(found->second.member);
  places_.erase(found);
  size_ = places_.size();
}

void ConnectionSet::Stand(Member* member, Standing standing) {
  const auto found = places_.find(member);
  if (found == places_.end()) return;
  Place& place = found->second;
  Row(standing).splice(Row(standing).end(), Row(place.standing), place.at);
  place.standing = standing;
}

bool ConnectionSet::DropOne() {
  for (const Standing standing : {Standing::kWaiting, Standing::kReceiving}) {
    if (Row(standing).empty()) continue;
    Row(standing).front()->Drop();
    return true;
  }
  return false;
}

void ConnectionSet::WindAll() {
  std::vector<std::shared_ptr<Member>> members;
  for (const auto& [key, place] : places_) members.push_back(place.member);
  for (const auto& member : members) member->Wind();
}

void ConnectionSet::DropAll() {
  while (!places_.empty()) {
    const std::shared_ptr<Member> member = places_.begin()->second.member;
    member->Drop();
  }
}

}  // namespace musicgen::serve
