// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include "http/response_head.h"

namespace ekiben::http {
namespace {

using boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;

Status CannotListen(const std::string& host, uint16_t port, const ErrorCode& error) {
  Status status =
      FailedPrecondition(fmt::format("cannot listen on {}:{}: {}", host, port, error.message()));
  if (error == boost::asio::error::address_in_use) {
    return std::move(status).WithHint(
        fmt::format("another program has the port; choose one with --port, such as --port {}",
                    port < 65535 ? port + 1 : port - 1));
  }
  if (error == boost::asio::error::access_denied) {
    return std::move(status).WithHint("ports below 1024 are for root; choose one with --port");
  }
  return status;
}

}  // namespace

Server::Server(AsioLoop& loop, Options options, Handler handler, OnExchange on_exchange)
    : loop_(loop),
      options_(std::move(options)),
      handler_(std::move(handler)),
      on_exchange_(std::move(on_exchange)),
      acceptor_(loop.context()),
      date_(HttpDate()) {}

std::shared_ptr<Server> Server::Create(AsioLoop& loop, Options options, Handler handler,
                                       OnExchange on_exchange) {
  return std::shared_ptr<Server>(
      new Server(loop, std::move(options), std::move(handler), std::move(on_exchange)));
}

Status Server::Bind() {
  ErrorCode error;
  const std::string host = options_.host == "localhost" ? "127.0.0.1" : options_.host;
  const auto address = boost::asio::ip::make_address(host, error);
  if (error) {
    return InvalidArgument(fmt::format("'{}' is not an address to listen on", options_.host))
        .WithHint("--host takes 127.0.0.1, 0.0.0.0, ::1 or another address of this machine");
  }
  const tcp::endpoint endpoint(address, options_.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (error) return CannotListen(options_.host, options_.port, error);
  port_ = acceptor_.local_endpoint().port();
  return {};
}

Status Server::Listen() {
  ErrorCode error;
  acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
  if (error) return CannotListen(options_.host, port_, error);
  loop_.Every(std::chrono::seconds(1), [self = shared_from_this()] { self->EverySecond(); });
  Accept();
  return {};
}

void Server::Accept() {
  accepting_ = true;
  acceptor_.async_accept(
      [self = shared_from_this()](const ErrorCode& error, Connection::Socket socket) {
        self->OnAccept(error, std::move(socket));
      });
}

void Server::OnAccept(const ErrorCode& error, Connection::Socket socket) {
  // Out of descriptors, say: to try again at once would only heat the machine.
  accepting_ = !error;
  if (error || !acceptor_.is_open()) return;
  ErrorCode ignored;
  socket.non_blocking(true, ignored);
  socket.set_option(tcp::no_delay(true), ignored);
  std::make_shared<Connection>(std::move(socket), shared_from_this())->Start();
  Accept();
}

void Server::EverySecond() {
  date_ = HttpDate();
  if (!accepting_ && acceptor_.is_open()) Accept();
  const Time now = Now();
  // A connection that is closed here may leave connections_, but only after this loop: its last
  // owner is an operation that ends later.
  const std::vector<Connection*> all(connections_.begin(), connections_.end());
  for (Connection* connection : all) connection->CheckTime(now);
}

bool Server::Register(Connection& connection) {
  if (connections_.size() >= options_.limits.connections || !gate_.TryEnter()) return false;
  connections_.insert(&connection);
  return true;
}

void Server::Unregister(Connection& connection) {
  if (connections_.erase(&connection) > 0) gate_.Leave();
}

void Server::Drain(std::function<void()> done) {
  ErrorCode ignored;
  acceptor_.close(ignored);
  const std::vector<Connection*> all(connections_.begin(), connections_.end());
  gate_.Close(std::move(done));
  for (Connection* connection : all) connection->Drain();
}

}  // namespace ekiben::http
