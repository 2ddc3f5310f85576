// A decode backend over a network on any device. The network may be some steps ahead of what
// Collect has handed out; a stream is changed only when its steps are all there. Where the network
// can be made anew, a lost device costs its streams time and nothing else: conditions and rows are
// passed again, which gives the same keys and values, and so are steps that were under way.
#pragma once

#include <deque>
#include <functional>
#include <limits>
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

  // The network is the backend's to drive.
  explicit NetworkBackend(std::shared_ptr<Network> network);
  // Makes its network, and another one whenever that is lost. What `make` throws then fails the
  // call at hand; the next one tries again.
  explicit NetworkBackend(const MakeNetwork& make);
  ~NetworkBackend() override;

  // At most so many steps ahead, where the network would go further; for tests.
  void LimitRunAhead(size_t steps) { most_ahead_ = steps; }

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
  NetworkBackend(std::shared_ptr<Network> network, MakeNetwork make_anew);

  // work(network), and once more with a new one where the device was lost.
  template <class Work>
  auto OnNetwork(const Work& work);
  void MakeAnew();
  // Of a lost network all that it holds. Conditions that are to be passed again.
  std::vector<std::shared_ptr<NetworkConditions>> LetGo();
  NetworkStream& Find(StreamId stream) const;
  NetworkLane NewLane(const NetworkStream& stream, size_t branch);
  // Makes the lanes that the stream's conditions and guidance call for.
  void ChooseLanes(NetworkStream& stream);
  // At most so many rows of each lane's prompt.
  static void AddPrompt(const NetworkStream& stream, int64_t rows, std::vector<Network::Row>* to);
  // These have gone in, or of a step one row of each lane.
  void Passed(NetworkStream& stream, std::optional<int64_t> prompt_rows);

  // A step that was enqueued: its streams, and the column of each.
  struct Enqueued {
    struct Column {
      StreamId stream;
      int64_t step;
    };
    std::vector<Column> columns;
  };
  void Enqueue(Network& network, std::span<NetworkStream* const> streams,
               const std::optional<PromptRows>& beside);
  // Of the oldest step under way. False: it is not there yet.
  bool TakeOldest(bool wait);
  void TakeAll();
  void Take(const Enqueued::Column& column, std::span<const int32_t> codes);
  // No step under way will come.
  void FailUnderWay(const Error& error);

  const MakeNetwork make_anew_;  // null: a lost one is lost
  const LmConfig config_;
  std::shared_ptr<Network> network_;                        // null where it could not be made anew
  std::vector<std::weak_ptr<NetworkConditions>> prepared_;  // that hold something of a network's
  std::map<StreamId, std::unique_ptr<NetworkStream>> streams_;
  StreamId next_id_ = 1;
  size_t most_ahead_ = std::numeric_limits<size_t>::max();
  std::deque<Enqueued> under_way_;
  std::deque<Enqueued> lost_;  // with a device: to be enqueued on the next one
  Collected collected_;
};

}  // namespace musicgen::lm
