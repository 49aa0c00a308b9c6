// Ranks over MPI (MPI 3.1). MPI's blocking calls keep a processor busy while they wait, and ranks
// may wait for minutes, so all calls here are the nonblocking ones, whose end is waited for with
// ever longer sleeps, up to kLongestSleep. Messages are cut into pieces that MPI can count.
#include "work/launch.h"

#include <cstdlib>
#include <string>

#include "base/error.h"

#ifdef TRACETWIN_HAS_MPI
#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <thread>
#include <vector>
#endif

namespace tracetwin::work {
namespace {

/// A whole number of the environment, 0 when there is none.
std::size_t number_in_environment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
}

bool was_launched() {
  return std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr || std::getenv("PMIX_RANK") != nullptr;
}

/// srun starts as many processes as it is asked for, whether they can meet or not.
void check_step() {
  if (number_in_environment("SLURM_STEP_NUM_TASKS") > 1 &&
      std::getenv("SLURM_STEP_ID") != nullptr && std::getenv("SLURM_PROCID") != nullptr) {
    throw Error("srun started several processes that cannot meet each other",
                "Add --mpi=pmix to srun, or start them with mpirun.");
  }
}

#ifdef TRACETWIN_HAS_MPI

using namespace std::chrono_literals;

constexpr int kSpins = 200;
constexpr auto kShortestSleep = 20us;
constexpr auto kLongestSleep = 1000us;
constexpr std::size_t kPiece = std::size_t{1} << 28;  // bytes of one message
constexpr std::size_t kSums = std::size_t{1} << 24;   // numbers of one sum
constexpr std::uint64_t kNone = UINT64_MAX;
enum Tag : int { kAsk = 1, kAnswer = 2, kBytes = 3 };

/// Calls `done` until it is true, more and more seldom.
template <class Done>
void wait_until(const Done& done) {
  auto sleep = std::chrono::duration_cast<std::chrono::microseconds>(kShortestSleep);
  for (int spin = 0; !done(); ++spin) {
    if (spin < kSpins) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(sleep);
      sleep = std::min<std::chrono::microseconds>(2 * sleep, kLongestSleep);
    }
  }
}

void finish(MPI_Request& request) {
  wait_until([&] {
    int done = 0;
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    return done != 0;
  });
}

/// Texts that were sent and may not have arrived.
struct UnderWay {
  std::vector<std::string> texts;
  std::deque<std::uint64_t> sizes;
  std::vector<MPI_Request> requests;

  void finish() {
    for (MPI_Request& request : requests) {
      work::finish(request);
    }
    requests.clear();
    sizes.clear();
    texts.clear();
  }
};

class Mpi final : public Transport {
 public:
  Mpi() {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
    if (provided < MPI_THREAD_SERIALIZED) {
      MPI_Abort(MPI_COMM_WORLD, static_cast<int>(ExitCode::kBadInput));
    }
    int number = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &number);
    rank_ = static_cast<std::size_t>(number);
    MPI_Comm_size(MPI_COMM_WORLD, &number);
    size_ = static_cast<std::size_t>(number);
  }
  Mpi(const Mpi&) = delete;
  Mpi& operator=(const Mpi&) = delete;
  ~Mpi() override {
    under_way_.finish();
    MPI_Finalize();
  }

  std::size_t rank() const override { return rank_; }
  std::size_t size() const override { return size_; }

  void barrier() override {
    MPI_Request request;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    finish(request);
  }

  void add_up(std::span<std::int64_t> values) override {
    for (std::size_t at = 0; at < values.size(); at += kSums) {
      const auto some = values.subspan(at, std::min(kSums, values.size() - at));
      MPI_Request request;
      MPI_Iallreduce(MPI_IN_PLACE, some.data(), static_cast<int>(some.size()), MPI_INT64_T, MPI_SUM,
                     MPI_COMM_WORLD, &request);
      finish(request);
      sent_ += some.size_bytes();
    }
  }

  void spread(std::string& bytes, std::size_t root) override {
    std::uint64_t total = bytes.size();
    MPI_Request request;
    MPI_Ibcast(&total, 1, MPI_UINT64_T, static_cast<int>(root), MPI_COMM_WORLD, &request);
    finish(request);
    bytes.resize(total);
    for (std::size_t at = 0; at < total; at += kPiece) {
      MPI_Ibcast(bytes.data() + at, piece(total - at), MPI_BYTE, static_cast<int>(root),
                 MPI_COMM_WORLD, &request);
      finish(request);
    }
    sent_ += rank_ == root ? total * (size_ - 1) : 0;
  }

  std::vector<std::vector<std::string>> gather(std::vector<std::string> own) override {
    if (rank_ != 0) {
      under_way_.finish();
      own.insert(own.begin(), std::to_string(own.size()));
      under_way_.texts = std::move(own);
      for (const std::string& text : under_way_.texts) {
        begin_to_send(text, 0, under_way_);
      }
      return {};
    }
    std::vector<std::vector<std::string>> all(size_);
    all[0] = std::move(own);
    for (std::size_t from = 1; from < size_; ++from) {
      const std::uint64_t texts = std::stoull(receive(static_cast<int>(from)));
      for (std::uint64_t i = 0; i < texts; ++i) {
        all[from].push_back(receive(static_cast<int>(from)));
      }
    }
    return all;
  }

  std::string hand_out(std::vector<std::string> parts, std::size_t root) override {
    if (rank_ != root) {
      return receive(static_cast<int>(root));
    }
    for (std::size_t to = 0; to < size_; ++to) {
      if (to != rank_) {
        send(parts[to], static_cast<int>(to));
      }
    }
    return std::move(parts[rank_]);
  }

  std::uint64_t sent() const override { return sent_; }

  void serve(const std::function<std::optional<std::uint64_t>()>& next) override {
    for (std::size_t told = 1; told < size_;) {
      const int from = next_asker();
      const std::uint64_t answer = next().value_or(kNone);
      MPI_Request request;
      MPI_Isend(&answer, 1, MPI_UINT64_T, from, kAnswer, MPI_COMM_WORLD, &request);
      finish(request);
      told += answer == kNone ? 1 : 0;
    }
  }

  std::optional<std::uint64_t> ask() override {
    std::uint64_t answer = 0;
    MPI_Request answered;
    MPI_Irecv(&answer, 1, MPI_UINT64_T, 0, kAnswer, MPI_COMM_WORLD, &answered);
    MPI_Request asked;
    MPI_Isend(nullptr, 0, MPI_BYTE, 0, kAsk, MPI_COMM_WORLD, &asked);
    finish(asked);
    finish(answered);
    return answer == kNone ? std::nullopt : std::optional(answer);
  }

  void end_all(int exit_code) override { MPI_Abort(MPI_COMM_WORLD, exit_code); }

 private:
  static int piece(std::size_t left) { return static_cast<int>(std::min(kPiece, left)); }

  static int next_asker() {
    MPI_Request request;
    MPI_Irecv(nullptr, 0, MPI_BYTE, MPI_ANY_SOURCE, kAsk, MPI_COMM_WORLD, &request);
    MPI_Status status;
    wait_until([&] {
      int done = 0;
      MPI_Test(&request, &done, &status);
      return done != 0;
    });
    return status.MPI_SOURCE;
  }

  void send(std::string_view bytes, int to) {
    UnderWay all;
    begin_to_send(bytes, to, all);
    all.finish();
  }

  void begin_to_send(std::string_view bytes, int to, UnderWay& all) {
    all.sizes.push_back(bytes.size());
    MPI_Isend(&all.sizes.back(), 1, MPI_UINT64_T, to, kBytes, MPI_COMM_WORLD,
              &all.requests.emplace_back());
    for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
      MPI_Isend(bytes.data() + at, piece(bytes.size() - at), MPI_BYTE, to, kBytes, MPI_COMM_WORLD,
                &all.requests.emplace_back());
    }
    sent_ += bytes.size();
  }

  static std::string receive(int from) {
    std::uint64_t total = 0;
    MPI_Request request;
    MPI_Irecv(&total, 1, MPI_UINT64_T, from, kBytes, MPI_COMM_WORLD, &request);
    finish(request);
    std::string bytes(total, '\0');
    for (std::size_t at = 0; at < total; at += kPiece) {
      MPI_Irecv(bytes.data() + at, piece(total - at), MPI_BYTE, from, kBytes, MPI_COMM_WORLD,
                &request);
      finish(request);
    }
    return bytes;
  }

  std::size_t rank_ = 0;
  std::size_t size_ = 1;
  std::uint64_t sent_ = 0;
  UnderWay under_way_;  // of the last gather()
};

#endif

}  // namespace

Ranks launched_ranks() {
  if (!was_launched()) {
    check_step();
    return {};
  }
#ifdef TRACETWIN_HAS_MPI
  return Ranks(std::make_shared<Mpi>());
#else
  if (number_in_environment("OMPI_COMM_WORLD_SIZE") > 1 ||
      number_in_environment("SLURM_STEP_NUM_TASKS") > 1) {
    throw Error("several processes were started to work together, but this build has no MPI",
                "Install Debian's libopenmpi-dev and build again, or start one process.");
  }
  return {};
#endif
}

}  // namespace tracetwin::work
