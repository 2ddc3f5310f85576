// Models from the hub into the cache: several repositories, several files at once, one account of
// all bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hub/choice.h"

namespace musicgen::hub {

struct Want {
  std::string id, revision = "main";
  ChoiceOptions choice;
};

struct Account {
  std::string id, commit, path;  // the snapshot, or its GGUF file
  std::string licence;           // as the model card says, or "unknown"
  uint64_t bytes = 0;            // of the files that were chosen
  size_t files = 0;
};

struct Progress {
  const std::vector<Account>& repositories;  // empty until the model cards are here
  uint64_t bytes_done, bytes_total;          // what earlier downloads left counts as done
  int waiting_s;                             // that the hub asked for; 0: it flows
};

struct Result {
  bool finished = false;  // else `progress` stopped it
  std::vector<Account> repositories;
  std::vector<std::string> notes;  // what the user should know, a sentence each
};

// Fetches each want and, for the stages that its files only name, what `companions_of` its choice
// asks for. `progress` is called ten times a second from the calling thread and returns false to
// stop; what came is kept then, and the next download goes on from there. Throws Error: Unavailable
// where the cache may serve instead.
Result Download(const Want& want,
                const std::function<std::vector<Want>(const Choice&)>& companions_of,
                const std::function<bool(const Progress&)>& progress);

}  // namespace musicgen::hub
