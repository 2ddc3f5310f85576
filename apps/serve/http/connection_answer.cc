#include <algorithm>
#include <array>
#include <utility>

#include "serve/http/connection.h"
#include "serve/http/failure_response.h"
#include "serve/http/response_head.h"

namespace musicgen::serve {
namespace {

// In send_s seconds; one byte now and then would hold an answer's memory for hours.
constexpr size_t kLeastTakenBytes = 16 << 10;
constexpr double kLingerQuietS = 2, kLingerS = 10;

}  // namespace

void Connection::SendAnswer(uint64_t request, Response response) {
  if (!Answers(request)) return;
  Guarded([&] { SendWhole(std::move(response)); });
}

void Connection::FailAnswer(uint64_t request, const Failure& failure) {
  if (!Answers(request)) return;
  Guarded([&] { SendWhole(FailureResponse(underway_->admission.route, failure)); });
}

void Connection::SendWhole(Response response) {
  Underway& underway = *underway_;
  underway.admission.close |= state_.stopping;
  underway.record.status = response.status;
  underway.begun = underway.ended = true;
  Put(ResponseHead(response,
                   {.content_length = response.body.size(), .close = underway.admission.close}),
      0);
  if (HasBody(response.status) && !underway.admission.head_only && !response.body.empty()) {
    Put(std::move(response.body), 0);
  }
}

void Connection::BeginAnswer(uint64_t request, Response head) {
  if (!Answers(request) || underway_->begun) return;
  Guarded([&] {
    Underway& underway = *underway_;
    underway.begun = true;
    underway.chunked = !underway.admission.http_1_0;
    underway.admission.close |= state_.stopping;
    underway.record.status = head.status;
    Put(ResponseHead(head, {.chunked = underway.chunked, .close = underway.admission.close}), 0);
    if (!HasBody(head.status) || underway.admission.head_only) {
      underway.ended = true;
      underway.flow->End();
    } else if (!head.body.empty()) {
      WriteAnswer(request, std::move(head.body));
    }
  });
}

void Connection::WriteAnswer(uint64_t request, std::string piece) {
  if (!Answers(request) || !underway_->begun || underway_->ended || piece.empty()) return;
  Guarded([&] {
    const size_t counted = piece.size();
    Put(underway_->chunked ? Chunk(piece) : std::move(piece), counted);
  });
}

void Connection::EndAnswer(uint64_t request) {
  if (!Answers(request) || !underway_->begun || underway_->ended) return;
  Guarded([&] {
    underway_->ended = true;
    if (underway_->chunked) return Put(kLastChunk, 0);
    FinishIfSent();
  });
}

void Connection::AbortAnswer(uint64_t request) {
  if (Answers(request)) Close(!underway_->chunked);
}

void Connection::Put(std::string bytes, size_t counted) {
  out_.push_back({std::move(bytes), counted});
  WriteOut();
}

void Connection::WriteOut() {
  if (writing_ || out_.empty()) return;
  writing_ = true;
  if (!send_watched_) {
    send_watched_ = true;
    taken_bytes_ = 0;
    OnSendTime();
  }
  std::array<std::string_view, kMostPieces> pieces;
  const size_t count = std::min(out_.size(), kMostPieces);
  for (size_t i = 0; i < count; ++i) pieces[i] = out_[i].bytes;
  pieces[0].remove_prefix(out_offset_);
  transport_->Write(std::span(pieces.data(), count),
                    [self = shared_from_this()](bool fine, size_t bytes) {
                      self->writing_ = false;
                      self->Guarded([&] { self->OnWritten(fine, bytes); });
                    });
}

// Every send_s seconds while bytes wait to be taken, and as they begin to wait.
void Connection::OnSendTime() {
  taken_bytes_ = 0;
  send_deadline_.Set(state_.limits.send_s, [self = shared_from_this()] {
    self->Guarded([&] {
      if (self->taken_bytes_ < kLeastTakenBytes) return self->Drop();
      self->OnSendTime();
    });
  });
}

void Connection::OnWritten(bool fine, size_t bytes) {
  if (!fine) return Drop();
  taken_bytes_ += bytes;
  if (underway_) underway_->record.bytes_sent += bytes;
  out_offset_ += bytes;
  while (!out_.empty() && out_offset_ >= out_.front().bytes.size()) {
    out_offset_ -= out_.front().bytes.size();
    if (underway_) underway_->flow->Taken(out_.front().counted);
    out_.pop_front();
  }
  if (!out_.empty()) return WriteOut();
  send_deadline_.Clear();
  send_watched_ = false;
  FinishIfSent();
}

void Connection::FinishIfSent() {
  if (!underway_ || !underway_->ended || !out_.empty() || writing_) return;
  Log();
  const bool last = client_ended_ && unread_.empty();
  const bool close = underway_->admission.close || last || state_.stopping;
  const std::shared_ptr<AnswerFlow> flow = underway_->flow;
  underway_.reset();
  flow->End();
  if (close) return Linger();
  FreeBuffers();
  AwaitRequest(state_.limits.idle_s);
}

// Closing at once with bytes unread would make the system take back what was sent (a reset).
void Connection::Linger() {
  if (client_ended_) return Drop();
  phase_ = Phase::kLinger;
  state_.connections.Stand(this, Standing::kWaiting);
  linger_until_ = Clock::now() + std::chrono::seconds(static_cast<int>(kLingerS));
  read_deadline_.Set(kLingerQuietS, [self = shared_from_this()] { self->Drop(); });
  transport_->EndWriting(
      [self = shared_from_this()](bool, size_t) { self->Guarded([&] { self->Read(); }); });
}

void Connection::DrainUntilGone() {
  unread_.clear();
  if (Clock::now() > linger_until_) return Drop();
  read_deadline_.Set(kLingerQuietS, [self = shared_from_this()] { self->Drop(); });
  Read();
}

void Connection::Log() {
  AccessRecord& record = underway_->record;
  record.seconds = std::chrono::duration<double>(Clock::now() - underway_->started).count();
  if (state_.access_log) state_.access_log(record);
}

}  // namespace musicgen::serve
