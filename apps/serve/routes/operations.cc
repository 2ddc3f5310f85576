#include "serve/routes/operations.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "musicgen/musicgen.hpp"
#include "serve/routes/openapi.h"
#include "serve/routes/page.h"

namespace musicgen::serve {

Operations AllOperations(Service& service) {
  Operations operations;
  AddGenerate(service, operations);
  AddSeparate(service, operations);
  AddJobs(service, operations);
  AddJobEvents(service, operations);
  AddModels(service, operations);
  AddStatus(service, operations);
  AddPage(operations);
  AddOpenAi(service, operations);
  AddElevenLabs(service, operations);
  AddReplicate(service, operations);
  AddHuggingFace(service, operations);
  AddGary4juce(service, operations);
  return operations;
}

std::vector<Route> AllRoutes(Service& service) {
  const Operations operations = AllOperations(service);
  std::vector<Route> routes = PageRoutes();
  const PostWork post_long = [&service](std::function<void()> work) {
    service.jobs.PostLong(std::move(work));
  };
  for (const Operation& operation : operations) routes.push_back(RouteOf(operation, post_long));
  const auto document = std::make_shared<const std::string>(Dump(OpenApiOf(operations, Version())));
  Route description;
  description.method = "GET";
  description.pattern = "/openapi.json";
  description.handler = [document](const std::shared_ptr<Exchange>& exchange) {
    Response response;
    response.body = *document;
    exchange->Send(std::move(response));
  };
  routes.push_back(std::move(description));
  return routes;
}

}  // namespace musicgen::serve
