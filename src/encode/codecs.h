#pragma once

#include <memory>

#include "encode/codec.h"

/// One maker a codec; make_codec() is the table over them.
namespace tracetwin {

std::unique_ptr<const Codec> make_address_codec();
std::unique_ptr<const Codec> make_port_codec();
std::unique_ptr<const Codec> make_protocol_codec();
std::unique_ptr<const Codec> make_time_codec(const Window& window);
std::unique_ptr<const Codec> make_duration_codec();
std::unique_ptr<const Codec> make_size_codec();
std::unique_ptr<const Codec> make_shape_codec();
std::unique_ptr<const Codec> make_length_codec();
std::unique_ptr<const Codec> make_byte_codec();
std::unique_ptr<const Codec> make_number_codec(double low, double high, bool whole);
std::unique_ptr<const Codec> make_share_codec();
/// 0 … cells-1, every cell public: declared categories and codes.
std::unique_ptr<const Codec> make_code_codec(std::uint32_t cells);

/// One cell, of one public value.
std::unique_ptr<const Codec> make_fixed_codec(Key value);

}  // namespace tracetwin
