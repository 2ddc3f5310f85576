// What the program that started this process says of the others that train with it.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace musicgen::train {

struct Launch {
  int rank = 0, processes = 1;
  int local_rank = 0;     // among the processes of its machine
  std::string address;    // where all meet
  int port = 0;           // there
  bool hosted = false;    // the starter itself waits there, otherwise process 0 does
  std::string keys = "";  // in front of all that is left there
};

// The value of an environment variable, if it is set.
using Environment = std::function<std::optional<std::string>(const char* name)>;

// RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR and MASTER_PORT, as torchrun sets them. Without RANK,
// those of a step of Slurm (srun) with MASTER_ADDR beside them. Without either, one process alone.
// Throws Error(kBadInput).
Launch ReadLaunch(const Environment& environment);
// From this process's environment.
Launch ReadLaunch();

}  // namespace musicgen::train
