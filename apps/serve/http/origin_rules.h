// What pages of other sites may ask for: nothing but what is open to all.
#pragma once

#include "serve/http/message.h"
#include "serve/http/route.h"

namespace musicgen::serve {

// Throws Refusal(403) for a foreign `Origin`, unless the request is a GET (or HEAD) of an open
// route, and for `Sec-Fetch-Site: cross-site` with every other method. An origin is the server's
// own if it names the host and port of `Host`, which has been checked; its scheme may be that of a
// proxy in front.
void CheckOrigin(const Request& request, const Route& route);

}  // namespace musicgen::serve
