#include "engine/doppelganger/layout.h"

namespace tracetwin::doppelganger {

std::size_t width_of(const Outputs& outputs) {
  std::size_t width = 0;
  for (const Output& output : outputs) {
    width += output.width;
  }
  return width;
}

}  // namespace tracetwin::doppelganger
