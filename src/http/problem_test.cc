// SPDX-License-Identifier: Apache-2.0
#include "http/problem.h"

#include <gmock/gmock.h>

namespace ekiben::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

TEST(ProblemTest, NamesTheErrorForMachinesAndPeople) {
  const Response response =
      Problem(InvalidArgument("row 1 has 3 values").WithField("/1").WithHint("send 4"), "id-1");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body,
            R"({"type":"about:blank","title":"Bad Request","status":400,)"
            R"("detail":"row 1 has 3 values","error":"row 1 has 3 values",)"
            R"("code":"invalid_argument","hint":"send 4","field":"/1","request_id":"id-1"})"
            "\n");
}

TEST(ProblemTest, AnInternalErrorGivesNothingAway) {
  const Response response = Problem(Internal("segment at 0x7f in /srv/models"), "id");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, Not(HasSubstr("/srv")));
}

TEST(ProblemTest, SomebodyTurnedAwayIsToldWhenToComeBack) {
  EXPECT_THAT(Problem(Unavailable("full"), "id").headers, ElementsAre(Pair("retry-after", "1")));
  EXPECT_THAT(Problem(ResourceExhausted("10 calls are under way"), "id").headers,
              ElementsAre(Pair("retry-after", "1")));
}

}  // namespace
}  // namespace ekiben::http
