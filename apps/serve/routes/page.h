// The web page: files inside the program.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "serve/http/route.h"
#include "serve/routes/operation.h"

namespace musicgen::serve {

struct PageFile {
  std::string_view name;  // "index.html", "modules/player.js"
  std::string_view bytes;
  std::string_view tag;  // changes with the bytes
};

// Written by the build from apps/serve/page.
std::span<const PageFile> PageFiles();

// The files by their names; index.html is GET /, an operation.
std::vector<Route> PageRoutes();
void AddPage(std::vector<Operation>& operations);

}  // namespace musicgen::serve
