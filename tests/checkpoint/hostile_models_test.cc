// The broken model directories of make_hostile.py: the readers of this folder complain about what
// they can tell, in one line, and take the rest without harm.
#include <cstdlib>
#include <set>

#include "base/mapped_file.h"
#include "checkpoint/config.h"
#include "checkpoint/hostile.h"
#include "checkpoint/json.h"
#include "checkpoint/safetensors.h"
#include "fixtures_directory.h"

namespace musicgen::checkpoint {
namespace {

std::string TextUnder(const JsonValue& value, const char* key) {
  return *Find(*value.as<JsonObject>(), key)->as<std::string>();
}

TEST(HostileModelsTest, AreRefusedInOneLine) {
  const TemporaryFolder folder;
  const std::string model = std::string(kFixturesDirectory) + "/hf-tiny-mono";
  const std::string command = StrCat("'" MUSICGEN_PYTHON "' -B '" MUSICGEN_MAKE_HOSTILE "' '",
                                     model, "' '", folder.path(), "'");
  ASSERT_EQ(std::system(command.c_str()), 0);

  const MappedFile file(folder.Path("manifest.json"));
  const JsonValue manifest = ParseJson(file.bytes(), "manifest.json");
  std::set<std::string> complaints;
  size_t refused = 0;
  for (const JsonValue& entry : *manifest.as<JsonArray>()) {
    const std::string directory = folder.Path(TextUnder(entry, "name"));
    const std::string error = ErrorOf([&] {
      Config::ReadFile(directory + "/config.json");
      OpenSafetensorsDirectory(directory);
    });
    if (TextUnder(entry, "layer") != "checkpoint") continue;
    EXPECT_NE(error, "") << directory << ": " << TextUnder(entry, "wrong");
    EXPECT_EQ(error.rfind(directory, 0), 0u) << error;
    complaints.insert(error.substr(directory.size()));
    ++refused;
  }
  EXPECT_GE(refused, 100u);
  EXPECT_GE(complaints.size(), 80u);  // they tell the causes apart
}

}  // namespace
}  // namespace musicgen::checkpoint
