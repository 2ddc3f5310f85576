#include "serve/routes/openapi.h"

#include <gtest/gtest.h>

namespace musicgen::serve {
namespace {

Operation Example() {
  Operation operation;
  operation.method = "POST";
  operation.path = "/v1/things/{id}/parts/{part}";
  operation.id = "make_part";
  operation.summary = "Make it";
  operation.tag = "Things";
  operation.body = BodyKind::kJson;
  operation.query = {Word("format", "Which", {"a", "b"}, "a")};
  operation.fields = {Required(Text("input", "What"))};
  operation.answers = {{200, "Done", "application/json", {{"type", "object"}}},
                       {200, "Done", "audio/*"}};
  operation.failures = {404, 429};
  return operation;
}

TEST(OpenApi, DescribesAnOperation) {
  const Json document = OpenApiOf({Example()}, "1.2.3");
  EXPECT_EQ(document["openapi"], "3.1.0");
  EXPECT_EQ(document["info"]["version"], "1.2.3");
  const Json& post = document["paths"]["/v1/things/{id}/parts/{part}"]["post"];
  EXPECT_EQ(post["operationId"], "make_part");
  EXPECT_EQ(post["tags"], Json::array({"Things"}));
  ASSERT_EQ(post["parameters"].size(), 3U);
  EXPECT_EQ(post["parameters"][0]["name"], "id");
  EXPECT_EQ(post["parameters"][1]["name"], "part");
  EXPECT_EQ(post["parameters"][2]["in"], "query");
  EXPECT_EQ(post["parameters"][2]["schema"]["enum"], Json::array({"a", "b"}));
  EXPECT_EQ(post["requestBody"]["content"]["application/json"]["schema"]["required"],
            Json::array({"input"}));
  EXPECT_EQ(post["responses"]["200"]["content"].size(), 2U);
  for (const char* status : {"400", "401", "403", "404", "413", "421", "429", "431", "500"}) {
    EXPECT_TRUE(post["responses"].contains(status)) << status;
  }
}

TEST(OpenApi, OpenOperationsNeedNoKeyAndHiddenOnesAreLeftOut) {
  Operation open = Example();
  open.open = true;
  Operation hidden = Example();
  hidden.path = "/hidden";
  hidden.hidden = true;
  const Json document = OpenApiOf({open, hidden}, "1");
  EXPECT_EQ(document["paths"].size(), 1U);
  const Json& post = document["paths"].front()["post"];
  EXPECT_EQ(post["security"], Json::array());
  EXPECT_FALSE(post["responses"].contains("401"));
}

}  // namespace
}  // namespace musicgen::serve
