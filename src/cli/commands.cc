#include "cli/commands.h"

#include <array>

namespace tracetwin::cli {

std::span<const Command> commands() {
  static constexpr std::array kCommands = {
      Command{"inspect", "Say what is in a trace or a model", false, define_inspect},
      Command{"synthesize", "Learn a trace and write its twin", true, define_synthesize},
      Command{"train", "Learn a trace into a model file", true, define_train},
      Command{"generate", "Write a twin from a model file", true, define_generate},
      Command{"convert", "Write a trace in another format", false, define_convert},
      Command{"run", "Do what a configuration file of NetShare asks for", false, define_run},
      Command{"evaluate", "Judge synthetic traces against the real one", true, define_evaluate},
      Command{"tune", "Find the method and options that make the best twin of a trace", false,
              define_tune},
      Command{"stream", "Make twins of a trace that goes on, epoch by epoch", false, define_stream},
      Command{"status", "Say how far the work in a folder is", false, define_status},
      Command{"audit", "Attack the privacy guarantee, and say whether it held", false,
              define_audit},
      Command{"list", "List what there is to choose from", false, define_list},
  };
  return kCommands;
}

}  // namespace tracetwin::cli
