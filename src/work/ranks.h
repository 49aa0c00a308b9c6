#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tracetwin::work {

/// How processes of one command talk; launch.h has the one over MPI. What each function means says
/// Ranks. All wait without keeping their processor busy.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual std::size_t rank() const = 0;
  virtual std::size_t size() const = 0;
  virtual void barrier() = 0;
  virtual void add_up(std::span<std::int64_t> values) = 0;
  /// `bytes` of rank `root` to all.
  virtual void spread(std::string& bytes, std::size_t root) = 0;
  /// At rank 0 the texts that each rank has, by rank; else nothing.
  virtual std::vector<std::vector<std::string>> gather(std::vector<std::string> own) = 0;
  /// What rank `root` has for this one in `parts`, a text a rank; the others' are ignored.
  virtual std::string hand_out(std::vector<std::string> parts, std::size_t root) = 0;
  /// Bytes that this rank has sent to others so far.
  virtual std::uint64_t sent() const = 0;
  /// Rank 0: hands out what `next` gives to the ranks that ask, until each of them was told that
  /// there is no more (`next` gave nothing).
  virtual void serve(const std::function<std::optional<std::uint64_t>()>& next) = 0;
  /// The other ranks, from one thread at a time: a number from rank 0.
  virtual std::optional<std::uint64_t> ask() = 0;
  /// Ends all processes at once.
  virtual void end_all(int exit_code) = 0;
};

/// The processes that do the work of one command together: this one alone, or those that mpirun or
/// srun started. A value: copies mean the same processes.
///
/// All of them run the same program on the same input and decide alike. What takes long is cut into
/// fixed parts, each of which one process does; then the results are exchanged, and all go on with
/// the same state. So a result depends neither on how many there are nor on who did what. Rank 0
/// alone draws privacy noise, writes outputs and speaks. Every process makes the same calls in the
/// same order, from one thread.
class Ranks {
 public:
  Ranks() = default;  ///< this process alone
  explicit Ranks(std::shared_ptr<Transport> transport) : transport_(std::move(transport)) {}

  std::size_t rank() const { return transport_ ? transport_->rank() : 0; }
  std::size_t size() const { return transport_ ? transport_->size() : 1; }
  bool alone() const { return size() == 1; }
  bool first() const { return rank() == 0; }
  /// Whether this rank does a part that is not asked for but dealt out in turn.
  bool mine(std::size_t part) const { return part % size() == rank(); }

  void barrier() const;
  /// The sums over all ranks, at all of them, in the place of each rank's own numbers.
  void add_up(std::span<std::int64_t> values) const;
  /// What one rank has, at all of them; the others' is ignored.
  std::string from(std::size_t root, std::string bytes) const;
  std::string from_first(std::string bytes) const { return from(0, std::move(bytes)); }
  /// What each rank has, by rank, at all of them.
  std::vector<std::string> exchange(std::string own) const;
  /// The texts that each rank has, by rank, at rank 0; nothing at the others.
  std::vector<std::vector<std::string>> gather(std::vector<std::string> own) const;
  /// What rank `root` has for each rank in `parts`, at the one it is for.
  std::string hand_out(std::size_t root, std::vector<std::string> parts) const;
  /// Bytes that this rank has sent to others so far.
  std::uint64_t sent() const { return transport_ ? transport_->sent() : 0; }
  /// Runs `work(task)` for task = 0 … tasks-1, each on whichever rank is free, on up to `threads`
  /// threads there (0: one a processor). Returns what they made, by task, at all ranks. The first
  /// exception of this rank's tasks is thrown again here.
  std::vector<std::string> share(std::size_t tasks, unsigned threads,
                                 const std::function<std::string(std::size_t)>& work) const;
  /// Runs `work(part)` for part = 0 … parts-1, dealt out to the ranks in turn, on up to `threads`
  /// threads each: for parts that take equally long. Returns what they made, by part, at all
  /// ranks.
  std::vector<std::string> deal(std::size_t parts, unsigned threads,
                                const std::function<std::string(std::size_t)>& work) const;
  /// Ends all processes at once; returns when this one is alone.
  void end_all(int exit_code) const;

 private:
  std::shared_ptr<Transport> transport_;
};

}  // namespace tracetwin::work
