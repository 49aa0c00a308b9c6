#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/program.h"

namespace tracetwin::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kCommands[] = {"inspect",  "synthesize", "train",
                                     "generate", "convert",    "list"};

TEST(Usage, NothingAskedPrintsShortHelpAndFails) {
  const auto outcome = Program().run("");
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, StartsWith("Usage: tracetwin"));
  for (const char* command : kCommands) {
    EXPECT_THAT(outcome.err, HasSubstr(command));
  }
}

TEST(Usage, HelpIsAnAnswer) {
  Program program;
  const auto outcome = program.run("--help");
  EXPECT_EQ(outcome.exit, 0);
  EXPECT_EQ(outcome.err, "");
  for (const std::string command : kCommands) {
    EXPECT_THAT(outcome.out, HasSubstr(command));
    const auto help = program.run(command + " --help");
    EXPECT_EQ(help.exit, 0) << command;
    EXPECT_THAT(help.out, HasSubstr("tracetwin " + command)) << command;
    EXPECT_EQ(help.err, "") << command;
  }
}

TEST(Usage, Version) {
  const auto outcome = Program().run("--version");
  EXPECT_EQ(outcome.exit, 0);
  EXPECT_EQ(outcome.out, "tracetwin " TRACETWIN_VERSION "\n");
  for (const std::string command : kCommands) {
    const auto of_command = Program().run(command + " --version");
    EXPECT_EQ(of_command.exit, 0) << command;
    EXPECT_EQ(of_command.out, outcome.out) << command;
  }
}

TEST(Usage, AnOptionBeforeItsCommandIsToldItsPlace) {
  const auto outcome = Program().run("--json inspect a.pcap");
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_EQ(outcome.err,
            "tracetwin: --json is an option of inspect and stands before it\n"
            "Put --json behind inspect.\n");
  EXPECT_THAT(Program().run("--top").err, HasSubstr("--top is an option of a command (inspect)"));
}

TEST(Usage, HelpIsACommandToo) {
  Program program;
  EXPECT_EQ(program.run("help").out, program.run("--help").out);
  const auto help = program.run("help convert");
  EXPECT_EQ(help.exit, 0);
  EXPECT_EQ(help.out, program.run("convert --help").out);
}

TEST(Usage, UnknownCommandSuggestsTheNearest) {
  const auto outcome = Program().run("inspct a.pcap");
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "tracetwin: there is no command 'inspct', did you mean 'inspect'?\n"
            "See: tracetwin --help\n");
}

TEST(Usage, UnknownOptionSuggestsTheNearest) {
  Program program;
  EXPECT_EQ(program.run("inspect a.pcap --jsn").err,
            "tracetwin: there is no option --jsn, did you mean '--json'?\n"
            "See: tracetwin inspect --help\n");
  EXPECT_EQ(program.run("convert a b --forse").exit, 2);
  EXPECT_THAT(program.run("convert a b --idle-timeot=3s").err, HasSubstr("'--idle-timeout'"));
  EXPECT_THAT(program.run("--vrsion").err, HasSubstr("'--version'"));
  EXPECT_EQ(program.run("inspect a.pcap --qqqqqqqqqqqqqq").err,
            "tracetwin: there is no option --qqqqqqqqqqqqqq\nSee: tracetwin inspect --help\n");
}

TEST(Usage, MissingAndSurplusArgumentsAreNamed) {
  Program program;
  const auto missing = program.run("convert a.pcap");
  EXPECT_EQ(missing.exit, 2);
  EXPECT_THAT(missing.err, HasSubstr("OUT"));
  EXPECT_THAT(missing.err, HasSubstr("See: tracetwin convert --help"));
  EXPECT_THAT(program.run("list formats b").err, HasSubstr("'b' is one argument too many"));
}

TEST(Usage, BadValuesAreNamed) {
  Program program;
  EXPECT_THAT(program.run("inspect a --top many").err, HasSubstr("many"));
  EXPECT_EQ(program.run("inspect a --top many").exit, 2);
  EXPECT_THAT(program.run("inspect a --idle-timeout soon").err,
              HasSubstr("'soon' is not a duration such as 250ms, 15s or 1h30m"));
  EXPECT_EQ(program.run("inspect a --idle-timeout 0").exit, 2);
  for (const std::string wrong :
       {"inspect a --top -1", "generate a -o b -n 0", "generate a -o b -n -5",
        "generate a -o b -n 1e3", "generate a -o b --count 10000000001",
        "generate a -o b --seed 18446744073709551616", "generate a -o b --seed -1",
        "train a -o b --packets-per-flow 0", "train a -o b --insecure-test-seed -1"}) {
    const auto outcome = program.run(wrong);
    EXPECT_EQ(outcome.exit, 2) << wrong;
    EXPECT_THAT(outcome.err, HasSubstr("is not a whole number from ")) << wrong;
    EXPECT_LT(outcome.err.size(), 160U) << outcome.err;
  }
  EXPECT_EQ(program.run("inspect a --quiet --verbose").exit, 2);
}

TEST(Usage, ClosedPipeBehindHelpIsQuiet) {
  const auto outcome = Program().shell("{ $tracetwin --help; echo $? >&2; } | true");
  EXPECT_EQ(outcome.err, "0\n");
}

}  // namespace
}  // namespace tracetwin::test
