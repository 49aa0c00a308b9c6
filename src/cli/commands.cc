#include "cli/commands.h"

#include <array>

namespace tracetwin::cli {

std::span<const Command> commands() {
  static constexpr std::array kCommands = {
      Command{"inspect", "Say what is in a trace or a model", define_inspect},
      Command{"synthesize", "Learn a trace and write its twin", define_synthesize},
      Command{"train", "Learn a trace into a model file", define_train},
      Command{"generate", "Write a twin from a model file", define_generate},
      Command{"convert", "Write a trace in another format", define_convert},
      Command{"run", "Do what a configuration file of NetShare asks for", define_run},
      Command{"evaluate", "Judge synthetic traces against the real one", define_evaluate},
      Command{"audit", "Attack the privacy guarantee, and say whether it held", define_audit},
      Command{"list", "List what there is to choose from", define_list},
  };
  return kCommands;
}

}  // namespace tracetwin::cli
