// The demo model that comes with the program.
#pragma once

#include <optional>
#include <string>

namespace musicgen::model {

// Whether this name of a model is nothing, or "demo" where nothing here is called so.
bool MeansDemo(const std::string& model);

// Its directory: models/demo or share/musicgen/demo in one of the folders above the running program
// (or the library, where a program loads that), so in a source tree, an installed one and a Python
// package alike. None where it was not put there.
std::optional<std::string> FindDemo();

}  // namespace musicgen::model
