#include "s3/place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "s3/xml.h"

namespace tracetwin::s3 {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Place, UrlsAreTakenApartAndPutTogether) {
  const Place place = parse_place("s3://my.bucket-1/a folder/b=c.pcap");
  EXPECT_EQ(place.bucket, "my.bucket-1");
  EXPECT_EQ(place.key, "a folder/b=c.pcap");
  EXPECT_EQ(url_of(place), "s3://my.bucket-1/a folder/b=c.pcap");
  EXPECT_EQ(parse_place("s3://bucket").key, "");
  EXPECT_EQ(parse_place("s3://bucket/").key, "");
}

TEST(Place, WhatIsNoBucketIsRefused) {
  for (const char* text : {"s3://", "s3:///key", "s3://UPPER/key", "s3://ab/key", "s3://a b/key",
                           "http://bucket/key"}) {
    EXPECT_THROW(parse_place(text), Error) << text;
  }
}

TEST(Place, EscapesGoBothWays) {
  EXPECT_EQ(encoded("a/b c~-._+\xc3\xa9", true), "a/b%20c~-._%2B%C3%A9");
  EXPECT_EQ(encoded("a/b", false), "a%2Fb");
  EXPECT_EQ(decoded("a%2Fb%20c%C3%A9%"), "a/b c\xc3\xa9%");
  EXPECT_EQ(decoded("%zz%2"), "%zz%2");
}

TEST(Xml, TextsAreFoundAndUnescaped) {
  const std::string_view xml =
      "<R><Key>a&amp;b&#x26;&#38;</Key><Other/><Key>&lt;&quot;</Key><Key></Key></R>";
  EXPECT_THAT(texts_of(xml, "Key"), ElementsAre("a&b&&", "<\"", ""));
  EXPECT_THAT(texts_of("<Key>never ends", "Key"), IsEmpty());
  EXPECT_EQ(text_of(xml, "Nothing"), "");
  EXPECT_EQ(escaped("\"a<b>&'"), "&quot;a&lt;b&gt;&amp;&apos;");
}

}  // namespace
}  // namespace tracetwin::s3
