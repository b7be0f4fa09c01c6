// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "base/clock.h"
#include "http/asio_loop.h"
#include "http/message.h"
#include "http/operation_memory.h"
#include "http/parser.h"

namespace ekiben::http {

class Server;

// One client's connection: reads requests one after the other, hands each to the server's handler,
// and writes the answer before it looks at the next. Pipelined requests wait in its buffer.
//
// Lives on the loop's thread, kept alive by the operation it waits for; the server can only ask it
// to end.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, AsioLoop::Executor>;

  Connection(Socket socket, std::shared_ptr<Server> server);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Start();

  // Closes what has waited longer than the limits allow; `now` is read about once a second.
  void CheckTime(Time now);

  // Ends the connection as soon as no request is under way.
  void Drain();

 private:
  enum class State {
    kIdle,       // Between requests: nothing of the next one has come.
    kReading,    // Some of a request has come.
    kHandling,   // The handler has it.
    kWriting,    // The client has not taken all of the answer yet.
    kLingering,  // Answered and shut down; reading on, so that the client gets to see the answer.
    kClosed,
  };

  // Called with what a read gave; keeps the connection alive until then.
  struct ReadHandler {
    using allocator_type = OperationAllocator<std::byte>;

    allocator_type get_allocator() const { return allocator_type(self->read_memory_); }
    void operator()(const boost::system::error_code& error, size_t size) const {
      self->OnRead(error, size);
    }

    std::shared_ptr<Connection> self;
  };

  void Read();
  void OnRead(const boost::system::error_code& error, size_t size);
  // Goes on with what the buffer holds until more has to be read or waited for.
  void Process();
  // Takes bytes for the request at hand; true when there is more to do without reading.
  bool ParseSome(Time now);
  void Handle(Time now);
  void Respond(Response response);
  void Reject(const Status& status);
  // Asks the answer's stream for its next piece, and sends it.
  void Pull();
  void OnPiece(Result<std::optional<std::string>> piece);
  void Write();
  void OnWritten();
  void Linger();
  void Close();
  void Enter(State state, Time now);

  Socket socket_;
  const std::shared_ptr<Server> server_;
  State state_ = State::kIdle;
  Time since_;  // When state_ (or, while reading, the request's phase) began.
  bool keep_alive_ = true;
  bool sent_continue_ = false;
  bool processing_ = false;
  bool reading_ = false;  // A read is under way: the only user of buffer_ from end_ on.

  OperationMemory read_memory_;
  std::vector<char> buffer_;
  size_t begin_ = 0, end_ = 0;  // What buffer_ holds.
  RequestParser parser_;
  Request request_;
  std::string output_;
  size_t written_ = 0;
  std::unique_ptr<BodyStream> stream_;  // Of the answer under way.
  bool chunked_ = false;
};

}  // namespace ekiben::http
