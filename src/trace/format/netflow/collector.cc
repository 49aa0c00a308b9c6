// The two programs run under a shell script that ends when its standard input does, so when this
// process has sent everything, and also when it dies: in either case it stops nfcapd and removes
// the folder in between. What waits in nfcapd's socket, and what was dropped there, is in
// /proc/net/udp.
#include "trace/format/netflow/collector.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include "base/error.h"
#include "trace/format/nfdump/flows.h"

namespace tracetwin::netflow {
namespace {

constexpr const char* kScript = R"(
folder=$(mktemp -d "${TMPDIR:-/tmp}/tracetwin-XXXXXX") || exit 1
collector=
again=
trap 'kill -9 ${collector:-$!} $again 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM HUP
mkdir "$folder/flows" || exit 1
nfcapd -b 127.0.0.1 -p "$1" -w "$folder/flows" -t 86400 -B 4000000 >"$folder/log" 2>&1 &
collector=$!
cat >/dev/null
while kill "$collector"; do sleep .2; done >/dev/null 2>&1 &  # it may miss one before it listens
again=$!
wait "$collector" || { tail -n 1 "$folder/log" >&2; exit 1; }
collector=
kill "$again" 2>/dev/null
shift
nfdump -R "$folder/flows" "$@"
)";

constexpr auto kPatience = std::chrono::seconds(20);
constexpr auto kMoment = std::chrono::microseconds(200);
constexpr std::size_t kUnwatched = 32;  ///< datagrams sent before the queue is looked at
constexpr std::uint32_t kLoopback = 0x7f000001;
constexpr std::uint32_t kFirstExporter = 0x7f010001;  ///< 127.1.0.1
constexpr std::size_t kMostExporters = 65'000;

sockaddr_in address_at(std::uint32_t host, std::uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(host);
  address.sin_port = htons(port);
  return address;
}

/// A UDP socket on loopback; port 0 is any.
class Socket {
 public:
  explicit Socket(std::uint32_t host)
      : descriptor_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_in address = address_at(host, 0);
    if (descriptor_ < 0 ||
        ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw system_error("open", "a socket on loopback");
    }
  }
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }

  std::uint16_t port() const {
    sockaddr_in address = {};
    socklen_t size = sizeof address;
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }

  void send(std::span<const std::byte> datagram, std::uint16_t port) const {
    const sockaddr_in to = address_at(kLoopback, port);
    if (::sendto(descriptor_, datagram.data(), datagram.size(), 0,
                 reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0) {
      throw system_error("send to", "nfcapd on loopback");
    }
  }

 private:
  int descriptor_;
};

struct Queue {
  std::uint64_t waiting = 0;  ///< bytes
  std::uint64_t dropped = 0;  ///< datagrams
};

/// The queue of the socket on loopback with this port, if there is one.
std::optional<Queue> queue_of(std::uint16_t port) {
  const std::string local = fmt::format("0100007F:{:04X}", port);
  std::ifstream table("/proc/net/udp");
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::string number, at, remote, state, queues, word, last;
    words >> number >> at >> remote >> state >> queues;
    if (at != local) {
      continue;
    }
    while (words >> word) {
      last = word;
    }
    return Queue{std::stoull(queues.substr(queues.find(':') + 1), nullptr, 16), std::stoull(last)};
  }
  return std::nullopt;
}

std::uint16_t free_port() {
  return Socket(kLoopback).port();
}

ChildProcess::Command command_for(std::uint16_t port) {
  ChildProcess::Command command = {{"sh", "-c", kScript, "sh", std::to_string(port)},
                                   {{"TZ", "UTC"}}};
  const auto print = nfdump::print_arguments();
  command.words.insert(command.words.end(), print.begin(), print.end());
  return command;
}

void require_programs() {
  for (const char* program : {"nfcapd", "nfdump"}) {
    if (!is_installed(program)) {
      throw Error(fmt::format("the program {} is not installed, and it reads NetFlow", program),
                  nfdump::kInstall);
    }
  }
}

}  // namespace

struct Collector::State {
  std::uint16_t port = free_port();
  std::unique_ptr<ChildProcess> program =
      std::make_unique<ChildProcess>(command_for(port), "A shell is needed.");
  std::map<IpAddress, Socket> exporters;
  std::size_t unwatched = 0;

  /// Waits until the collector has taken all that it was sent, or has begun to listen.
  Queue settle() {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < end && program->is_running()) {
      const auto queue = queue_of(port);
      if (queue && queue->waiting == 0) {
        unwatched = 0;
        return *queue;
      }
      std::this_thread::sleep_for(kMoment);
    }
    program->close_input();
    program->wait();
    throw Error(fmt::format("nfcapd takes no datagrams on loopback: {}", program->complaint()),
                "Check that nfcapd -b 127.0.0.1 runs here.");
  }
};

Collector::Collector() {
  require_programs();
  state_ = std::make_unique<State>();
  state_->settle();
}

Collector::~Collector() = default;

void Collector::send(const IpAddress& exporter, std::span<const std::byte> datagram) {
  auto found = state_->exporters.find(exporter);
  if (found == state_->exporters.end()) {
    const std::size_t known = state_->exporters.size();
    if (known == kMostExporters) {
      throw Error("the capture has NetFlow of more than 65,000 exporters", "Split it by exporter.");
    }
    const std::uint32_t host = kFirstExporter + static_cast<std::uint32_t>(known);
    found = state_->exporters.emplace(exporter, Socket(host)).first;
  }
  found->second.send(datagram, state_->port);
  if (++state_->unwatched >= kUnwatched) {
    state_->settle();
  }
}

std::unique_ptr<ChildProcess> Collector::finish() {
  const Queue queue = state_->settle();
  if (queue.dropped > 0) {
    throw Error(fmt::format("nfcapd lost {} datagrams on loopback", queue.dropped),
                "Read fewer at once, or give the machine a larger net.core.rmem_max.");
  }
  state_->program->close_input();
  return std::move(state_->program);
}

}  // namespace tracetwin::netflow
