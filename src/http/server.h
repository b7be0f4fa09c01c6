// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/clock.h"
#include "base/gate.h"
#include "base/status.h"
#include "http/connection.h"
#include "http/limits.h"
#include "http/message.h"
#include "http/request_id.h"

namespace ekiben::http {

// A request that has been answered, for the access log and the metrics.
struct Exchange {
  const Request& request;
  int status;
  int route;  // As in Response.
  size_t bytes_out;
  Duration took;
};

// Listens on one address and serves HTTP/1.1 there until it is drained. Knows no models.
//
// Belongs to the loop, as everything in this folder does: not thread-safe. What it waits for on the
// loop keeps it alive, and so do its connections.
class Server : public std::enable_shared_from_this<Server> {
 public:
  struct Options {
    std::string host = "127.0.0.1";  // An address, or "localhost".
    uint16_t port = 3000;            // 0: any that is free.
    Limits limits;
  };
  using OnExchange = std::function<void(const Exchange&)>;

  // `loop` must outlive the server. `on_exchange` is called after each answer.
  static std::shared_ptr<Server> Create(AsioLoop& loop, Options options, Handler handler,
                                        OnExchange on_exchange);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Takes the port. kFailedPrecondition where it is taken or not allowed, kInvalidArgument where
  // the host is no address.
  Status Bind();

  // Begins to accept. REQUIRES: Bind() succeeded
  Status Listen();

  // Stops accepting, lets every request under way end, closes the rest, then calls `done`.
  void Drain(std::function<void()> done);

  uint16_t port() const { return port_; }
  size_t connections() const { return connections_.size(); }
  bool draining() const { return gate_.closed(); }

 private:
  friend class Connection;

  Server(AsioLoop& loop, Options options, Handler handler, OnExchange on_exchange);
  void Accept();
  void OnAccept(const boost::system::error_code& error, Connection::Socket socket);
  void EverySecond();
  // False when the server is full or draining.
  bool Register(Connection& connection);
  void Unregister(Connection& connection);

  AsioLoop& loop_;
  const Options options_;
  const Handler handler_;
  const OnExchange on_exchange_;
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, AsioLoop::Executor> acceptor_;
  bool accepting_ = false;  // Not after a failure, until EverySecond() tries again.
  uint16_t port_ = 0;
  std::unordered_set<Connection*> connections_;
  Gate gate_;
  RequestIdSource ids_;
  std::string date_;  // The Date header's value, renewed every second.
};

}  // namespace ekiben::http
