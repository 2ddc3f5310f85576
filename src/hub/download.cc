#include "hub/download.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "hub/client.h"
#include "hub/fetch_file.h"
#include "hub/hub_name.h"
#include "hub/repository.h"

namespace musicgen::hub {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostThreads = 4, kMostCardBytes = 65536;
constexpr std::chrono::milliseconds kReport(100);
constexpr char kCard[] = "README.md";

struct Plan {
  Want want;
  std::string commit;
  Choice choice;
  std::unique_ptr<Repository> repository;
};

std::string Gigabytes(uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f GB", static_cast<double>(bytes) / 1e9);
  return text;
}

class Downloader {
 public:
  explicit Downloader(const std::function<bool(const Progress&)>& progress)
      : shared_(ReadSettings()), progress_(progress) {}

  Result Run(const Want& want,
             const std::function<std::vector<Want>(const Choice&)>& companions_of) {
    // The dialogue goes on a thread of its own: whoever waits for it can stop it.
    Watch({[&] {
      Client client(shared_);
      MakePlan(client, want);
      for (const Want& companion : companions_of(plans_.front().choice)) {
        MakePlan(client, companion);
      }
    }});
    if (shared_.stop) return {};
    CheckSpace();
    // Small files first: who finds all the weights then finds the rest as well.
    Fetch([](const ListedFile& file) { return !IsWeight(file); });
    if (!shared_.stop) accounts_ = Accounts();
    Fetch(IsWeight);
    Report();
    if (shared_.stop) return {};
    for (const Plan& plan : plans_) {
      plan.repository->WriteReference(plan.want.revision, plan.commit);
      for (const std::string& path : plan.choice.absent) {
        plan.repository->NoteAbsent(plan.commit, path);
      }
    }
    return {true, accounts_, shared_.notes};
  }

 private:
  void MakePlan(Client& client, const Want& want) {
    Plan plan;
    plan.want = want;
    plan.commit = IsCommit(want.revision) ? want.revision : client.CommitOf(want.id, want.revision);
    plan.choice = ChooseFiles(client.List(want.id, plan.commit), want.choice, want.id);
    plan.repository =
        std::make_unique<Repository>(shared_.settings.cache, want.id, shared_.settings.symlinks);
    total_ += plan.choice.bytes();
    plans_.push_back(std::move(plan));
  }

  // Before anything is written.
  void CheckSpace() const {
    uint64_t needed = 0;
    for (const Plan& plan : plans_) {
      for (const ListedFile& file : plan.choice.files) {
        if (plan.repository->Has(plan.commit, file)) continue;
        needed += file.bytes - plan.repository->BytesAtHand(file);
      }
    }
    std::error_code error;
    fs::path folder = fs::absolute(shared_.settings.cache);
    while (!fs::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
    const fs::space_info space = fs::space(folder, error);
    if (error || needed <= space.available) return;
    ThrowFailure("cannot download ", plans_.front().want.id, ": expected ", Gigabytes(needed),
                 " free in ", Printable(shared_.settings.cache.string(), 300), ", found ",
                 Gigabytes(space.available), ": HF_HUB_CACHE names another place");
  }

  std::vector<Account> Accounts() const {
    std::vector<Account> accounts;
    for (const Plan& plan : plans_) {
      const fs::path snapshot = plan.repository->Snapshot(plan.commit);
      std::ifstream file(snapshot / kCard);
      std::string card(kMostCardBytes, '\0');
      file.read(card.data(), static_cast<std::streamsize>(card.size()));
      card.resize(static_cast<size_t>(file.gcount()));
      const std::string licence = LicenceOf(card);
      accounts.push_back({plan.want.id, plan.commit, (snapshot / plan.choice.gguf).string(),
                          licence.empty() ? "unknown" : licence, plan.choice.bytes(),
                          plan.choice.files.size()});
      if (plan.choice.gguf.empty()) accounts.back().path = snapshot.string();
    }
    return accounts;
  }

  // The files that `wanted` picks, several at once, the largest first.
  void Fetch(const std::function<bool(const ListedFile&)>& wanted) {
    std::vector<FileToFetch> files;
    for (const Plan& plan : plans_) {
      for (const ListedFile& file : plan.choice.files) {
        if (!wanted(file)) continue;
        files.push_back({plan.want.id, plan.commit, plan.repository.get(), file});
      }
    }
    std::stable_sort(files.begin(), files.end(), [](const FileToFetch& a, const FileToFetch& b) {
      return a.file.bytes > b.file.bytes;
    });
    std::atomic<size_t> next{0};
    const auto work = [&] {
      Client client(shared_);
      for (size_t i = next++; i < files.size() && !shared_.stop; i = next++) {
        FetchFile(shared_, client, files[i], done_);
      }
    };
    Watch(std::vector<std::function<void()>>(std::min(files.size(), kMostThreads), work));
  }

  // Runs the works, each on a thread, and reports meanwhile. The first that throws stops the
  // others.
  void Watch(const std::vector<std::function<void()>>& works) {
    if (shared_.stop) return;
    std::mutex mutex;
    std::condition_variable changed;
    size_t running = works.size();
    std::exception_ptr problem;
    std::vector<std::jthread> threads;  // gone before what they write to
    for (const auto& work : works) {
      threads.emplace_back([&] {
        std::exception_ptr thrown;
        try {
          work();
        } catch (...) {
          thrown = std::current_exception();
        }
        const std::lock_guard<std::mutex> lock(mutex);
        // What threads say that were stopped is not the reason.
        if (thrown && !shared_.stop.exchange(true)) problem = thrown;
        --running;
        changed.notify_all();
      });
    }
    for (bool all_left = false; !all_left;) {
      {
        std::unique_lock<std::mutex> lock(mutex);
        all_left = changed.wait_for(lock, kReport, [&] { return running == 0; });
      }
      if (!all_left) Report();
    }
    threads.clear();
    if (problem) std::rethrow_exception(problem);
  }

  void Report() {
    if (shared_.stop) return;
    try {
      if (!progress_({accounts_, done_, total_, shared_.waiting_s})) shared_.stop = true;
    } catch (...) {
      shared_.stop = true;  // for the threads that are waited for on the way out
      throw;
    }
  }

  Shared shared_;
  const std::function<bool(const Progress&)>& progress_;
  std::vector<Plan> plans_;
  std::vector<Account> accounts_;
  std::atomic<uint64_t> total_{0}, done_{0};
};

}  // namespace

Result Download(const Want& want,
                const std::function<std::vector<Want>(const Choice&)>& companions_of,
                const std::function<bool(const Progress&)>& progress) {
  return Downloader(progress).Run(want, companions_of);
}

}  // namespace musicgen::hub
