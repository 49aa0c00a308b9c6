#include "s3/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "support/support.h"

namespace tracetwin::s3 {
namespace {

using testing::HasSubstr;

Environment environment_of(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(Settings, FollowTheEnvironment) {
  const auto settings = settings_for("bucket", environment_of({{"AWS_ACCESS_KEY_ID", "key"},
                                                               {"AWS_SECRET_ACCESS_KEY", "secret"},
                                                               {"AWS_SESSION_TOKEN", "token"},
                                                               {"AWS_REGION", "eu-west-1"}}));
  EXPECT_EQ(settings.credentials.access_key, "key");
  EXPECT_EQ(settings.credentials.secret_key, "secret");
  EXPECT_EQ(settings.credentials.session_token, "token");
  EXPECT_EQ(settings.region, "eu-west-1");
  EXPECT_EQ(settings.endpoint, "https://s3.eu-west-1.amazonaws.com");
  EXPECT_FALSE(settings.path_style);
  EXPECT_EQ(settings.attempts, 5);
}

TEST(Settings, AnEndpointOfOnesOwnHasPathsUnlessToldOtherwise) {
  std::map<std::string, std::string> values = {{"AWS_ACCESS_KEY_ID", "key"},
                                               {"AWS_SECRET_ACCESS_KEY", "secret"},
                                               {"AWS_ENDPOINT_URL", "http://localhost:9000/"}};
  EXPECT_TRUE(settings_for("bucket", environment_of(values)).path_style);
  EXPECT_EQ(settings_for("bucket", environment_of(values)).endpoint, "http://localhost:9000");
  values["AWS_S3_ADDRESSING_STYLE"] = "virtual";
  EXPECT_FALSE(settings_for("bucket", environment_of(values)).path_style);
  values["AWS_ENDPOINT_URL_S3"] = "https://s3.example.org";
  EXPECT_EQ(settings_for("bucket", environment_of(values)).endpoint, "https://s3.example.org");
}

TEST(Settings, ABucketWithDotsHasPaths) {
  const auto environment =
      environment_of({{"AWS_ACCESS_KEY_ID", "key"}, {"AWS_SECRET_ACCESS_KEY", "secret"}});
  EXPECT_TRUE(settings_for("my.bucket", environment).path_style);
  EXPECT_FALSE(settings_for("my-bucket", environment).path_style);
}

TEST(Settings, ProfilesAreReadFromBothFiles) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "credentials",
                   "[default]\naws_access_key_id = one\naws_secret_access_key = first\n"
                   "[other]\n# a comment\naws_access_key_id=two\naws_secret_access_key=second\n"
                   "aws_session_token = t=oken\n");
  test::write_file(folder / "config",
                   "[default]\nregion = us-west-2\n"
                   "[profile other]\nregion = eu-central-1\nendpoint_url = https://s3.example.org\n"
                   "s3 =\n  addressing_style = virtual\n  max_concurrent_requests = 3\n"
                   "max_attempts = 2\n");
  std::map<std::string, std::string> values = {
      {"AWS_CONFIG_FILE", (folder / "config").string()},
      {"AWS_SHARED_CREDENTIALS_FILE", (folder / "credentials").string()}};
  const auto usual = settings_for("bucket", environment_of(values));
  EXPECT_EQ(usual.credentials.access_key, "one");
  EXPECT_EQ(usual.credentials.session_token, "");
  EXPECT_EQ(usual.region, "us-west-2");
  values["AWS_PROFILE"] = "other";
  const auto other = settings_for("bucket", environment_of(values));
  EXPECT_EQ(other.credentials.secret_key, "second");
  EXPECT_EQ(other.credentials.session_token, "t=oken");
  EXPECT_EQ(other.endpoint, "https://s3.example.org");
  EXPECT_FALSE(other.path_style);
  EXPECT_EQ(other.attempts, 2);
  values["AWS_ACCESS_KEY_ID"] = "three";
  values["AWS_SECRET_ACCESS_KEY"] = "third";
  const auto typed = settings_for("bucket", environment_of(values));
  EXPECT_EQ(typed.credentials.access_key, "three");
  EXPECT_EQ(typed.credentials.session_token, "") << "a profile's token belongs to its own key";
  EXPECT_EQ(typed.region, "eu-central-1");
}

TEST(Settings, WhatIsMissingOrWrongIsSaid) {
  try {
    settings_for("bucket", environment_of({{"AWS_PROFILE", "work"}}));
    FAIL() << "no credentials were accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no credentials for s3://bucket"));
    EXPECT_THAT(error.remedy(), HasSubstr("profile \"work\""));
  }
  const std::map<std::string, std::string> keys = {{"AWS_ACCESS_KEY_ID", "key"},
                                                   {"AWS_SECRET_ACCESS_KEY", "secret"}};
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"AWS_ENDPOINT_URL", "localhost:9000"},
                                          {"AWS_S3_ADDRESSING_STYLE", "both"},
                                          {"AWS_MAX_ATTEMPTS", "many"}}) {
    auto values = keys;
    values[name] = value;
    EXPECT_THROW(settings_for("bucket", environment_of(values)), Error) << name;
  }
}

}  // namespace
}  // namespace tracetwin::s3
