// musicgen-train lm: the language model.
#include <cstdio>

#include "base/error.h"
#include "common/interrupt.h"
#include "train/demo/demo_training.h"
#include "train/settings/settings.h"
#include "train/subcommands.h"

namespace musicgen::train {

int RunLm(const std::vector<std::string>& arguments) {
  std::string config, work;
  std::vector<std::string> overrides;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string* const option = arguments[i] == "--config" ? &config
                                : arguments[i] == "--work" ? &work
                                                           : nullptr;
    if (option == nullptr) {
      if (arguments[i].starts_with("-")) {
        ThrowBadInput("lm: there is no option ", Printable(arguments[i]));
      }
      overrides.push_back(arguments[i]);
    } else {
      if (++i == arguments.size()) ThrowBadInput("lm: ", arguments[i - 1], " needs a value");
      *option = arguments[i];
    }
  }
  if (config.empty() || work.empty()) ThrowBadInput("lm: expected --config FILE and --work FOLDER");
  const common::DeferInterrupts interrupts;
  const bool done =
      TrainDemo(ReadSettings(config, overrides), work, [&] { return interrupts.requested(); });
  if (!done) std::fprintf(stderr, "interrupted: the same command goes on from here\n");
  return done ? 0 : common::kExitInterrupted;
}

}  // namespace musicgen::train
