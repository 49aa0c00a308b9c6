#include "cli/run.h"

int main(int argc, char** argv) {
  return tracetwin::cli::run(argc, argv);
}
