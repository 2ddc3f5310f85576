#include "train/distributed/launch.h"

#include <charconv>
#include <cstdlib>

#include "base/error.h"

namespace musicgen::train {
namespace {

constexpr int kMostProcesses = 1 << 16, kPort = 29500;  // torchrun's

class Reader {
 public:
  explicit Reader(const Environment& environment) : environment_(environment) {}

  bool Has(const char* name) const { return environment_(name).has_value(); }

  std::string Text(const char* name, const char* because) const {
    std::optional<std::string> value = environment_(name);
    if (value && !value->empty()) return *value;
    ThrowBadInput(name, ": expected a value, since ", because, " is set, found none");
  }

  int Number(const char* name, int otherwise, int least, int most) const {
    const std::optional<std::string> text = environment_(name);
    if (!text) return otherwise;
    int value = 0;
    const char* const last = text->data() + text->size();
    const auto [end, error] = std::from_chars(text->data(), last, value);
    if (error == std::errc() && end == last && value >= least && value <= most) return value;
    ThrowBadInput(name, ": expected a number from ", least, " to ", most, ", found ",
                  Printable(*text));
  }

 private:
  const Environment& environment_;
};

void ReadPlace(const Reader& read, const char* rank, const char* count, const char* local,
               Launch* launch) {
  launch->processes = read.Number(count, 1, 1, kMostProcesses);
  launch->rank = read.Number(rank, 0, 0, launch->processes - 1);
  launch->local_rank = read.Number(local, 0, 0, launch->rank);
}

}  // namespace

Launch ReadLaunch(const Environment& environment) {
  const Reader read(environment);
  Launch launch;
  const char* by = "RANK";
  if (read.Has(by)) {
    ReadPlace(read, by, "WORLD_SIZE", "LOCAL_RANK", &launch);
  } else if (read.Has("SLURM_STEP_NUM_TASKS")) {
    // Of a step, not SLURM_NTASKS: a batch script that starts no step has that, too.
    by = "SLURM_PROCID";
    ReadPlace(read, by, "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", &launch);
  }
  if (launch.processes == 1) return launch;
  launch.address = read.Text("MASTER_ADDR", by);
  launch.port = read.Number("MASTER_PORT", kPort, 1, 65535);
  if (environment("TORCHELASTIC_USE_AGENT_STORE") == "True") {
    launch.hosted = true;
    launch.keys =
        StrCat("/worker/attempt_", read.Number("TORCHELASTIC_RESTART_COUNT", 0, 0, 1 << 30));
  }
  return launch;
}

Launch ReadLaunch() {
  return ReadLaunch([](const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  });
}

}  // namespace musicgen::train
