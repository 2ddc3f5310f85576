#include "train/distributed/launch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace musicgen::train {
namespace {

Launch Read(std::map<std::string, std::string> variables) {
  return ReadLaunch([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

TEST(Launch, OfNothingIsOneProcessAlone) {
  EXPECT_EQ(Read({}).processes, 1);
  // A batch script of Slurm's that starts no step.
  EXPECT_EQ(Read({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}).processes, 1);
}

TEST(Launch, OfTorchrun) {
  const Launch launch = Read({{"RANK", "5"},
                              {"WORLD_SIZE", "8"},
                              {"LOCAL_RANK", "1"},
                              {"MASTER_ADDR", "node0"},
                              {"MASTER_PORT", "1234"},
                              {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                              {"TORCHELASTIC_RESTART_COUNT", "2"}});
  EXPECT_EQ(launch.rank, 5);
  EXPECT_EQ(launch.processes, 8);
  EXPECT_EQ(launch.local_rank, 1);
  EXPECT_EQ(launch.address, "node0");
  EXPECT_EQ(launch.port, 1234);
  EXPECT_TRUE(launch.hosted);
  EXPECT_EQ(launch.keys, "/worker/attempt_2");
}

TEST(Launch, OfSlurm) {
  const Launch launch = Read({{"SLURM_PROCID", "3"},
                              {"SLURM_STEP_NUM_TASKS", "4"},
                              {"SLURM_LOCALID", "1"},
                              {"MASTER_ADDR", "node0"}});
  EXPECT_EQ(launch.rank, 3);
  EXPECT_EQ(launch.processes, 4);
  EXPECT_EQ(launch.local_rank, 1);
  EXPECT_EQ(launch.port, 29500);
  EXPECT_FALSE(launch.hosted);
}

TEST(Launch, ComplainsInOneSentence) {
  const auto message = [](const std::map<std::string, std::string>& variables) -> std::string {
    try {
      Read(variables);
    } catch (const std::exception& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message({{"RANK", "2"}, {"WORLD_SIZE", "2"}}),
            "RANK: expected a number from 0 to 1, found 2");
  EXPECT_EQ(message({{"RANK", "0"}, {"WORLD_SIZE", "two"}}),
            "WORLD_SIZE: expected a number from 1 to 65536, found two");
  EXPECT_EQ(message({{"RANK", "0"}, {"WORLD_SIZE", "2"}}),
            "MASTER_ADDR: expected a value, since RANK is set, found none");
}

}  // namespace
}  // namespace musicgen::train
