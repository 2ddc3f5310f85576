// ElevenLabs' music and sound effects, and LocalAI's sound generation, which has the same path.
#include <cmath>
#include <utility>

#include "serve/routes/failure_bodies.h"
#include "serve/routes/music_fields.h"
#include "serve/routes/operations.h"
#include "serve/routes/order.h"
#include "serve/routes/sound_answer.h"

namespace musicgen::serve {
namespace {

constexpr double kMostMs = 600000, kMostEffectS = 30;
constexpr double kInfluenceOfUsualGuidance = 0.3;  // their default, as 3 is ours

// "mp3_44100_128", "pcm_24000", "ulaw_8000": codec, rate, bits.
std::vector<std::string> OutputFormats() {
  std::vector<std::string> names = {"auto", "ulaw_8000", "alaw_8000", "mp3_22050_32",
                                    "mp3_24000_48"};
  for (const char* bits : {"32", "64", "96", "128", "192"}) {
    names.push_back(std::string("mp3_44100_") + bits);
    names.push_back(std::string("opus_48000_") + bits);
  }
  for (const char* bits : {"128", "192", "240", "320"}) {
    names.push_back(std::string("mp3_48000_") + bits);
  }
  for (const char* rate : {"8000", "16000", "22050", "24000", "32000", "44100", "48000"}) {
    names.push_back(std::string("pcm_") + rate);
    names.push_back(std::string("wav_") + rate);
  }
  return names;
}

SoundFormat FormatOf(const std::string& name) {
  SoundFormat format;
  if (name == "auto") return FormatOf("mp3_44100_128");
  const size_t rate = name.find('_');
  const size_t bits = name.find('_', rate + 1);
  format.name = name.substr(0, rate);
  format.sample_rate_hz = std::stoll(name.substr(rate + 1));
  if (bits != name.npos) format.bitrate_kbps = std::stoi(name.substr(bits + 1));
  if (format.name == "ulaw" || format.name == "alaw") format.channels = 1;
  return format;
}

Field OutputFormat() {
  return Word("output_format", "Codec, rate and bits", OutputFormats(), "auto");
}

SoundFormat FormatOf(const Call& call) {
  return FormatOf(call.query.Text("output_format").value_or("auto"));
}

std::vector<Field> MusicFields(const Service& service) {
  const double most_ms = std::min(kMostMs, service.jobs.limits().duration_s * 1000);
  Field plan = Object("composition_plan", "Styles and sections; made into one prompt", {});
  return {Text("prompt", "What the music should be like", service.jobs.limits().prompt_characters),
          plan,
          Integer("music_length_ms", "Length; 10 s if absent", std::min(3000.0, most_ms), most_ms),
          Text("model_id", "A name of /v1/models; theirs mean the first"), SeedField()};
}

std::vector<Field> EffectFields(const Service& service) {
  const double most_s = std::min(kMostEffectS, service.jobs.limits().duration_s);
  Field text =
      Required(Text("text", "What it should sound like", service.jobs.limits().prompt_characters));
  return {text,
          Number("duration_seconds", "Length", std::min(0.5, most_s), most_s, kUsualDurationS),
          Number("prompt_influence", "Strength of the prompt: 0.3 is a guidance scale of 3", 0, 1,
                 kInfluenceOfUsualGuidance),
          Text("model_id", "A name of /v1/models; theirs mean the first"),
          // LocalAI's.
          Boolean("do_sample", "false: always the most probable code", true),
          Number("temperature", "0 takes always the most probable code", 0, kMostFactor)};
}

std::string ModelOf(const Service& service, const FieldValues& fields) {
  const std::string name = fields.Text("model_id").value_or("");
  return FindModel(service.jobs, name).value_or(DefaultModel(service.jobs));
}

void Append(std::string& prompt, const Json& styles, const std::string& field) {
  if (styles.is_null()) return;
  const auto refuse = [&](const Json& found) {
    RefuseInput(field, field + ": expected a list of texts, found " + Dump(found).substr(0, 80));
  };
  if (!styles.is_array()) refuse(styles);
  for (const Json& style : styles) {
    if (!style.is_string()) refuse(style);
    prompt += (prompt.empty() ? "" : ", ") + style.get<std::string>();
  }
}

Json Member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? Json(nullptr) : *found;
}

// One prompt of a plan's styles, and the length of its sections. Nobody sings here.
void ReadPlan(const Json& plan, const JobLimits& limits, GenerationRequest& request) {
  const std::string field = "composition_plan";
  std::string prompt;
  Append(prompt, Member(plan, "positive_global_styles"), field + ".positive_global_styles");
  const Json sections = Member(plan, "sections");
  if (!sections.is_array() || sections.empty()) {
    RefuseInput(field + ".sections", field + ".sections: expected a list of sections");
  }
  double length_ms = 0;
  for (size_t i = 0; i < sections.size(); ++i) {
    const std::string place = field + ".sections." + std::to_string(i);
    const Json& section = sections[i];
    if (!section.is_object()) RefuseInput(place, place + ": expected an object");
    Append(prompt, Member(section, "positive_local_styles"), place + ".positive_local_styles");
    const Json lines = Member(section, "lines");
    if (!lines.is_null() && !(lines.is_array() && lines.empty())) {
      RefuseInput(place + ".lines", place + ".lines: expected none, since the model does not sing");
    }
    const Json duration = Member(section, "duration_ms");
    if (!duration.is_number() || !(duration.get<double>() > 0)) {
      RefuseInput(place + ".duration_ms", place + ".duration_ms: expected milliseconds above 0");
    }
    length_ms += duration.get<double>();
  }
  if (!(length_ms <= limits.duration_s * 1000)) {
    RefuseInput(field + ".sections", field + ".sections: expected at most " +
                                         std::to_string(std::lround(limits.duration_s)) +
                                         " s of all sections together");
  }
  request.prompt = prompt;
  request.params.duration_s = length_ms / 1000;
}

Order MusicOrder(const Service& service, const FieldValues& fields) {
  Order order;
  order.job.model = ModelOf(service, fields);
  GenerationRequest& request = order.job.request;
  order.job.seed = ReadSeed(fields);
  request.prompt = fields.Text("prompt");
  const Json* plan = fields.Find("composition_plan");
  if (request.prompt && plan) {
    RefuseInput("composition_plan",
                "composition_plan: expected either a prompt or a plan, found both");
  }
  if (!request.prompt && !plan) RefuseInput("prompt", "prompt: expected text, found nothing");
  request.params.duration_s = kUsualDurationS;
  if (const std::optional<int64_t> length_ms = fields.Integer("music_length_ms")) {
    request.params.duration_s = static_cast<double>(*length_ms) / 1000;
  }
  if (plan) ReadPlan(*plan, service.jobs.limits(), request);
  return order;
}

Order EffectOrder(const Service& service, const FieldValues& fields) {
  Order order;
  order.job.model = ModelOf(service, fields);
  GenerationRequest& request = order.job.request;
  request.prompt = fields.Text("text");
  GenerationParams& params = request.params;
  params.duration_s = fields.Number("duration_seconds").value_or(kUsualDurationS);
  if (const std::optional<double> influence = fields.Number("prompt_influence")) {
    params.cfg_coef = *influence / kInfluenceOfUsualGuidance * SamplingDefaults().cfg_coef;
  }
  params.temperature = fields.Number("temperature");
  params.use_sampling = fields.Boolean("do_sample", true);
  return order;
}

void Whole(Service& service, const Call& call, Order order) {
  const SoundFormat format = FormatOf(call);
  Prepare(service, call, std::move(order),
          [&service, call, format](JobRequest job, const ModelInfo&) {
            FileAnswer(service, call, std::move(job), format);
          });
}

void Streamed(Service& service, const Call& call, Order order) {
  const SoundFormat format = FormatOf(call);
  Prepare(service, call, std::move(order),
          [&service, call, format](JobRequest job, const ModelInfo& info) {
            StreamAnswer(service, call, std::move(job), info, format);
          });
}

Operation Make(const char* path, const char* id, const char* summary) {
  Operation operation;
  operation.method = "POST";
  operation.path = path;
  operation.id = id;
  operation.summary = summary;
  operation.tag = "Compatible with others";
  operation.body = BodyKind::kJson;
  operation.query = {OutputFormat()};
  operation.failure_body = DetailBody;
  operation.failure_schema = DetailSchema();
  operation.answers = {{200, "The sound", "audio/*"}};
  operation.failures = {404, 409, 422, 429, 503, 507};
  return operation;
}

}  // namespace

void AddElevenLabs(Service& service, Operations& operations) {
  Operation music = Make("/v1/music", "compose_music", "Music in ElevenLabs' shape");
  music.fields = MusicFields(service);
  music.run = [&service](const Call& call) {
    Whole(service, call, MusicOrder(service, call.fields));
  };
  operations.push_back(std::move(music));

  Operation stream = Make("/v1/music/stream", "stream_music",
                          "The same, while it is made, at the model's own level");
  stream.fields = MusicFields(service);
  stream.run = [&service](const Call& call) {
    Streamed(service, call, MusicOrder(service, call.fields));
  };
  operations.push_back(std::move(stream));

  Operation effect =
      Make("/v1/sound-generation", "generate_sound", "Sound in ElevenLabs' and LocalAI's shapes");
  effect.fields = EffectFields(service);
  effect.run = [&service](const Call& call) {
    Whole(service, call, EffectOrder(service, call.fields));
  };
  operations.push_back(std::move(effect));
}

}  // namespace musicgen::serve
