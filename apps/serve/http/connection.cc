#include "serve/http/connection.h"

#include <algorithm>
#include <utility>

#include "serve/http/failure_response.h"
#include "serve/http/served_exchange.h"

namespace musicgen::serve {
namespace {

constexpr size_t kReadBytes = 4 << 10;
constexpr size_t kBodyReadBytes = 64 << 10;  // of a body that comes fast
constexpr size_t kFirstBodyBytes = 16 << 10;

// Method and path as they came, three words in a line: for the log of what is not understood.
void NoteFirstLine(std::string_view head, AccessRecord& record) {
  const size_t space = head.find(' ');
  record.method = head.substr(0, space);
  head.remove_prefix(space + 1);
  record.path = head.substr(0, head.find_first_of(" ?"));
}

Failure Timeout(const char* what) {
  return {.status = 408,
          .message = std::string(what) + " took too long to arrive.",
          .type = TypeOf(408),
          .code = "timeout"};
}

Failure NoMemoryForBody() {
  return {.status = 503,
          .message = "The server holds as many bodies as it has memory for; try again later.",
          .code = "bodies_limit",
          .retry_after_s = 1};
}

}  // namespace

Connection::Connection(ServerState& state, std::unique_ptr<Transport> transport, std::string peer)
    : state_(state),
      transport_(std::move(transport)),
      peer_(std::move(peer)),
      read_deadline_(state.loop->io()),
      send_deadline_(state.loop->io()) {}

template <class Work>
std::function<void()> Connection::Held(Work work) {
  return [self = shared_from_this(), work] { self->Guarded([&] { work(*self); }); };
}

// What goes wrong on one connection ends that one alone.
void Connection::Guarded(const std::function<void()>& work) {
  if (phase_ == Phase::kClosed) return;
  try {
    work();
  } catch (const Refusal& refusal) {
    RefuseRequest(refusal.failure());
  } catch (...) {
    Drop();
  }
}

void Connection::Start() {
  read_deadline_.Set(state_.limits.header_s, Held([](Connection& c) { c.Drop(); }));
  transport_->Shake([self = shared_from_this()](bool fine, size_t) {
    self->Guarded([&] {
      if (!fine) return self->Drop();
      self->AwaitRequest(self->state_.limits.header_s);
    });
  });
}

void Connection::AwaitRequest(double seconds) {
  phase_ = Phase::kIdle;
  state_.connections.Stand(this, Standing::kWaiting);
  read_deadline_.Set(seconds, Held([](Connection& c) { c.Drop(); }));
  Advance();
}

void Connection::Read() {
  if (reading_) return;
  if (client_ended_) return OnClientEnd();
  const bool fast = phase_ == Phase::kBody && filled_;
  const size_t most = fast ? kBodyReadBytes : kReadBytes;
  // While an answer is made the next requests may come up to this; the rest waits in the socket.
  const size_t held = phase_ == Phase::kBody ? kBodyReadBytes : state_.limits.header_bytes + 1;
  const size_t room = std::min(most, held - std::min(held, unread_.size()));
  if (room == 0) return;
  reading_ = true;
  arriving_.resize(room);
  transport_->Read(arriving_.data(), room, [self = shared_from_this()](bool fine, size_t bytes) {
    self->reading_ = false;
    self->Guarded([&] { self->OnRead(fine, bytes); });
  });
}

void Connection::OnRead(bool fine, size_t bytes) {
  if (!fine) return OnClientEnd();
  if (phase_ == Phase::kLinger) return DrainUntilGone();
  filled_ = bytes == arriving_.size();
  unread_.append(arriving_.data(), bytes);
  Advance();
}

// A client that ends its side while it waits for an answer has gone: whoever makes the answer
// stops. What is complete is still sent, and requests that came before the end are answered.
void Connection::OnClientEnd() {
  client_ended_ = true;
  const bool complete = phase_ == Phase::kAnswer && (underway_->ended || underway_->flow->ended());
  if (!complete) Drop();
}

void Connection::Consume(size_t bytes) {
  unread_.erase(0, bytes);
  underway_->record.bytes_received += bytes;
}

void Connection::Advance() {
  if (phase_ == Phase::kIdle && !unread_.empty()) BeginHead();
  if (phase_ == Phase::kHead && !ParseHead()) return Read();
  if (phase_ == Phase::kBody && !ParseBody()) return Read();
  if (phase_ == Phase::kIdle || phase_ == Phase::kAnswer) Read();
}

void Connection::BeginHead() {
  phase_ = Phase::kHead;
  scanner_.emplace(state_.limits.header_bytes);
  parser_ = std::make_unique<RequestParser>();
  underway_.emplace(Underway{.charge = BodyCharge(state_.bodies)});
  underway_->started = Clock::now();
  underway_->record.request = ++state_.requests;
  underway_->record.peer = peer_;
  underway_->flow = std::make_shared<AnswerFlow>(state_.limits.unsent_bytes);
  underway_->admission.close = true;  // until the head is understood
  read_deadline_.Set(state_.limits.header_s,
                     Held([](Connection& c) { c.RefuseRequest(Timeout("The request's head")); }));
}

bool Connection::ParseHead() {
  if (!scanner_->Scan(unread_)) return false;
  NoteFirstLine(unread_, underway_->record);
  RequestHead head = parser_->ParseHead(std::string_view(unread_).substr(0, scanner_->size()));
  Consume(scanner_->size());
  read_deadline_.Clear();
  underway_->admission = state_.gate.Admit(std::move(head));
  const Admission& admission = underway_->admission;
  if (admission.refused) throw Refusal(*admission.refused);
  if (!parser_->Agrees(admission.framing)) {
    Refuse(400, "bad_framing", "The length of the request's body is not clear.");
  }
  if (!admission.framing.has_body()) {
    HandOver();
    return true;
  }
  BeginBody();
  return ParseBody();
}

void Connection::BeginBody() {
  phase_ = Phase::kBody;
  state_.connections.Stand(this, Standing::kReceiving);
  const Framing& framing = underway_->admission.framing;
  if (!state_.bodies->Fits(framing.content_length)) throw Refusal(NoMemoryForBody());
  read_deadline_.Set(state_.limits.body_s,
                     Held([](Connection& c) { c.RefuseRequest(Timeout("The request's body")); }));
  if (framing.expects_continue && unread_.empty()) Put("HTTP/1.1 100 Continue\r\n\r\n", 0);
}

// Room for `more` bytes, doubled as the body grows, never beyond what it can become: what a client
// merely announces takes no memory.
void Connection::ReserveBody(size_t more) {
  const Admission& admission = underway_->admission;
  std::string& body = underway_->admission.request.body;
  const size_t longest =
      admission.framing.chunked ? admission.body_limit : admission.framing.content_length;
  const size_t needed = std::min(body.size() + more, longest);
  if (needed <= body.capacity()) return;
  const size_t capacity =
      std::min(std::max({needed, 2 * body.capacity(), kFirstBodyBytes}), longest);
  if (!underway_->charge.GrowTo(capacity)) throw Refusal(NoMemoryForBody());
  body.reserve(capacity);
}

bool Connection::ParseBody() {
  Admission& admission = underway_->admission;
  if (!unread_.empty()) {
    ReserveBody(unread_.size());
    Consume(parser_->ParseBody(unread_, admission.body_limit, admission.request.body));
  }
  if (!parser_->done()) return false;
  HandOver();
  return true;
}

// Thousands of connections that wait hold little.
void Connection::FreeBuffers() {
  if (unread_.empty()) std::string().swap(unread_);
  if (!reading_) std::vector<char>().swap(arriving_);
}

void Connection::HandOver() {
  read_deadline_.Clear();
  phase_ = Phase::kAnswer;
  state_.connections.Stand(this, Standing::kAnswering);
  FreeBuffers();
  Request& request = underway_->admission.request;
  request.id = underway_->record.request;
  request.peer = peer_;
  const Route& route = *underway_->admission.route;
  const auto exchange =
      std::make_shared<ServedExchange>(std::move(request), std::move(underway_->charge),
                                       underway_->flow, state_.loop, weak_from_this());
  try {
    route.handler(exchange);
  } catch (...) {
    exchange->Fail(FailureOf(std::current_exception()));
  }
}

// Before a handler has seen the request.
void Connection::RefuseRequest(const Failure& failure) {
  if (phase_ != Phase::kHead && phase_ != Phase::kBody) return Drop();
  read_deadline_.Clear();
  const Admission& admission = underway_->admission;
  if (!admission.refused) underway_->admission.close = true;
  phase_ = Phase::kAnswer;
  state_.connections.Stand(this, Standing::kAnswering);
  Response response = FailureResponse(admission.route, failure);
  for (const Header& header : admission.refusal_headers) response.headers.push_back(header);
  SendWhole(std::move(response));
  Advance();
}

void Connection::Wind() {
  const bool busy = phase_ == Phase::kBody || phase_ == Phase::kAnswer;
  if (!busy) Drop();
}

void Connection::Close(bool reset) {
  if (phase_ == Phase::kClosed) return;
  const auto self = shared_from_this();
  phase_ = Phase::kClosed;
  read_deadline_.Clear();
  send_deadline_.Clear();
  transport_->Close(reset);
  state_.connections.Remove(this);
  if (!underway_) return;
  Log();
  const std::shared_ptr<AnswerFlow> flow = underway_->flow;
  underway_.reset();
  flow->Go();
}

}  // namespace musicgen::serve
