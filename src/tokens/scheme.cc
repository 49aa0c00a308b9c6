#include "tokens/scheme.h"

namespace tracetwin::tokens {
namespace {

autoregressive::Token head_of(const Coding& coding) {
  return {coding.name, head_choices(coding), static_cast<std::uint32_t>(coding.field)};
}

}  // namespace

autoregressive::Layout layout_of(const Scheme& scheme) {
  autoregressive::Layout layout;
  for (const Coding& coding : scheme.codings) {
    const auto head = static_cast<std::uint32_t>(layout.size());
    layout.push_back(head_of(coding));
    if (head > 0) {
      for (auto& detail : details_of(coding, head)) {
        layout.push_back(std::move(detail));
      }
    }
  }
  for (auto& detail : details_of(scheme.codings.front(), 0)) {
    layout.push_back(std::move(detail));
  }
  return layout;
}

Tokenizer::Tokenizer(const Scheme& scheme, std::span<const Field> fields)
    : scheme_(scheme), fields_(fields) {
  for (const Coding& coding : scheme.codings) {
    const std::size_t details = details_of(coding, 0).size();
    places_.push_back({width_, width_ + 1, details});
    width_ += 1 + (places_.size() > 1 ? details : 0);
  }
  places_.front().details = width_;
  width_ += places_.front().count;
}

void Tokenizer::encode(std::span<const Key> keys, std::span<std::uint16_t> tokens) const {
  for (std::size_t c = 0; c < places_.size(); ++c) {
    const Coding& coding = scheme_.codings[c];
    tokens::encode(coding, fields_[coding.field], keys[coding.field], tokens[places_[c].head],
                   tokens.subspan(places_[c].details, places_[c].count));
  }
}

void Tokenizer::decode(std::span<const std::uint16_t> tokens, Random& random,
                       std::span<Key> keys) const {
  for (std::size_t c = 0; c < places_.size(); ++c) {
    const Coding& coding = scheme_.codings[c];
    tokens::decode(coding, fields_[coding.field], tokens[places_[c].head],
                   tokens.subspan(places_[c].details, places_[c].count), random,
                   keys[coding.field]);
  }
}

}  // namespace tracetwin::tokens
