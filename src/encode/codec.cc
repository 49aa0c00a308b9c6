#include "encode/codec.h"

#include "encode/codecs.h"

namespace tracetwin {

std::unique_ptr<const Codec> make_codec(const Field& field, const Window& window,
                                        std::size_t categories) {
  if (field.fixed) {
    return make_fixed_codec(*field.fixed);
  }
  switch (field.kind) {
    case FieldKind::kAddress:
      return make_address_codec();
    case FieldKind::kPort:
      return make_port_codec();
    case FieldKind::kProtocol:
      return make_protocol_codec();
    case FieldKind::kTime:
      return make_time_codec(window);
    case FieldKind::kDuration:
      return make_duration_codec();
    case FieldKind::kSize:
      return make_size_codec();
    case FieldKind::kShape:
      return make_shape_codec();
    case FieldKind::kLength:
      return make_length_codec();
    case FieldKind::kByte:
      return make_byte_codec();
    case FieldKind::kCode:
      return make_code_codec(field.cells);
    case FieldKind::kCategory:
      return make_code_codec(static_cast<std::uint32_t>(categories));
    case FieldKind::kNumber:
      return make_number_codec(field.low, field.high, field.whole);
    case FieldKind::kShare:
      return make_share_codec();
  }
  return nullptr;
}

}  // namespace tracetwin
