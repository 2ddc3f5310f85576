#include "serve/routes/metrics.h"

#include <cstdio>
#include <fstream>
#include <string_view>

#include "musicgen/musicgen.hpp"

namespace musicgen::serve {
namespace {

class Page {
 public:
  void Family(const char* name, const char* type, const char* help) {
    name_ = name;
    text_ += std::string("# HELP ") + name + ' ' + help + "\n# TYPE " + name + ' ' + type + '\n';
  }
  void Sample(double value, const std::string& labels = "") {
    char number[40];
    std::snprintf(number, sizeof number, "%.15g", value);
    text_ += name_ + labels + ' ' + number + '\n';
  }
  void Value(const char* name, const char* type, const char* help, double value) {
    Family(name, type, help);
    Sample(value);
  }
  const std::string& text() const { return text_; }

 private:
  std::string name_, text_;
};

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

// "VmRSS:  1234 kB" of /proc/self/status; 0 where there is none.
double ResidentBytes() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.compare(0, 6, "VmRSS:") == 0) return std::strtod(line.c_str() + 6, nullptr) * 1024;
  }
  return 0;
}

}  // namespace

void Metrics::Count(const AccessRecord& record) {
  const std::lock_guard lock(mutex_);
  ++answers_[record.status];
  bytes_received_ += record.bytes_received;
  bytes_sent_ += record.bytes_sent;
  seconds_ += record.seconds;
}

std::string Metrics::Write(const Jobs& jobs, int connections) const {
  Page page;
  const JobCounts counts = jobs.counts();
  page.Value("musicgen_ready", "gauge", "1 while new jobs are taken.", jobs.ready() ? 1 : 0);
  page.Value("musicgen_jobs_queued", "gauge", "Jobs that wait.", counts.queued);
  page.Value("musicgen_jobs_running", "gauge", "Jobs that are being made.", counts.running);
  page.Family("musicgen_jobs_ended_total", "counter", "Jobs that have ended, by how.");
  page.Sample(static_cast<double>(counts.done), "{state=\"succeeded\"}");
  page.Sample(static_cast<double>(counts.cancelled), "{state=\"cancelled\"}");
  page.Sample(static_cast<double>(counts.failed), "{state=\"failed\"}");
  page.Value("musicgen_jobs_refused_total", "counter", "Jobs that found the queue full.",
             static_cast<double>(counts.refused));
  page.Value("musicgen_steps_total", "counter", "Steps of the language models.",
             static_cast<double>(counts.steps));
  page.Value("musicgen_sound_seconds_total", "counter", "Seconds of music made.", counts.sound_s);
  page.Family("musicgen_model_loaded", "gauge", "1 for models that are in memory.");
  for (const ModelStatus& model : jobs.models()) {
    page.Sample(model.loaded ? 1 : 0, "{model=" + Quoted(model.id) + "}");
  }
  page.Value("musicgen_connections", "gauge", "Open connections.", connections);
  page.Value("process_resident_memory_bytes", "gauge", "Resident memory in bytes.",
             ResidentBytes());
  const std::lock_guard lock(mutex_);
  page.Family("musicgen_http_answers_total", "counter",
              "Requests by the status of their answer; 0: none was sent.");
  for (const auto& [status, count] : answers_) {
    page.Sample(static_cast<double>(count), "{status=\"" + std::to_string(status) + "\"}");
  }
  page.Value("musicgen_http_received_bytes_total", "counter", "Bytes of requests.",
             static_cast<double>(bytes_received_));
  page.Value("musicgen_http_sent_bytes_total", "counter", "Bytes of answers.",
             static_cast<double>(bytes_sent_));
  page.Value("musicgen_http_seconds_total", "counter",
             "Seconds from the requests' first bytes to the answers' last.", seconds_);
  return page.text();
}

}  // namespace musicgen::serve
