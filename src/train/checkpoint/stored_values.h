// The values of a checkpoint, read as hostile input.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace musicgen::train {

class StoredValues {
 public:
  // `path` names the checkpoint in messages. Both outlive this.
  StoredValues(const std::string& path, const std::map<std::string, std::string>& values)
      : path_(path), values_(values) {}

  // Throw Error(kBadInput): there is no such value, or it is no number, or no count from 0 on.
  std::string Text(const std::string& name) const;
  double Number(const std::string& name) const;
  int64_t Count(const std::string& name) const;
  // Throws Error(kBadInput) unless the value is what the settings of this run make it.
  void Expect(const std::string& name, const std::string& wanted) const;

 private:
  const std::string path_;
  const std::map<std::string, std::string>& values_;
};

// "1:02:03" of hours, minutes and seconds.
std::string ReadableDuration(double seconds);

}  // namespace musicgen::train
