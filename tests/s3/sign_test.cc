// Expected values are those that Amazon publishes: the examples of "Signature Calculations for the
// Authorization Header" of S3's reference, and cases of the AWS Signature Version 4 test suite.
#include "s3/sign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "s3/place.h"

namespace tracetwin::s3 {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

const std::string kEmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const Credentials kExample = {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                              ""};
const Scope kExampleScope = {"20130524T000000Z", "us-east-1"};

SignedRequest example(std::string method, std::string path, Pairs query, Pairs headers,
                      const std::string& hash = kEmptyHash) {
  headers.emplace_back("Host", "examplebucket.s3.amazonaws.com");
  headers.emplace_back("x-amz-content-sha256", hash);
  headers.emplace_back("x-amz-date", kExampleScope.time);
  return {std::move(method), std::move(path), std::move(query), std::move(headers), hash};
}

TEST(Sign, HashesAsTheStandardSays) {
  EXPECT_EQ(sha256_hex(""), kEmptyHash);
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sign, GetOfAnObjectWithARange) {
  const auto text = authorization(example("GET", "/test.txt", {}, {{"Range", "bytes=0-9"}}),
                                  kExampleScope, kExample);
  EXPECT_THAT(text,
              HasSubstr("Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"));
  EXPECT_THAT(text, HasSubstr("SignedHeaders=host;range;x-amz-content-sha256;x-amz-date"));
  EXPECT_THAT(
      text, EndsWith("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
}

TEST(Sign, PutOfAnObjectWithABody) {
  const std::string hash = sha256_hex("Welcome to Amazon S3.");
  const auto request = example(
      "PUT", "/" + encoded("test$file.text", true), {},
      {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
      hash);
  EXPECT_THAT(
      authorization(request, kExampleScope, kExample),
      EndsWith("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
}

TEST(Sign, QueriesWithAndWithoutValues) {
  EXPECT_THAT(
      authorization(example("GET", "/", {{"lifecycle", ""}}, {}), kExampleScope, kExample),
      EndsWith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
  EXPECT_THAT(
      authorization(example("GET", "/", {{"prefix", "J"}, {"max-keys", "2"}}, {}), kExampleScope,
                    kExample),
      EndsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

struct SuiteCase {
  const char* name;
  SignedRequest request;
  const char* signature;
};

TEST(Sign, CasesOfTheTestSuite) {
  const Credentials credentials = {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
  const Scope scope = {"20150830T123600Z", "us-east-1", "service"};
  const Pairs headers = {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", scope.time}};
  const std::vector<SuiteCase> cases = {
      {"get-vanilla",
       {"GET", "/", {}, headers, kEmptyHash},
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"post-vanilla",
       {"POST", "/", {}, headers, kEmptyHash},
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"get-vanilla-query-order-key-case",
       {"GET", "/", {{"Param2", "value2"}, {"Param1", "value1"}}, headers, kEmptyHash},
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"get-vanilla-utf8-query",
       {"GET", "/", {{"\xe1\x88\xb4", "bar"}}, headers, kEmptyHash},
       "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
      {"get-utf8",
       {"GET", encoded("/\xe1\x88\xb4", true), {}, headers, kEmptyHash},
       "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
  };
  for (const SuiteCase& one : cases) {
    EXPECT_THAT(authorization(one.request, scope, credentials),
                EndsWith(std::string("Signature=") + one.signature))
        << one.name;
  }
}

TEST(Sign, EverySignedPartCounts) {
  const auto base = example("GET", "/a", {{"x", "1"}}, {});
  const std::string signature = authorization(base, kExampleScope, kExample);
  auto other = base;
  other.path = "/b";
  EXPECT_NE(authorization(other, kExampleScope, kExample), signature);
  other = base;
  other.query[0].second = "2";
  EXPECT_NE(authorization(other, kExampleScope, kExample), signature);
  other = base;
  other.headers[0].second = "elsewhere";
  EXPECT_NE(authorization(other, kExampleScope, kExample), signature);
  EXPECT_NE(authorization(base, {"20130525T000000Z", "us-east-1"}, kExample), signature);
  EXPECT_NE(authorization(base, {"20130524T000000Z", "us-west-1"}, kExample), signature);
  EXPECT_NE(authorization(base, kExampleScope, {kExample.access_key, "other", ""}), signature);
}

}  // namespace
}  // namespace tracetwin::s3
