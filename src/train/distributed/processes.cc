#include "train/distributed/processes.h"

#include <cmath>
#include <optional>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "train/distributed/backends.h"

namespace musicgen::train {
namespace {

// Gradients travel in pieces of so many bytes: fewer messages than tensors, and no second copy of
// a large model's gradients.
constexpr size_t kPieceBytes = size_t{64} << 20;

std::string FirstLine(const char* text) {
  const std::string all = text;
  return Printable(all.substr(0, all.find('\n')), 200);
}

c10::intrusive_ptr<c10d::Store> Meet(const Launch& launch, std::chrono::milliseconds timeout) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(launch.port);
  options.isServer = launch.rank == 0 && !launch.hosted;
  options.numWorkers = static_cast<size_t>(launch.processes);
  options.timeout = timeout;
  try {
    c10::intrusive_ptr<c10d::Store> store =
        c10::make_intrusive<c10d::TCPStore>(launch.address, options);
    if (!launch.keys.empty()) store = c10::make_intrusive<c10d::PrefixStore>(launch.keys, store);
    return store;
  } catch (const c10::Error& error) {
    ThrowFailure(
        "process ", launch.rank, " of ", launch.processes, ": expected to meet the others at ",
        Printable(launch.address), " port ", launch.port,
        " (MASTER_ADDR, MASTER_PORT), found none: ", FirstLine(error.what_without_backtrace()));
  }
}

std::vector<uint8_t> BytesOf(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace

struct Processes::Group {
  std::chrono::milliseconds timeout;
  c10::intrusive_ptr<c10d::Store> store;
  Backend gloo, nccl;
  std::string who;  // this process, for messages
  mutable int checks = 0;

  // Runs what waits for other processes.
  template <class Do>
  void Together(const Do& run) const {
    try {
      run();
    } catch (const Error&) {
      throw;
    } catch (const c10::Error& error) {
      Stopped(error.what_without_backtrace());
    } catch (const std::exception& error) {  // Gloo's own
      Stopped(error.what());
    }
  }

  [[noreturn]] void Stopped(const char* reason) const {
    ThrowFailure(who, ": another process of this run has stopped, or was silent for ",
                 timeout.count() / 1000.0, " s, so this one stops, too; the same command goes on ",
                 "from the last checkpoint (", FirstLine(reason), ")");
  }

  // A tensor of consecutive elements.
  void SumPiece(const at::Tensor& piece) const {
    const bool staged = !piece.is_cpu() && !nccl;
    std::vector<at::Tensor> tensors = {staged ? piece.to(at::kCPU) : piece};
    Together([&] { (piece.is_cpu() || staged ? gloo : nccl)->allreduce(tensors)->wait(); });
    if (staged) at::Tensor(piece).copy_(tensors.front());
  }
};

Processes::Processes() = default;

Processes::Processes(const Launch& launch, at::Device device, double timeout_s)
    : rank_(launch.rank), count_(launch.processes) {
  if (alone()) return;
  group_ = std::make_unique<Group>();
  group_->who = StrCat("process ", rank_, " of ", count_);
  group_->timeout = std::chrono::milliseconds(std::llround(timeout_s * 1000.0));
  group_->store = Meet(launch, group_->timeout);
  const auto place = [&](const char* keys) {
    return BackendPlace{c10::make_intrusive<c10d::PrefixStore>(keys, group_->store), rank_, count_,
                        group_->timeout};
  };
  group_->Together([&] {
    group_->gloo = MakeGloo(place("gloo"));
    if (device.is_cuda()) group_->nccl = MakeNccl(place("nccl"));
  });
}

Processes::~Processes() = default;

void Processes::Sum(std::span<const at::Tensor> tensors) const {
  if (alone()) return;
  const at::NoGradGuard no_grad;
  for (size_t begin = 0, end = 0; begin < tensors.size(); begin = end) {
    size_t bytes = 0;
    std::vector<at::Tensor> parts;
    std::vector<int64_t> sizes;
    for (; end < tensors.size() && (end == begin || bytes + tensors[end].nbytes() <= kPieceBytes);
         ++end) {
      bytes += tensors[end].nbytes();
      parts.push_back(tensors[end].detach().reshape({-1}));
      sizes.push_back(tensors[end].numel());
    }
    if (parts.size() == 1 && tensors[begin].is_contiguous()) {
      group_->SumPiece(parts.front());
      continue;
    }
    const at::Tensor piece = at::cat(parts);
    group_->SumPiece(piece);
    const std::vector<at::Tensor> sums = piece.split_with_sizes(sizes);
    for (size_t i = begin; i < end; ++i) {
      tensors[i].detach().copy_(sums[i - begin].view(tensors[i].sizes()));
    }
  }
}

bool Processes::Any(bool here) const {
  if (alone()) return here;
  const at::Tensor count = at::full({1}, here ? 1 : 0, at::kLong);
  Sum({&count, 1});
  return count.item<int64_t>() > 0;
}

void Processes::Wait() const { Any(false); }

void Processes::CheckSame(const std::map<std::string, std::string>& values) const {
  if (alone()) return;
  std::string all;
  for (const auto& [name, value] : values)
    all += StrCat(name.size(), ':', name, value.size(), ':', value);
  std::string different, expected;
  group_->Together([&] {
    const std::string keys = StrCat("same/", group_->checks++, "/");
    if (first()) {
      for (const auto& [name, value] : values) group_->store->set(keys + name, BytesOf(value));
      group_->store->set(keys, BytesOf(all));
    } else if (group_->store->get(keys) != BytesOf(all)) {
      for (const auto& [name, value] : values) {
        if (!group_->store->check({keys + name})) continue;
        const std::vector<uint8_t> theirs = group_->store->get(keys + name);
        if (theirs == BytesOf(value)) continue;
        different = name;
        expected.assign(theirs.begin(), theirs.end());
        break;
      }
      if (different.empty()) different = "settings";
    }
  });
  const bool mine = !different.empty();
  if (!Any(mine)) return;
  if (!mine) {
    ThrowBadInput(group_->who, ": expected the same settings and weights in all processes, found ",
                  "others in another one, which names them");
  }
  const auto found = values.find(different);
  ThrowBadInput(group_->who, ": ", different, ": expected ", Printable(expected),
                " as process 0 has it, found ",
                found == values.end() ? "another" : Printable(found->second));
}

}  // namespace musicgen::train
