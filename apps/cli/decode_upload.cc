#include "cli/commands.h"

#if defined(MUSICGEN_SERVER)
#include "serve/upload/decode_upload.h"
#endif

namespace musicgen::cli {

int Run(const DecodeUploadFlags&) {
#if defined(MUSICGEN_SERVER)
  serve::DecodeUploadChild();
#else
  return 2;  // never asked for: the parser does not know the subcommand
#endif
}

}  // namespace musicgen::cli
