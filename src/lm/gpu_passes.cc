#include "lm/gpu_passes.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace musicgen::lm {
namespace {

using gpu::kMostRows;

// Steps that may be under way, one that is being described, a prompt's pass.
constexpr size_t kSlots = 6;

int64_t RoomFor(size_t rows) { return static_cast<int64_t>(std::bit_ceil(rows)); }

}  // namespace

GpuPasses::Slot::Slot(const gpu::Device& device, gpu::Arena& upload, gpu::Arena& download,
                      const LmConfig& config)
    : inputs(upload, config),
      codes(
          download.Allocate(static_cast<uint64_t>(kMostRows * config.codebooks) * sizeof(int32_t))),
      run(device) {}

GpuPasses::GpuPasses(const gpu::Device& device, const LmConfig& config, GpuStep& step)
    : device_(device),
      config_(config),
      describer_(config),
      step_(step),
      upload_(device, gpu::MemoryKind::kUpload, 1 << 20),
      download_(device, gpu::MemoryKind::kDownload, 1 << 16) {
  for (size_t i = 0; i < kSlots; ++i) {
    slots_.push_back(std::make_unique<Slot>(device_, upload_, download_, config_));
  }
}

void GpuPasses::Finish(Slot& slot) {
  Drawn* const drawn = std::exchange(slot.drawn, nullptr);
  try {
    slot.run.Wait();
  } catch (...) {
    if (drawn != nullptr) drawn->error = std::current_exception();
    throw;
  }
  if (drawn == nullptr) return;
  std::memcpy(drawn->codes.data() + slot.first, slot.codes.host, slot.count * sizeof(int32_t));
}

GpuPasses::Slot& GpuPasses::Next() {
  Slot& slot = *slots_[next_];
  Finish(slot);
  next_ = (next_ + 1) % slots_.size();
  return slot;
}

const gpu::Recording& GpuPasses::CopyIn(Slot& slot, int64_t rows) {
  auto found = slot.copies_in.find(rows);
  if (found == slot.copies_in.end()) {
    gpu::Recorder recorder(device_);
    RecordCopy(recorder, slot.inputs, step_.inputs(), rows);
    found = slot.copies_in.emplace(rows, recorder.Finish()).first;
  }
  return found->second;
}

const gpu::Recording& GpuPasses::CopyOut(Slot& slot) {
  if (!slot.copy_out) {
    gpu::Recorder recorder(device_);
    recorder.Copy(step_.codes(), slot.codes);
    slot.copy_out = recorder.Finish();
  }
  return *slot.copy_out;
}

GpuPasses::Slot& GpuPasses::Start(std::span<const Network::Row> rows,
                                  std::span<const Network::Draw> draws, size_t first_row) {
  Slot& slot = Next();
  describer_.Describe(rows, draws, first_row, slot.inputs);
  GpuStep::Kind kind = {RoomFor(rows.size()), false, false, !draws.empty()};
  for (const Network::Row& row : rows) {
    kind.crosses = kind.crosses || row.cross != nullptr;
    kind.reads = kind.reads || row.logits != nullptr;
  }
  std::vector<VkCommandBuffer> commands = {CopyIn(slot, kind.rows).commands(),
                                           step_.Of(kind).commands()};
  if (kind.draws) commands.push_back(CopyOut(slot).commands());
  slot.run.Start(commands, "a step");
  return slot;
}

void GpuPasses::Run(std::span<const Network::Row> rows) { Finish(Start(rows, {}, 0)); }

void GpuPasses::RunCross(const float* conditions, int64_t position, size_t rows,
                         const Network::Cache& cross) {
  Slot& slot = Next();
  GpuDescriber::DescribeCross(position, rows, cross, slot.inputs);
  std::memcpy(step_.conditions().host, conditions,
              rows * static_cast<size_t>(config_.width) * sizeof(float));
  const int64_t room = RoomFor(rows);
  slot.run.Start(std::array{CopyIn(slot, room).commands(), step_.OfCross(room).commands()},
                 "passing conditions");
  Finish(slot);
}

void GpuPasses::Enqueue(std::span<const Network::Row> rows, std::span<const Network::Draw> draws) {
  const size_t codebooks = static_cast<size_t>(config_.codebooks);
  Drawn& drawn = drawn_.emplace_back();
  drawn.codes.resize(draws.size() * codebooks);
  try {
    for (size_t row = 0, draw = 0; row < rows.size();) {
      // A draw's rows pass together.
      const size_t first_row = row, first_draw = draw, end = row + static_cast<size_t>(kMostRows);
      while (draw < draws.size() && draws[draw].row + draws[draw].branches <= end) {
        MG_CHECK_EQ(draws[draw].row, row);
        row += draws[draw++].branches;
      }
      if (draw == draws.size()) row = std::min(rows.size(), end);
      Slot& slot = Start(rows.subspan(first_row, row - first_row),
                         draws.subspan(first_draw, draw - first_draw), first_row);
      slot.drawn = &drawn;
      slot.first = first_draw * codebooks;
      slot.count = (draw - first_draw) * codebooks;
    }
  } catch (...) {
    // What has happened of it will be overwritten with the same when it is made again.
    for (const auto& slot : slots_) {
      if (slot->drawn == &drawn) slot->drawn = nullptr;
    }
    drawn_.pop_back();
    throw;
  }
}

std::optional<std::vector<int32_t>> GpuPasses::TakeDrawn(bool wait) {
  Drawn& oldest = drawn_.front();
  std::vector<Slot*> slots;
  for (const auto& slot : slots_) {
    if (slot->drawn == &oldest) slots.push_back(slot.get());
  }
  for (const Slot* slot : slots) {
    if (!wait && !slot->run.Done()) return std::nullopt;
  }
  if (oldest.error != nullptr) std::rethrow_exception(oldest.error);
  for (Slot* slot : slots) Finish(*slot);
  std::optional<std::vector<int32_t>> codes = std::move(oldest.codes);
  drawn_.pop_front();
  return codes;
}

void GpuPasses::DropDrawn() noexcept {
  for (const auto& slot : slots_) {
    slot->drawn = nullptr;
    try {
      slot->run.Wait();
    } catch (const Error&) {
      // Nobody is left to be told.
    }
  }
  drawn_.clear();
}

}  // namespace musicgen::lm
