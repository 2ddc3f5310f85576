// The subcommands of musicgen-train, one file each.
#pragma once

#include <string>
#include <vector>

namespace musicgen::train {

// The arguments behind the subcommand's name → exit status. Throw Error.
int RunSynthesise(const std::vector<std::string>& arguments);
int RunCodec(const std::vector<std::string>& arguments);
int RunLm(const std::vector<std::string>& arguments);
int RunExport(const std::vector<std::string>& arguments);

}  // namespace musicgen::train
