#include "cli/subcommands.h"

namespace musicgen::cli {
namespace {

void AddLimits(common::Flags& flags, ServeFlags& values) {
  flags.Number("--max-header-kib", values.header_kib, "Largest head of a request", "N", 1, 1024);
  flags.Number("--max-json-kib", values.json_kib, "Largest JSON body", "N", 1, 1 << 20);
  flags.Number("--max-upload-mib", values.upload_mib, "Largest body with sounds", "N", 1, 4096);
  flags.Number("--max-upload-minutes", values.upload_minutes, "Longest sound that is decoded", "M",
               0.01, 10.0);
  flags.Number("--max-bodies-mib", values.bodies_mib, "Of all bodies at once", "N", 1, 1 << 20);
  flags.Number("--max-connections", values.connections, "Open connections", "N", 1, 1 << 20);
  flags.Number("--max-prompt", values.prompt_characters, "Longest prompt, in characters", "N", 1,
               1 << 20);
  flags.Number("--max-n", values.takes, "Most takes of one request", "N", 1, 256);
  flags.Duration("--max-audio-length", values.audio_length_s,
                 "Longest music, but for that without end", kMaxDuration);
  flags.Number("--keep-jobs", values.kept_jobs, "Jobs that are remembered when they have ended",
               "N", 1, 1 << 20);
  flags.Duration("--keep-s", values.kept_s, "So many seconds, at the most", 30 * kMaxDuration);
}

}  // namespace

void AddServe(common::Flags flags, ServeFlags& values) {
  flags.Names(
      "-m,--model", values.models,
      "Directory or GGUF file of a model, org/name[@revision] on the Hugging Face hub, or a "
      "short name; repeatable: the first is the default and loads at once; none: the demo "
      "model",
      "MODEL");
  AddModelParts(flags, values.model);
  AddReading(flags, values.model);
  AddMachine(flags, values.model);
  AddStems(flags, values.model.stems, values.model.demucs);
  flags.Name("--host", values.host, "Address to listen on", "HOST");
  flags.Number("--port", values.port, "Port to listen on; 0: any that is free", "N", 0, 65535);
  flags.Number("--parallel", values.parallel, "Pieces made at once; 0: as many as fit", "N", 0,
               256);
  flags.Number("--queue", values.queue, "Jobs that may wait", "N", 0, 1 << 20);
  flags.Name("--api-key", values.api_key,
             "What requests must bring, but for /health and the page; better by its environment "
             "twin",
             "KEY");
  flags.Name("--tls-cert", values.tls_cert, "Certificate, as PEM: serve https", "FILE");
  flags.Name("--tls-key", values.tls_key, "Its key, as PEM", "FILE");
  flags.Names("--allow-host", values.allowed_hosts,
              "Name under which it may be addressed, beside localhost and --host; repeatable",
              "NAME");
  flags.Name("--access-log", values.access_log,
             "A line of JSON for each request, without its content; - is stdout", "FILE");
  flags.Number("--ahead", values.ahead_s,
               "Music without end is made so many seconds ahead of its listener", "S", 0.5, 3600.0);
  flags.Number("--drain-s", values.drain_s,
               "Seconds that running jobs get to end after SIGTERM or Ctrl-C", "S", 0.0, 86400.0);
  AddLimits(flags, values);
}

}  // namespace musicgen::cli
