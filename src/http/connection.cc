// SPDX-License-Identifier: Apache-2.0
#include "http/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <boost/asio/write.hpp>

#include "http/problem.h"
#include "http/response_head.h"
#include "http/server.h"

namespace ekiben::http {
namespace {

constexpr size_t kSmallBuffer = 4 << 10;   // Holds a usual request whole.
constexpr size_t kLargeBuffer = 64 << 10;  // For those that send more.
constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// Whether the peer has closed its side and nothing more is to be read.
bool PeerHasClosed(int socket) {
  char byte = 0;
  const ssize_t got = recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace

Connection::Connection(Socket socket, std::shared_ptr<Server> server)
    : socket_(std::move(socket)),
      server_(std::move(server)),
      since_(Now()),
      buffer_(kSmallBuffer),
      parser_(server_->options_.limits) {
  boost::system::error_code gone;
  const auto client = socket_.remote_endpoint(gone);
  if (!gone) {
    request_.client_address = client.address().to_string();
    request_.client_port = client.port();
  }
  request_.client_has_gone = [fd = socket_.native_handle()] { return PeerHasClosed(fd); };
}

Connection::~Connection() { server_->Unregister(*this); }

void Connection::Start() {
  if (!server_->Register(*this)) {
    Reject(Unavailable("the server has no room for another connection"));
    Close();  // Nobody would look after its time.
    return;
  }
  parser_.Begin(request_);
  Read();
}

void Connection::Enter(State state, Time now) {
  state_ = state;
  since_ = now;
}

void Connection::Read() {
  if (std::exchange(reading_, true)) return;
  if (begin_ == end_) {
    begin_ = end_ = 0;
  } else if (end_ == buffer_.size()) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
    if (end_ == buffer_.size()) buffer_.resize(std::max(kLargeBuffer, 2 * buffer_.size()));
  }
  socket_.async_read_some(boost::asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
                          ReadHandler{shared_from_this()});
}

void Connection::OnRead(const boost::system::error_code& error, size_t size) {
  reading_ = false;
  if (error || state_ == State::kClosed) {
    Close();
    return;
  }
  if (state_ == State::kLingering) {
    begin_ = end_ = 0;
    Read();
    return;
  }
  end_ += size;
  // Somebody who fills the buffer has a large body to send.
  if (end_ == buffer_.size() && buffer_.size() < kLargeBuffer) buffer_.resize(kLargeBuffer);
  Process();
}

void Connection::Process() {
  processing_ = true;
  // One reading of the clock for all that has come: in a profile of cheap models it shows.
  const Time now = Now();
  while (ParseSome(now)) {
  }
  processing_ = false;
  if (state_ == State::kIdle || state_ == State::kReading) Read();
}

bool Connection::ParseSome(Time now) {
  if ((state_ != State::kIdle && state_ != State::kReading) || begin_ == end_) return false;
  if (state_ == State::kIdle) Enter(State::kReading, now);

  const bool had_header = parser_.header_done();
  const auto progress = parser_.Feed({buffer_.data() + begin_, end_ - begin_});
  if (!progress) {
    Reject(progress.error());
    return false;
  }
  begin_ += progress->used;
  if (progress->complete) {
    Handle(now);
    return true;
  }
  if (parser_.header_done() && !had_header) Enter(State::kReading, now);
  if (parser_.expects_continue() && !std::exchange(sent_continue_, true)) {
    boost::system::error_code ignored;
    socket_.write_some(boost::asio::buffer(kContinue), ignored);
  }
  return false;
}

void Connection::Handle(Time now) {
  Enter(State::kHandling, now);
  request_.received = now;
  sent_continue_ = false;
  keep_alive_ = parser_.keep_alive();
  const std::string_view id = request_.Header("x-request-id");
  if (IsUsableRequestId(id)) {
    request_.request_id = id;
  } else {
    server_->ids_.Next(request_.request_id);
  }
  ekiben::Start(server_->handler_(request_), [self = shared_from_this()](Response response) {
    self->Respond(std::move(response));
  });
}

void Connection::Reject(const Status& status) {
  keep_alive_ = false;
  request_.received = Now();
  if (request_.request_id.empty()) server_->ids_.Next(request_.request_id);
  Respond(Problem(status, request_.request_id));
}

void Connection::Respond(Response response) {
  if (state_ == State::kClosed) return;
  if (server_->draining()) keep_alive_ = false;
  output_.clear();
  written_ = 0;
  if (HasNoBody(response.status)) {
    response.body.clear();
    response.stream.reset();
  }
  if (keep_alive_ && EqualsIgnoringCase(request_.Header("connection"), "keep-alive")) {
    response.headers.emplace_back("connection", "keep-alive");  // HTTP/1.0 wants to be told.
  }
  if (response.stream != nullptr) {
    chunked_ = parser_.version() >= 11;  // HTTP/1.0 reads to the connection's end.
    if (!chunked_) keep_alive_ = false;
  }
  AppendResponseHead(output_, response, request_.request_id, server_->date_, keep_alive_, chunked_);
  if (request_.method != "HEAD") {
    if (response.stream == nullptr) output_ += response.body;
    stream_ = std::move(response.stream);
  }
  Enter(State::kWriting, Now());
  server_->on_exchange_({.request = request_,
                         .status = response.status,
                         .route = response.route,
                         .bytes_out = response.body.size(),
                         .took = since_ - request_.received});
  Write();
}

// The socket takes most answers at once; only what is left has to wait for the client.
void Connection::Write() {
  boost::system::error_code error;
  written_ = socket_.write_some(boost::asio::buffer(output_), error);
  if (!error && written_ == output_.size()) {
    OnWritten();
    return;
  }
  if (error && error != boost::asio::error::would_block) {
    Close();
    return;
  }
  boost::asio::async_write(
      socket_, boost::asio::buffer(output_.data() + written_, output_.size() - written_),
      [self = shared_from_this()](const boost::system::error_code& failed, size_t) {
        if (failed) {
          self->Close();
        } else {
          self->OnWritten();
        }
      });
}

void Connection::Pull() {
  Enter(State::kHandling, since_);
  ekiben::Start(stream_->Next(),
                [self = shared_from_this()](Result<std::optional<std::string>> piece) {
                  self->OnPiece(std::move(piece));
                });
}

void Connection::OnPiece(Result<std::optional<std::string>> piece) {
  if (state_ == State::kClosed || !piece) {
    Enter(State::kClosed, since_);
    Close();
    return;
  }
  output_.clear();
  written_ = 0;
  if (!*piece) {
    stream_.reset();
    if (chunked_) output_ = kLastChunk;
  } else if (chunked_ && !(*piece)->empty()) {
    AppendChunk(output_, **piece);
  } else {
    output_ = *std::move(*piece);
  }
  Enter(State::kWriting, Now());
  Write();
}

void Connection::OnWritten() {
  if (state_ != State::kWriting) return;
  if (stream_ != nullptr) {
    Pull();
    return;
  }
  if (server_->draining()) {
    Close();
    return;
  }
  if (!keep_alive_) {
    Linger();
    return;
  }
  Enter(State::kIdle, since_);
  parser_.Begin(request_);
  if (!processing_) Process();
}

// Closing while the client still sends would reset the connection, and with it the answer.
void Connection::Linger() {
  Enter(State::kLingering, Now());
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  Read();
}

void Connection::Close() {
  // While a piece is waited for the stream is in use; OnPiece() ends it.
  if (state_ != State::kHandling) stream_.reset();
  state_ = State::kClosed;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Connection::Drain() {
  if (state_ == State::kIdle) Close();
}

void Connection::CheckTime(Time now) {
  const Limits& limits = server_->options_.limits;
  const Duration waited = now - since_;
  switch (state_) {
    case State::kIdle:
      if (waited > limits.idle_time) Close();
      return;
    case State::kReading: {
      const bool header = parser_.header_done();
      if (waited <= (header ? limits.body_time : limits.header_time)) return;
      Reject({Code::kRequestTimeout, "the request did not arrive in time"});
      return;
    }
    case State::kWriting:
      if (waited > limits.write_time) Close();
      return;
    case State::kLingering:
      if (waited > kLingerTime) Close();
      return;
    case State::kHandling:
    case State::kClosed: return;
  }
}

}  // namespace ekiben::http
