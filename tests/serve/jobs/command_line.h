// The program's own results.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "fixtures_directory.h"

namespace musicgen::serve {

// Sanitized builds leave the program out.
#if defined(MUSICGEN_PROGRAM)
inline const char* const kProgram = MUSICGEN_PROGRAM;
#else
inline const char* const kProgram = nullptr;
#endif

// `musicgen generate` with these arguments, its output in the given format; "-": what it streams.
inline std::string Generated(const std::string& model, const std::string& arguments,
                             const std::string& suffix) {
  const std::string file =
      (std::filesystem::temp_directory_path() / ("serve_jobs_" + std::to_string(getpid())))
          .string() +
      (suffix == "-" ? "" : "." + suffix);
  const std::string command =
      std::string(kProgram) + " generate --no-progress --precision f32 -t 1 -m " +
      kFixturesDirectory + "/" + model + " " + arguments + " -o " +
      (suffix == "-" ? "- > " + file : file) + " 'a march for two trumpets'";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::filesystem::remove(file);
  EXPECT_FALSE(bytes.empty());
  return bytes;
}

}  // namespace musicgen::serve
