// POST /v1/audio/speech in OpenAI's shape, which Open WebUI, Home Assistant and vLLM-Omni's ComfyUI
// nodes speak. The text is the prompt; there are no voices.
#include <utility>

#include "serve/routes/base64.h"
#include "serve/routes/music_fields.h"
#include "serve/routes/operations.h"
#include "serve/routes/order.h"
#include "serve/routes/sound_answer.h"

namespace musicgen::serve {
namespace {

constexpr int64_t kOpenAiPcmHz = 24000;  // what its clients take pcm to be, in mono

std::vector<Field> Fields(const Service& service) {
  const size_t characters = service.jobs.limits().prompt_characters;
  const double most_s = service.jobs.limits().duration_s;
  return {Required(Text("input", "What the music should be like", characters)),
          Text("model", "A name of /v1/models; OpenAI's own mean the first"),
          Any("voice", "Without effect"),
          Text("instructions", "The prompt where input is blank", characters),
          Word("response_format", "pcm: 24 kHz, 16 bits, mono",
               {"mp3", "opus", "flac", "wav", "pcm"}, "mp3"),
          Number("speed", "1: music has no other", 1, 1, 1),
          Word("stream_format", "sse: events speech.audio.delta and speech.audio.done",
               {"audio", "sse"}, "audio"),
          // vLLM-Omni's.
          Above(Number("duration_seconds", "Length of the music", 0, most_s, kUsualDurationS)),
          Integer("max_new_tokens", "Length of the music in steps of 1/50 s", 4, most_s * 50),
          SeedField(), Integer("sample_rate", "Of the sound", 8000, 48000),
          Object("extra_params", "guidance_scale, temperature, top_k, top_p",
                 {Number("guidance_scale", "", 0, kMostFactor),
                  Number("temperature", "", 0, kMostFactor), Integer("top_k", "", 0, kMostTopK),
                  Number("top_p", "", 0, 1)})};
}

bool IsBlank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == text.npos; }

std::string ModelOf(const Service& service, const FieldValues& fields) {
  const std::string name = fields.Text("model").value_or("");
  if (name.empty() || name.compare(0, 4, "tts-") == 0 || name.compare(0, 4, "gpt-") == 0) {
    return DefaultModel(service.jobs);
  }
  return FindModel(service.jobs, name).value_or(name);
}

Order OrderOf(const Service& service, const FieldValues& fields) {
  Order order;
  order.job.model = ModelOf(service, fields);
  GenerationRequest& request = order.job.request;
  std::string prompt = fields.Text("input").value_or("");
  const std::optional<std::string> instructions = fields.Text("instructions");
  if (IsBlank(prompt) && instructions) prompt = *instructions;
  request.prompt = prompt;
  GenerationParams& params = request.params;
  order.job.seed = ReadSeed(fields);
  params.duration_s = fields.Number("duration_seconds").value_or(kUsualDurationS);
  const std::optional<int64_t> tokens = fields.Integer("max_new_tokens");
  if (tokens && !fields.Number("duration_seconds")) params.duration_s = DurationOfTokens(*tokens);
  if (const Json* extra = fields.Find("extra_params")) {
    // Checked with the table already.
    ReadSampling(FieldValues::FromObject(SamplingFields(service), OtherFields::kIgnored, *extra,
                                         "extra_params."),
                 params);
  }
  return order;
}

SoundFormat FormatOf(const FieldValues& fields) {
  SoundFormat format;
  format.name = fields.Text("response_format").value_or("mp3");
  format.sample_rate_hz = fields.Integer("sample_rate").value_or(0);
  if (format.name == "pcm") {
    if (format.sample_rate_hz == 0) format.sample_rate_hz = kOpenAiPcmHz;
    format.channels = 1;
  }
  return format;
}

std::string EventText(const Json& data) { return "data: " + Dump(data) + "\n\n"; }

std::string DoneEvent(const JobStatus& status) {
  const int64_t input = status.prompt ? static_cast<int64_t>(status.prompt->size() / 4 + 1) : 0;
  return EventText({{"type", "speech.audio.done"},
                    {"usage",
                     {{"input_tokens", input},
                      {"output_tokens", status.steps_done},
                      {"total_tokens", input + status.steps_done}}}});
}

Framing EventFraming() {
  Framing framing;
  framing.content_type = "text/event-stream";
  framing.piece = [](const std::string& bytes) {
    return EventText({{"type", "speech.audio.delta"}, {"audio", EncodeBase64(bytes)}});
  };
  framing.last = DoneEvent;
  framing.broken = [](const Failure& failure) {
    return EventText({{"type", "speech.audio.error"},
                      {"error", {{"message", failure.message}, {"type", failure.type}}}});
  };
  return framing;
}

void Speak(Service& service, const Call& call) {
  const FieldValues& fields = call.fields;
  const SoundFormat format = FormatOf(fields);
  const bool events = fields.Text("stream_format").value_or("audio") == "sse";
  Prepare(service, call, OrderOf(service, fields),
          [&service, call, format, events](JobRequest job, const ModelInfo& info) {
            StreamAnswer(service, call, std::move(job), info, format,
                         events ? EventFraming() : Framing());
          });
}

}  // namespace

void AddOpenAi(Service& service, Operations& operations) {
  Operation operation;
  operation.method = "POST";
  operation.path = "/v1/audio/speech";
  operation.id = "create_speech";
  operation.summary = "Music in the shape of OpenAI's speech";
  operation.description =
      "The sound comes while it is made. Its level is the model's own, since a finished piece "
      "alone "
      "can be brought to another.";
  operation.tag = "Compatible with others";
  operation.body = BodyKind::kJson;
  operation.fields = Fields(service);
  operation.answers = {{200, "The sound", "audio/*"}, {200, "Events", "text/event-stream"}};
  operation.failures = {404, 409, 429, 503, 507};
  operation.run = [&service](const Call& call) { Speak(service, call); };
  operations.push_back(std::move(operation));
}

}  // namespace musicgen::serve
