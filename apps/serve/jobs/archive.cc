#include "serve/jobs/archive.h"

namespace musicgen::serve {
namespace {

uint64_t SoundBytes(const JobRecord& record) {
  uint64_t bytes = 0;
  for (const Take& take : record.takes) {
    if (take.sound != nullptr) bytes += take.sound->values.size() * sizeof(float);
  }
  return bytes;
}

}  // namespace

void Archive::Add(const std::shared_ptr<JobRecord>& record, Records& records) {
  ended_.push_back(record);
  sound_bytes_ += SoundBytes(*record);
  while (sound_bytes_ > limits_.kept_sound_bytes) {
    JobRecord& oldest = *ended_[first_with_sound_++];
    sound_bytes_ -= SoundBytes(oldest);
    for (Take& take : oldest.takes) take.sound.reset();
  }
  while (ended_.size() > static_cast<size_t>(limits_.kept_jobs)) Forget(records);
}

void Archive::Age(double now_s, Records& records) {
  while (!ended_.empty() && ended_.front()->ended_s + limits_.kept_s <= now_s) Forget(records);
}

double Archive::next_end_s() const {
  return ended_.empty() ? 0 : ended_.front()->ended_s + limits_.kept_s;
}

void Archive::Forget(Records& records) {
  const JobRecord& oldest = *ended_.front();
  sound_bytes_ -= SoundBytes(oldest);
  if (first_with_sound_ > 0) --first_with_sound_;
  records.erase(oldest.id);
  ended_.pop_front();
}

}  // namespace musicgen::serve
