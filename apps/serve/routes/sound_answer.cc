#include "serve/routes/sound_answer.h"

#include <memory>
#include <mutex>
#include <utility>

#include "serve/routes/finished_sound.h"
#include "serve/routes/zip.h"

namespace musicgen::serve {
namespace {

Response Head(const std::string& id, std::optional<uint64_t> seed, const SoundFormat& format,
              const ModelInfo& info) {
  Response head;
  head.content_type = ContentTypeOf(format, info);
  head.headers.push_back({"X-Job-Id", id});
  if (seed) head.headers.push_back({"X-Seed", std::to_string(*seed)});
  if (format.name == "pcm") {
    const int64_t rate = format.sample_rate_hz > 0 ? format.sample_rate_hz : info.sample_rate_hz;
    const int64_t channels = format.channels > 0 ? format.channels : info.audio_channels;
    head.headers.push_back({"X-Sample-Rate", std::to_string(rate)});
    head.headers.push_back({"X-Channels", std::to_string(channels)});
  }
  return head;
}

// One streamed answer. The short worker writes; the server's thread begins.
class StreamedAnswer : public std::enable_shared_from_this<StreamedAnswer> {
 public:
  StreamedAnswer(Service& service, Call call, SoundFormat format, ModelInfo info, Framing framing)
      : service_(service),
        call_(std::move(call)),
        format_(std::move(format)),
        info_(std::move(info)),
        framing_(std::move(framing)) {}

  void Start(JobRequest job) {
    std::unique_lock lock(mutex_);  // the first sound may come before the id is known
    job.stream = true;
    const auto self = shared_from_this();
    ByteSink sink;
    sink.write = [self](std::string bytes) { return self->Write(std::move(bytes)); };
    sink.end = [self](const JobStatus& status) { self->End(status); };
    const GenerationRequest request = job.request;
    id_ = service_.jobs.Submit(std::move(job), StreamSound(service_.jobs, StreamedForm(format_),
                                                           info_, request, std::move(sink)));
    if (framing_.head_at_once) Begin("");
    lock.unlock();
    call_.exchange->WhenGone([&jobs = service_.jobs, id = id_] { jobs.Cancel(id); });
  }

 private:
  void Begin(std::string first) {
    std::optional<uint64_t> seed;
    if (const std::optional<JobStatus> status = service_.jobs.Status(id_)) {
      seed = status->params.seed;
    }
    Response head = Head(id_, seed, format_, info_);
    if (!framing_.content_type.empty()) head.content_type = framing_.content_type;
    head.headers.push_back({"Cache-Control", "no-store"});
    head.body = std::move(first);
    call_.exchange->Begin(std::move(head));
    begun_ = true;
  }

  bool Write(std::string bytes) {
    if (bytes.empty()) return true;
    bytes = TranscodePiece(format_, std::move(bytes));
    if (framing_.piece) bytes = framing_.piece(std::move(bytes));
    const std::lock_guard lock(mutex_);
    if (begun_) return call_.exchange->Write(std::move(bytes));
    Begin(std::move(bytes));
    return true;
  }

  void End(const JobStatus& status) {
    const std::lock_guard lock(mutex_);
    const bool whole =
        status.state == JobState::kDone || (status.endless && status.state == JobState::kCancelled);
    if (!whole) return Break(FailureOfJob(status));
    if (!begun_) Begin("");
    if (framing_.last) call_.exchange->Write(framing_.last(status));
    call_.exchange->End();
  }

  void Break(const Failure& failure) {
    if (!begun_) return call_.Fail(failure);
    if (!framing_.broken) return call_.exchange->Abort();
    call_.exchange->Write(framing_.broken(failure));
    call_.exchange->End();
  }

  Service& service_;
  const Call call_;
  const SoundFormat format_;
  const ModelInfo info_;
  const Framing framing_;
  std::mutex mutex_;
  std::string id_;
  bool begun_ = false;
};

// Sends the file when the job has ended.
class FileWatcher : public JobWatcher {
 public:
  FileWatcher(Service& service, Call call, SoundFormat format)
      : service_(service), call_(std::move(call)), format_(std::move(format)) {}

  void Ended(const JobStatus& status) override {
    if (status.state != JobState::kDone) return call_.Fail(FailureOfJob(status));
    SendSound(service_, call_, status.id, format_);
  }

 private:
  Service& service_;
  const Call call_;
  const SoundFormat format_;
};

Response FileResponse(Service& service, const JobStatus& status, const SoundFormat& format,
                      std::vector<std::string> files, std::optional<int> take) {
  const ModelInfo info = service.jobs.InfoOf(status.model);
  Response response = Head(status.id, status.params.seed, format, info);
  std::string name = "musicgen-" + std::to_string(status.params.seed);
  if (take) name += "-" + std::to_string(*take);
  if (files.size() == 1 || take) {
    response.body = std::move(files.at(static_cast<size_t>(take.value_or(0))));
    name += "." + SuffixOf(format);
  } else {
    std::vector<NamedFile> members;
    for (size_t i = 0; i < files.size(); ++i) {
      members.push_back({"take_" + std::to_string(i) + "." + SuffixOf(format), files[i]});
    }
    response.content_type = "application/zip";
    response.body = Zip(members);
    name += ".zip";
  }
  response.headers.push_back({"Content-Disposition", "inline; filename=\"" + name + "\""});
  return response;
}

}  // namespace

Failure FailureOfJob(const JobStatus& status) {
  if (status.failure) return *status.failure;
  Failure failure;
  failure.status = 409;
  failure.type = "invalid_request_error";
  failure.code = "job_cancelled";
  failure.message = "the job was cancelled before it was done";
  return failure;
}

void StreamAnswer(Service& service, const Call& call, JobRequest job, const ModelInfo& info,
                  const SoundFormat& format, Framing framing) {
  std::make_shared<StreamedAnswer>(service, call, format, info, std::move(framing))
      ->Start(std::move(job));
}

void FileAnswer(Service& service, const Call& call, JobRequest job, const SoundFormat& format) {
  const std::string id =
      service.jobs.Submit(std::move(job), std::make_shared<FileWatcher>(service, call, format));
  call.exchange->WhenGone([&jobs = service.jobs, id] { jobs.Cancel(id); });
}

void SendSound(Service& service, const Call& call, const std::string& id, const SoundFormat& format,
               std::optional<int> take, Strategy strategy) {
  call.Guard([&] {
    // As it is now: others may push the job out while its sound is made into a file.
    const std::optional<JobStatus> status = service.jobs.Status(id);
    if (!status) RefuseUnknownJob();
    const auto send = [&service, call, status = *status, format, take](
                          std::vector<std::string> files, std::exception_ptr failure) {
      call.Guard([&] {
        if (failure) std::rethrow_exception(failure);
        call.exchange->Send(FileResponse(service, status, format, std::move(files), take));
      });
    };
    RenderSound(service, id, format, strategy, send);
  });
}

}  // namespace musicgen::serve
