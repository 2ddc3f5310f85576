#include "serve/jobs/jobs_impl.h"

#include <algorithm>
#include <utility>

#include "serve/http/failure.h"
#include "serve/jobs/random_id.h"
#include "serve/jobs/render.h"
#include "serve/jobs/request_check.h"

namespace musicgen::serve {
namespace {

constexpr int kLongThreads = 2;

std::vector<ServedModel> WithStreams(std::vector<ServedModel> models, int parallel) {
  for (ServedModel& model : models) {
    if (model.options.max_streams == 0) model.options.max_streams = parallel;
  }
  return models;
}

}  // namespace

void RefuseUnknownJob() {
  Refuse(404, "job_not_found",
         "there is no job of this id, or it has been forgotten since it ended", "id");
}

Jobs::Impl::Impl(std::vector<ServedModel> models, const JobLimits& l,
                 std::function<void(const std::string&)> told)
    : limits(l),
      trouble(std::move(told)),
      archive(l),
      shelf(
          WithStreams(std::move(models), l.parallel), l.weights_bytes, mutex, [this] { Wake(); },
          trouble),
      short_worker(1, Worker::Kind::kDoneAtTheEnd, /*gives_way=*/false),
      long_worker(kLongThreads, Worker::Kind::kDroppedAtTheEnd, /*gives_way=*/true) {
  active.resize(shelf.models().size());
  deferred.resize(shelf.models().size());
  shelf.Load(0);
  owner = std::thread([this] { Own(); });
}

void Jobs::Impl::Wake() {
  was_ready = was_ready || shelf.models().front().loaded != nullptr;
  woken = true;
  changed.notify_all();
}

Record Jobs::Impl::FindOpen(const std::string& id) const {
  const auto found = records.find(id);
  if (found == records.end()) return nullptr;
  const Record& record = found->second;
  return record->ended() && record->ended_s + limits.kept_s <= UnixTime() ? nullptr : record;
}

int Jobs::Impl::waiting() const {
  return static_cast<int>(std::count_if(queued.begin(), queued.end(), [](const Record& record) {
    return record->waits() || std::any_of(record->takes.begin(), record->takes.end(),
                                          [](const Take& take) { return take.deferred; });
  }));
}

bool Jobs::Impl::HasRoom() const {
  if (limits.parallel == 0) {
    return line.empty() &&
           std::all_of(deferred.begin(), deferred.end(), [](int n) { return n == 0; });
  }
  size_t takes = static_cast<size_t>(running_takes);
  for (const Record& record : line) takes += record->takes.size() - record->next_take;
  return takes < static_cast<size_t>(limits.parallel);
}

// A place in line is free when the first of the running jobs has ended.
int Jobs::Impl::RetryAfter() const {
  constexpr double kUnknown = 10, kLongest = 600;
  std::optional<double> seconds;
  for (const Active& takes : active) {
    for (const auto& [id, at] : takes) {
      const Take& take = at.first->takes[at.second];
      if (take.steps_total == 0) continue;  // without end, or not known yet
      const auto left = pace.SecondsFor(take.steps_total - take.steps_done);
      if (left && (!seconds || *left < *seconds)) seconds = left;
    }
  }
  return 1 + static_cast<int>(std::min(seconds.value_or(kUnknown), kLongest));
}

JobStatus Jobs::Impl::StatusOf(const JobRecord& record) const {
  JobStatus status = record.Status(shelf.models()[record.model].info.frame_rate_hz);
  if (record.state == JobState::kQueued) {
    const auto at = std::find_if(queued.begin(), queued.end(),
                                 [&](const Record& each) { return each.get() == &record; });
    status.queue_position = static_cast<int>(std::distance(queued.begin(), at)) + 1;
  }
  return status;
}

void Jobs::Impl::CancelAll() {
  for (const auto& [id, record] : records) {
    if (record->ended() || std::exchange(record->cancelled, true)) continue;
    to_cancel.push_back(record);
  }
  Wake();
}

Jobs::Jobs(std::vector<ServedModel> models, const JobLimits& limits,
           std::function<void(const std::string&)> trouble)
    : impl_(new Impl(std::move(models), limits, std::move(trouble))) {}

Jobs::~Jobs() {
  {
    std::lock_guard<std::mutex> lock(impl_->mutex);
    impl_->draining = impl_->stopping = true;
    impl_->Wake();
  }
  impl_->owner.join();
  impl_->short_worker.WaitUntilIdle();  // what is left there may still call this
}

std::string Jobs::Submit(JobRequest order, std::shared_ptr<JobWatcher> watcher) {
  Impl& impl = *impl_;
  const size_t model = impl.shelf.Find(order.model);  // names and descriptions never change
  const ShelvedModel& shelved = impl.shelf.models()[model];
  CheckOrder(order, shelved.info, impl.limits);
  const auto record = std::make_shared<JobRecord>();
  record->id = RandomId();
  record->model = model;
  record->model_name = shelved.served.id;
  record->request = std::move(order.request);
  record->request.params.seed = order.seed ? *order.seed : RandomSeed();
  record->stream = order.stream;
  record->takes.resize(static_cast<size_t>(order.takes));
  record->created_s = UnixTime();
  if (watcher != nullptr) record->watchers.push_back(std::move(watcher));

  std::lock_guard<std::mutex> lock(impl.mutex);
  if (impl.draining) Refuse(503, "draining", "the server is shutting down");
  if (!impl.HasRoom() && impl.waiting() >= impl.limits.queue) {
    ++impl.totals.refused;
    throw Refusal({429, "the server is busy and its queue is full", "rate_limit_error", "",
                   "queue_full", impl.RetryAfter()});
  }
  impl.archive.Age(record->created_s, impl.records);
  impl.records[record->id] = record;
  impl.queued.push_back(record);
  impl.line.push_back(record);
  ++impl.shelf.models()[model].wanted;
  ++impl.open_jobs;
  impl.Wake();
  return record->id;
}

std::optional<JobStatus> Jobs::Status(const std::string& id) const {
  std::lock_guard<std::mutex> lock(impl_->mutex);
  const Record record = impl_->FindOpen(id);
  if (record == nullptr) return std::nullopt;
  return impl_->StatusOf(*record);
}

bool Jobs::Watch(const std::string& id, std::shared_ptr<JobWatcher> watcher) {
  std::lock_guard<std::mutex> lock(impl_->mutex);
  const Record record = impl_->FindOpen(id);
  if (record == nullptr) return false;
  if (!record->ended()) {
    record->watchers.push_back(std::move(watcher));
    return true;
  }
  impl_->calls.push_back([watcher, status = impl_->StatusOf(*record)] { watcher->Ended(status); });
  impl_->Wake();
  return true;
}

bool Jobs::Cancel(const std::string& id) {
  std::lock_guard<std::mutex> lock(impl_->mutex);
  const Record record = impl_->FindOpen(id);
  if (record == nullptr) return false;
  if (record->ended() || std::exchange(record->cancelled, true)) return true;
  impl_->to_cancel.push_back(record);
  impl_->Wake();
  return true;
}

void Jobs::Steer(const std::string& id, const Steering& steering,
                 std::function<void(int64_t)> steered) {
  CheckSteering(steering, impl_->limits);
  std::lock_guard<std::mutex> lock(impl_->mutex);
  const Record record = impl_->FindOpen(id);
  if (record == nullptr) RefuseUnknownJob();
  if (record->ended())
    Refuse(409, "ended", "job: expected one that runs, found one that has ended");
  const auto call = std::make_shared<SteerCall>();
  call->takes_left = 0;
  call->steered = std::move(steered);
  for (Take& take : record->takes) {
    if (take.state == Take::State::kEnded) continue;
    take.steerings.Add(steering, call);
    ++call->takes_left;
  }
  impl_->to_steer.push_back(record);
  impl_->Wake();
}

std::vector<Codes> Jobs::CodesOf(const std::string& id) const {
  std::lock_guard<std::mutex> lock(impl_->mutex);
  const Record record = impl_->FindOpen(id);
  if (record == nullptr) RefuseUnknownJob();
  std::vector<Codes> codes;
  if (record->ended()) {
    for (const Take& take : record->takes) codes.push_back(take.codes);
  }
  return codes;
}

RenderOrder Jobs::Impl::OrderOf(const std::string& id) const {
  const Record record = FindOpen(id);
  if (record == nullptr) RefuseUnknownJob();
  if (record->state != JobState::kDone) {
    Refuse(409, "not_done", "job: expected one that is done, found one that is not");
  }
  RenderOrder order;
  order.comment = record->provenance;
  order.model = shelf.models()[record->model].served.options;
  for (const Take& take : record->takes) order.takes.push_back({take.codes, take.sound});
  return order;
}

namespace {

// On the worker: `make` throws or not, `done` hears of it.
template <class Result, class Make>
void MakeAndTell(const Make& make,
                 const std::function<void(std::vector<Result>, std::exception_ptr)>& done) {
  std::vector<Result> results;
  try {
    results = make();
  } catch (...) {
    done({}, std::current_exception());
    return;
  }
  done(std::move(results), nullptr);
}

}  // namespace

void Jobs::Render(const std::string& id, const std::string& format,
                  std::function<void(std::vector<std::string>, std::exception_ptr)> done,
                  Strategy strategy) {
  CheckFormat(format);
  std::unique_lock<std::mutex> lock(impl_->mutex);
  RenderOrder order = impl_->OrderOf(id);
  lock.unlock();
  order.format = format;
  order.strategy = strategy;
  impl_->long_worker.Post([order = std::move(order), done = std::move(done)] {
    MakeAndTell<std::string>([&] { return RenderTakes(order); }, done);
  });
}

void Jobs::MakeSounds(const std::string& id,
                      std::function<void(std::vector<Waveform>, std::exception_ptr)> done) {
  std::unique_lock<std::mutex> lock(impl_->mutex);
  RenderOrder order = impl_->OrderOf(id);
  lock.unlock();
  impl_->long_worker.Post([order = std::move(order), done = std::move(done)] {
    MakeAndTell<Waveform>([&] { return SoundsOf(order); }, done);
  });
}

std::vector<ModelStatus> Jobs::models() const {
  std::lock_guard<std::mutex> lock(impl_->mutex);
  std::vector<ModelStatus> all;
  for (const ShelvedModel& model : impl_->shelf.models()) {
    all.push_back(
        {model.served.id, model.loaded != nullptr, model.loading, model.info, model.device});
  }
  return all;
}

ModelInfo Jobs::InfoOf(const std::string& model) const {
  return impl_->shelf.models()[impl_->shelf.Find(model)].info;
}

std::string Jobs::ProvenanceOf(const std::string& id) const {
  std::lock_guard<std::mutex> lock(impl_->mutex);
  const Record record = impl_->FindOpen(id);
  return record == nullptr ? "" : record->provenance;
}

JobCounts Jobs::counts() const {
  std::lock_guard<std::mutex> lock(impl_->mutex);
  JobCounts counts = impl_->totals;
  counts.queued = static_cast<int>(impl_->queued.size());
  counts.running = impl_->open_jobs - counts.queued;
  return counts;
}

bool Jobs::ready() const {
  std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->was_ready && !impl_->draining;
}

const JobLimits& Jobs::limits() const { return impl_->limits; }

void Jobs::Drain(double seconds) {
  {
    std::unique_lock<std::mutex> lock(impl_->mutex);
    impl_->draining = true;
    const auto is_done = [&] {
      return impl_->open_jobs == 0 && impl_->calls.empty() && !impl_->calling;
    };
    if (!impl_->changed.wait_for(lock, std::chrono::duration<double>(seconds), is_done)) {
      impl_->CancelAll();
      impl_->changed.wait(lock, is_done);
    }
  }
  impl_->short_worker.WaitUntilIdle();
}

void Jobs::PostShort(std::function<void()> work) { impl_->short_worker.Post(std::move(work)); }
void Jobs::PostLong(std::function<void()> work) { impl_->long_worker.Post(std::move(work)); }

}  // namespace musicgen::serve
