// The MERT of the fixtures.
#pragma once

#include <memory>
#include <string>

#include "checkpoint/side_files.h"
#include "checkpoint/torch_file.h"
#include "fixtures_directory.h"
#include "mert/expected_tensors.h"
#include "mert/mert.h"

namespace musicgen::mert {

struct TinyMert {
  TinyMert()
      : config(ReadMertConfig(checkpoint::Config::ReadFile(directory + "/config.json"))),
        source(checkpoint::OpenTorchDirectory(directory)) {
    checkpoint::CheckTensors(*source, ExpectedTensors(config, *source), IgnoredTensors(),
                             /*strict=*/true);
  }

  std::string directory = std::string(kFixturesDirectory) + "/mert-tiny";
  MertConfig config;
  std::shared_ptr<const checkpoint::TensorSource> source;
};

}  // namespace musicgen::mert
