#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "encode/codec.h"
#include "engine/autoregressive/layout.h"
#include "schema/field.h"

namespace tracetwin::tokens {

using autoregressive::kInactive;

/// How a quantity becomes tokens: a head, and details behind it.
enum class Code : std::uint8_t {
  kList,     ///< one of a list; what is not on it is taken for its `usual` one
  kAddress,  ///< one of the frequent, or a family and then the digits, four bits each
  kPort,     ///< one of the frequent, or the high byte; the low one is left to chance
  kNumber,   ///< one of the frequent, or a bin, and a part of it
  kTime,     ///< a slot of the window; the part of the slot comes behind all other tokens
};

/// Which number of a field's key: all, or one of a pair; bins of the second are of second / first.
enum class Part : std::uint8_t { kWhole, kFirst, kSecond };

/// One quantity of a record as tokens, and back; both directions are in coding.cc. Rare values are
/// on no list, so that they are put together anew: digits that the network draws, places in a bin
/// that chance does.
struct Coding {
  std::string name;
  std::size_t field = 0;  ///< of the schema
  Part part = Part::kWhole;
  Code code = Code::kList;
  std::vector<Key> frequent;  ///< ascending; all but numbers: the head's first values
  std::uint32_t usual = 0;    ///< kList: place in `frequent` for what is not there
  bool v6 = false;            ///< kAddress: the rest may be IPv6
  std::vector<double> atoms;  ///< ascending; numbers: the head's first values
  std::vector<double> edges;  ///< ascending; bin b is [edges[b], edges[b + 1])
  std::uint32_t parts = 1;    ///< of a bin
  bool log = false;           ///< parts are equal on the scale of log(1 + x); edges >= 0 then
  bool whole = false;         ///< whole numbers

  friend bool operator==(const Coding&, const Coding&) = default;
};

/// How much time slots cover at least, ns: edges of them are told apart as float64.
inline constexpr double kLeastSpan = 1024;

/// Values of a coding's head, and the layout of the details behind it.
std::uint32_t head_choices(const Coding& coding);
std::vector<autoregressive::Token> details_of(const Coding& coding, std::uint32_t head);

/// A key's tokens: the head, and details as many as details_of() says, kInactive where not needed.
void encode(const Coding& coding, const Field& field, Key key, std::uint16_t& head,
            std::span<std::uint16_t> details);
/// Puts what the tokens mean into `key`, its part of a pair only.
void decode(const Coding& coding, const Field& field, std::uint16_t head,
            std::span<const std::uint16_t> details, Random& random, Key& key);

/// The quantity as a number: ns since the begin of time, microseconds, counts.
double number_in(const Coding& coding, const Field& field, Key key);

/// How records become tokens: the first coding is the time's.
struct Scheme {
  std::vector<Coding> codings;
};

/// The scheme's layout; time's part comes last.
autoregressive::Layout layout_of(const Scheme& scheme);

/// A scheme's tokens of whole records. Keys are parallel to the fields; of categories codes.
class Tokenizer {
 public:
  Tokenizer(const Scheme& scheme, std::span<const Field> fields);

  std::size_t width() const { return width_; }
  void encode(std::span<const Key> keys, std::span<std::uint16_t> tokens) const;
  void decode(std::span<const std::uint16_t> tokens, Random& random, std::span<Key> keys) const;

 private:
  struct Place {
    std::size_t head;
    std::size_t details;
    std::size_t count;
  };

  const Scheme& scheme_;
  std::span<const Field> fields_;
  std::vector<Place> places_;  ///< by coding
  std::size_t width_ = 0;
};

}  // namespace tracetwin::tokens
