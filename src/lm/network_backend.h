// A decode backend over a network on any device that brings its logits to the host, which guides
// and draws. A step runs when it is enqueued; Collect only hands out what it drew. Where the
// network can be made anew, a lost device costs its streams time and nothing else: conditions and
// rows are passed again, which gives the same keys and values, and they go on.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "lm/decode_backend.h"
#include "lm/network.h"

namespace musicgen::lm {

class NetworkConditions;  // lm/network_streams.h
struct NetworkLane;
struct NetworkStream;

class NetworkBackend : public DecodeBackend {
 public:
  using MakeNetwork = std::function<std::shared_ptr<Network>()>;

  // The network is the backend's to drive. The pool, which draws, outlives the backend.
  NetworkBackend(std::shared_ptr<Network> network, ThreadPool& pool);
  // Makes its network, and another one whenever that is lost. What `make` throws then fails the
  // call at hand; the next one tries again.
  NetworkBackend(MakeNetwork make, ThreadPool& pool);
  ~NetworkBackend() override;

  ConditionsHandle Prepare(Conditions conditions) override;
  void PassConditions(PreparedConditions& conditions, int64_t rows) override;
  uint64_t StreamBytes(const StreamSpec& spec) const override;
  uint64_t AvailableBytes() const override;
  int worthwhile_streams() const override;
  StreamId Admit(StreamSpec spec) override;
  void Change(StreamId stream, const StreamChange& change) override;
  int64_t PromptRowsLeft(StreamId stream) const override;
  void PassPrompt(StreamId stream, int64_t rows) override;
  void Step(std::span<const StreamId> streams, const std::optional<PromptRows>& beside) override;
  Collected Collect(bool wait) override;
  void Release(StreamId stream) override;
  std::vector<float> Score(const CodebookPattern& pattern, const Codes& codes,
                           const Branch& branch) override;
  StageSeconds stage_seconds() const override;
  StepBytes step_bytes() const override;

 private:
  NetworkBackend(std::shared_ptr<Network> network, ThreadPool& pool, MakeNetwork make_anew);

  // work(network), and once more with a new one where the device was lost.
  template <class Work>
  auto OnNetwork(const Work& work);
  void MakeAnew();
  NetworkStream& Find(StreamId stream) const;
  NetworkLane NewLane(const NetworkStream& stream, size_t branch);
  // Makes the lanes that the stream's conditions and guidance call for.
  void ChooseLanes(NetworkStream& stream);
  // Of each lane of a stream: at most so many rows of its prompt, or for a step exactly the one row
  // before the column to sample, and its logits.
  struct Pass {
    NetworkStream* stream;
    std::optional<int64_t> prompt_rows;  // none: a step
    int64_t Rows(size_t branch) const;
  };
  void Forward(std::span<const Pass> passes);
  static void Forward(Network& network, std::span<const Pass> passes);
  // Draws code k of the stream's next column.
  void SampleCell(NetworkStream& stream, int64_t k, SamplingScratch& scratch) const;
  void Sample(std::span<NetworkStream* const> streams);

  const MakeNetwork make_anew_;  // null: a lost one is lost
  const LmConfig config_;
  std::shared_ptr<Network> network_;                        // null where it could not be made anew
  std::vector<std::weak_ptr<NetworkConditions>> prepared_;  // that hold something of a network's
  ThreadPool& pool_;
  std::vector<SamplingScratch> sampling_scratch_;  // for each worker
  std::map<StreamId, std::unique_ptr<NetworkStream>> streams_;
  StreamId next_id_ = 1;
  Collected collected_;
};

}  // namespace musicgen::lm
