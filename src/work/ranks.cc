#include "work/ranks.h"

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "base/bytes.h"
#include "base/parallel.h"

namespace tracetwin::work {
namespace {

/// The numbers of tasks, one after the other, to whoever asks.
class Tasks {
 public:
  explicit Tasks(std::size_t tasks) : tasks_(tasks) {}
  std::optional<std::uint64_t> next() {
    const std::size_t task = next_++;
    return task < tasks_ ? std::optional<std::uint64_t>(task) : std::nullopt;
  }
  void stop() { next_ = tasks_; }

 private:
  std::size_t tasks_;
  std::atomic<std::size_t> next_ = 0;
};

using Next = std::function<std::optional<std::uint64_t>()>;

/// Threads that do tasks until there are none, or one of them fails.
class Crew {
 public:
  Crew(unsigned threads, Next next, const std::function<void()>& stop,
       const std::function<std::string(std::size_t)>& work)
      : next_(std::move(next)), stop_(stop), work_(work) {
    for (unsigned i = 0; i < thread_count(threads); ++i) {
      threads_.emplace_back([this] { run(); });
    }
  }

  /// Waits for all, and returns the results: number of the task and bytes, in no order.
  std::string finish() {
    threads_.clear();
    if (failure_) {
      std::rethrow_exception(failure_);
    }
    return made_.take();
  }

 private:
  void run() {
    try {
      for (auto task = next_(); task; task = next_()) {
        const std::string bytes = work_(static_cast<std::size_t>(*task));
        const std::lock_guard lock(mutex_);
        made_.put(*task);
        made_.put_text(bytes);
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = failure_ ? failure_ : std::current_exception();
      stop_();
    }
  }

  Next next_;
  std::function<void()> stop_;
  const std::function<std::string(std::size_t)>& work_;
  std::mutex mutex_;
  Packer made_;
  std::exception_ptr failure_;
  std::vector<std::jthread> threads_;
};

std::vector<std::string> by_task(std::size_t tasks, const std::vector<std::string>& made) {
  std::vector<std::string> results(tasks);
  for (const std::string& bytes : made) {
    for (Unpacker from(bytes); !from.at_end();) {
      const auto task = from.get<std::uint64_t>();
      results.at(static_cast<std::size_t>(task)) = from.get_text();
    }
  }
  return results;
}

std::vector<std::string> do_alone(std::size_t tasks, unsigned threads,
                                  const std::function<std::string(std::size_t)>& work) {
  std::vector<std::string> results(tasks);
  parallel_blocks(tasks, threads, [&](std::size_t task) { results[task] = work(task); });
  return results;
}

}  // namespace

void Ranks::barrier() const {
  if (!alone()) {
    transport_->barrier();
  }
}

void Ranks::add_up(std::span<std::int64_t> values) const {
  if (!alone()) {
    transport_->add_up(values);
  }
}

std::string Ranks::from(std::size_t root, std::string bytes) const {
  if (!alone()) {
    transport_->spread(bytes, root);
  }
  return bytes;
}

std::vector<std::string> Ranks::exchange(std::string own) const {
  std::vector<std::string> all(size());
  all[rank()] = std::move(own);
  for (std::size_t root = 0; !alone() && root < all.size(); ++root) {
    transport_->spread(all[root], root);
  }
  return all;
}

std::vector<std::vector<std::string>> Ranks::gather(std::vector<std::string> own) const {
  if (!alone()) {
    return transport_->gather(std::move(own));
  }
  std::vector<std::vector<std::string>> all;
  all.push_back(std::move(own));
  return all;
}

std::string Ranks::hand_out(std::size_t root, std::vector<std::string> parts) const {
  return alone() ? std::move(parts.front()) : transport_->hand_out(std::move(parts), root);
}

std::vector<std::string> Ranks::share(std::size_t tasks, unsigned threads,
                                      const std::function<std::string(std::size_t)>& work) const {
  if (alone()) {
    return do_alone(tasks, threads, work);
  }
  if (first()) {
    Tasks all(tasks);
    Crew crew(
        threads, [&] { return all.next(); }, [&] { all.stop(); }, work);
    transport_->serve([&] { return all.next(); });
    return by_task(tasks, exchange(crew.finish()));
  }
  std::mutex asking;
  std::atomic<bool> over = false;
  const auto next = [&]() -> std::optional<std::uint64_t> {
    const std::lock_guard lock(asking);
    const auto task = over ? std::nullopt : transport_->ask();
    over = over || !task;
    return task;
  };
  Crew crew(
      threads, next, [&] { over = true; }, work);
  return by_task(tasks, exchange(crew.finish()));
}

std::vector<std::string> Ranks::deal(std::size_t parts, unsigned threads,
                                     const std::function<std::string(std::size_t)>& work) const {
  std::vector<std::string> made(parts);
  const std::size_t own = parts > rank() ? (parts - rank() - 1) / size() + 1 : 0;
  parallel_blocks(own, threads, [&](std::size_t i) {
    const std::size_t part = rank() + i * size();
    made[part] = work(part);
  });
  for (std::size_t part = 0; !alone() && part < parts; ++part) {
    transport_->spread(made[part], part % size());
  }
  return made;
}

void Ranks::end_all(int exit_code) const {
  if (!alone()) {
    transport_->end_all(exit_code);
  }
}

}  // namespace tracetwin::work
