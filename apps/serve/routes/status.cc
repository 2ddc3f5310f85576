// For those who watch over the server: /health and /metrics.
#include <utility>

#include "serve/routes/operations.h"

namespace musicgen::serve {
namespace {

Json HealthSchema() {
  return {{"type", "object"},
          {"properties", {{"status", {{"type", "string"}}}}},
          {"required", Json::array({"status"})}};
}

void Health(const Service& service, const Call& call) {
  if (service.jobs.ready()) return call.Answer(200, {{"status", "ok"}});
  Response response;
  response.status = 503;
  response.headers.push_back({"Retry-After", "1"});
  response.body = Dump({{"status", "unavailable"}});
  call.exchange->Send(std::move(response));
}

}  // namespace

void AddStatus(Service& service, Operations& operations) {
  Operation health;
  health.path = "/health";
  health.id = "get_health";
  health.summary = "Whether jobs are taken: not while the model loads or the server ends";
  health.tag = "Server";
  health.open = true;
  health.answers = {{200, "They are", "application/json", HealthSchema()},
                    {503, "They are not", "application/json", HealthSchema()}};
  health.run = [&service](const Call& call) { Health(service, call); };
  operations.push_back(std::move(health));

  Operation metrics;
  metrics.path = "/metrics";
  metrics.id = "get_metrics";
  metrics.summary = "Figures for Prometheus";
  metrics.tag = "Server";
  metrics.answers = {{200, "Figures", "text/plain"}};
  metrics.run = [&service](const Call& call) {
    Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = service.metrics.Write(service.jobs, service.connections());
    call.exchange->Send(std::move(response));
  };
  operations.push_back(std::move(metrics));
}

}  // namespace musicgen::serve
