#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tracetwin {

/// Opens a new temporary file in $TMPDIR (else the system's folder) for reading and writing. Its
/// name is gone at once, so nothing is left behind whatever happens, and others cannot read it.
/// Throws Error when that cannot be.
int open_unnamed();

/// Bytes that grow at their end and are read anywhere: the first `in_memory` in memory, all further
/// ones in a temporary file without a name, in $TMPDIR (else the system's folder for temporary
/// files), which is gone with this object or with the process, however that ends. So what is kept
/// may be larger than memory. Reading from several threads is safe, while nothing is appended.
class Spill {
 public:
  static constexpr std::size_t kInMemory = std::size_t{4} << 20;

  explicit Spill(std::size_t in_memory = kInMemory) : most_in_memory_(in_memory) {}
  Spill(Spill&& other) noexcept;
  Spill& operator=(Spill&& other) noexcept;
  ~Spill();

  /// Returns where the bytes are. Throws Error when the temporary file cannot be made or grown.
  std::uint64_t append(std::span<const std::byte> bytes);
  /// Reads what one append() wrote there, or a part of it. Throws Error when that fails.
  void read(std::uint64_t place, std::span<std::byte> bytes) const;

 private:
  std::size_t most_in_memory_;
  std::vector<std::byte> memory_;
  int file_ = -1;
  std::uint64_t in_file_ = 0;
};

}  // namespace tracetwin
