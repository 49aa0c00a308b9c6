#pragma once

#include <barrier>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <thread>
#include <vector>

#include "work/ranks.h"

namespace tracetwin::test {

/// What ranks that are threads of one process have in common.
struct Meeting {
  explicit Meeting(std::size_t ranks)
      : all(static_cast<std::ptrdiff_t>(ranks)), place(ranks), texts(ranks) {}

  std::barrier<> all;
  std::vector<std::string> place;
  std::vector<std::vector<std::string>> texts;
  std::mutex mutex;
  std::condition_variable changed;
  std::queue<std::size_t> askers;
  std::vector<std::queue<std::optional<std::uint64_t>>> answers =
      std::vector<std::queue<std::optional<std::uint64_t>>>(place.size());
};

class ThreadTransport final : public work::Transport {
 public:
  ThreadTransport(Meeting& meeting, std::size_t rank) : meeting_(meeting), rank_(rank) {}
  std::size_t rank() const override { return rank_; }
  std::size_t size() const override { return meeting_.place.size(); }
  void barrier() override { meeting_.all.arrive_and_wait(); }

  void add_up(std::span<std::int64_t> values) override {
    meeting_.place[rank_].assign(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    barrier();
    std::vector<std::int64_t> sums(values.size());
    for (const std::string& bytes : meeting_.place) {
      for (std::size_t i = 0; i < sums.size(); ++i) {
        sums[i] += reinterpret_cast<const std::int64_t*>(bytes.data())[i];
      }
    }
    barrier();
    std::copy(sums.begin(), sums.end(), values.begin());
  }

  void spread(std::string& bytes, std::size_t root) override {
    if (rank_ == root) {
      meeting_.place[root] = bytes;
    }
    barrier();
    bytes = meeting_.place[root];
    barrier();
  }

  std::vector<std::vector<std::string>> gather(std::vector<std::string> own) override {
    meeting_.texts[rank_] = std::move(own);
    barrier();
    auto all = rank_ == 0 ? meeting_.texts : std::vector<std::vector<std::string>>();
    barrier();
    return all;
  }

  std::string hand_out(std::vector<std::string> parts, std::size_t root) override {
    if (rank_ == root) {
      meeting_.place = std::move(parts);
    }
    barrier();
    std::string own = meeting_.place[rank_];
    barrier();
    return own;
  }

  std::uint64_t sent() const override { return 0; }

  void serve(const std::function<std::optional<std::uint64_t>()>& next) override {
    for (std::size_t told = 1; told < size();) {
      std::unique_lock lock(meeting_.mutex);
      meeting_.changed.wait(lock, [&] { return !meeting_.askers.empty(); });
      const std::size_t from = meeting_.askers.front();
      meeting_.askers.pop();
      const auto answer = next();
      told += answer ? 0 : 1;
      meeting_.answers[from].push(answer);
      meeting_.changed.notify_all();
    }
  }

  std::optional<std::uint64_t> ask() override {
    std::unique_lock lock(meeting_.mutex);
    meeting_.askers.push(rank_);
    meeting_.changed.notify_all();
    meeting_.changed.wait(lock, [&] { return !meeting_.answers[rank_].empty(); });
    const auto answer = meeting_.answers[rank_].front();
    meeting_.answers[rank_].pop();
    return answer;
  }

  void end_all(int /*exit_code*/) override {}

 private:
  Meeting& meeting_;
  std::size_t rank_;
};

/// Runs `work` as each of `ranks` ranks, side by side.
inline void as_ranks(std::size_t ranks, const std::function<void(const work::Ranks&)>& work) {
  Meeting meeting(ranks);
  std::vector<std::jthread> threads;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    threads.emplace_back([&meeting, &work, rank] {
      work(work::Ranks(std::make_shared<ThreadTransport>(meeting, rank)));
    });
  }
}

}  // namespace tracetwin::test
