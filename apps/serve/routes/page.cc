#include "serve/routes/page.h"

#include <memory>
#include <string>
#include <utility>

namespace musicgen::serve {
namespace {

constexpr std::string_view kIndex = "index.html";

// Nothing comes from elsewhere, and nobody shows the page in theirs. Sound is played from blobs;
// the favicon is data.
constexpr const char* kPolicy =
    "default-src 'self'; connect-src 'self'; media-src 'self' blob:; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string ContentTypeOf(std::string_view name) {
  const size_t point = name.rfind('.');
  const std::string_view suffix = point == name.npos ? "" : name.substr(point);
  if (suffix == ".html") return "text/html; charset=utf-8";
  if (suffix == ".js" || suffix == ".mjs") return "text/javascript; charset=utf-8";
  if (suffix == ".css") return "text/css; charset=utf-8";
  if (suffix == ".svg") return "image/svg+xml";
  if (suffix == ".png") return "image/png";
  if (suffix == ".ico") return "image/x-icon";
  if (suffix == ".json") return "application/json";
  if (suffix == ".webmanifest") return "application/manifest+json";
  if (suffix == ".woff2") return "font/woff2";
  if (suffix == ".txt") return "text/plain; charset=utf-8";
  return "application/octet-stream";
}

void Send(const PageFile& file, const std::shared_ptr<Exchange>& exchange) {
  Response response;
  response.content_type = ContentTypeOf(file.name);
  const std::string tag = '"' + std::string(file.tag) + '"';
  response.headers = {{"ETag", tag},
                      {"Cache-Control", "no-cache"},
                      {"Content-Security-Policy", kPolicy},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cross-Origin-Opener-Policy", "same-origin"},
                      {"Cross-Origin-Resource-Policy", "same-origin"}};
  const auto known = exchange->request().Find("If-None-Match");
  if (known && known->find(tag) != known->npos) {
    response.status = 304;
  } else {
    response.body = std::string(file.bytes);
  }
  exchange->Send(std::move(response));
}

}  // namespace

std::vector<Route> PageRoutes() {
  std::vector<Route> routes;
  for (const PageFile& file : PageFiles()) {
    if (file.name == kIndex) continue;
    Route route;
    route.method = "GET";
    route.pattern = "/" + std::string(file.name);
    route.open = true;
    route.handler = [file](const std::shared_ptr<Exchange>& exchange) { Send(file, exchange); };
    routes.push_back(std::move(route));
  }
  return routes;
}

void AddPage(std::vector<Operation>& operations) {
  for (const PageFile& file : PageFiles()) {
    if (file.name != kIndex) continue;
    Operation page;
    page.path = "/";
    page.id = "get_page";
    page.summary = "The web page";
    page.tag = "Server";
    page.open = true;
    page.answers = {{200, "The page", "text/html"}, {304, "As it was", ""}};
    page.run = [file](const Call& call) { Send(file, call.exchange); };
    operations.push_back(std::move(page));
  }
}

}  // namespace musicgen::serve
