// Versions, statuses and the last failure.

#include "api/provenance.h"
#include "c_api/guard.h"

using namespace musicgen;

int32_t mg_abi_version(void) { return MG_ABI_VERSION; }

const char* mg_version(void) { return api::Version(); }

const char* mg_status_name(mg_status status) {
  switch (status) {
    case MG_OK:
      return "ok";
    case MG_BAD_INPUT:
      return "bad input";
    case MG_FAILURE:
      return "failure";
    case MG_OUT_OF_MEMORY:
      return "out of memory";
    case MG_CANCELLED:
      return "cancelled";
    case MG_UNSUPPORTED:
      return "unsupported";
    default:
      return "unknown status";
  }
}

const char* mg_last_error(void) { return c_api::LastError(); }
