// POST /v1/audio/generate: our own way to order music.
#include <utility>

#include "serve/routes/job_json.h"
#include "serve/routes/music_fields.h"
#include "serve/routes/operations.h"
#include "serve/routes/order.h"
#include "serve/routes/sound_answer.h"

namespace musicgen::serve {
namespace {

std::vector<Field> Fields(const Service& service) {
  const JobLimits& limits = service.jobs.limits();
  std::vector<Field> fields = SamplingFields(service);
  const std::vector<Field> more = {
      Text("model", "A name of /v1/models; the first if absent"),
      Word("response_format", "pcm: 16-bit little-endian samples without a head",
           {"wav", "mp3", "flac", "opus", "pcm"}, "wav"),
      Above(Number("audio_length",
                   "Seconds, those of audio_prompt included; null together with stream: music "
                   "without end",
                   0, limits.duration_s, kUsualDurationS)),
      SeedField(), Boolean("greedy", "Always take the most probable code", false),
      Integer("n", "So many takes of the same request, which come as a zip", 1, limits.takes, 1),
      Boolean("stream", "Send the sound while it is made", false),
      Boolean("async", "Answer at once with the job, whose audio_url has the sound when it is done",
              false),
      File("melody", "Sound whose melody to follow (melody models)"),
      Word(
          "stems",
          "Take drums and bass out of the melody first, as AudioCraft does; auto: where the server "
          "has the weights of HT-Demucs",
          {"auto", "on", "off"}),
      File("style", "Sound whose style to follow (style models)"),
      Number("cfg_coef_beta",
             "Strength of the prompt beside a style or melody, inside guidance_scale (double "
             "guidance); 1: none; 5 for a prompt with a style, 1 else",
             0, kMostFactor),
      Integer("style_eval_q",
              "Codebooks of the style's bottleneck: more follow the sound more closely; 3 unless "
              "the model has its own",
              1, 64),
      Above(Number("style_excerpt",
                   "Seconds of the style that are heard; 3 unless the model has its own", 0, 30)),
      Number("style_start", "Where these begin; by default they are the sound's middle", 0,
             service.options.upload.sound_s),
      File("audio_prompt", "Sound to continue"),
      Number("prompt_start",
             "Continue what comes so many seconds after the beginning of audio_prompt; below 0: "
             "its last so many seconds",
             -service.options.upload.sound_s, service.options.upload.sound_s, 0),
      Number("prompt_duration", "Use only so many seconds of audio_prompt; 0: all", 0,
             service.options.upload.sound_s, 0),
      Above(Number("max_duration",
                   "Window that longer pieces are made of; the model's own, 30 s for the published "
                   "ones",
                   0, limits.duration_s)),
      Above(Number("extend_stride",
                   "Each window begins so many seconds after the one before; 18 s, or 0.6 of a "
                   "window that is not longer",
                   0, limits.duration_s)),
      // What vLLM-Omni's clients send beside ours.
      Word("stream_format", "For clients of vLLM-Omni", {"audio"}),
      Number("speed", "For clients of vLLM-Omni: 1", 1, 1),
      Text("negative_prompt", "For clients of vLLM-Omni: without effect"),
      Number("audio_start", "For clients of vLLM-Omni: without effect", 0, 86400),
      Integer("num_inference_steps", "For clients of vLLM-Omni: without effect", 1, 1e6)};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

Upload UploadOf(const FileValue& file, const std::string& name) {
  return {file.data, name, {}, {}};
}

Order OrderOf(const FieldValues& fields) {
  Order order;
  order.job.model = fields.Text("model").value_or("");
  order.job.takes = static_cast<int>(fields.Integer("n").value_or(1));
  order.job.stream = fields.Boolean("stream", false);
  GenerationRequest& request = order.job.request;
  request.prompt = fields.Text("input");
  GenerationParams& params = request.params;
  ReadSampling(fields, params);
  order.job.seed = ReadSeed(fields);
  params.use_sampling = !fields.Boolean("greedy", false);
  params.duration_s = fields.IsNull("audio_length")
                          ? kEndless
                          : fields.Number("audio_length").value_or(kUsualDurationS);
  params.max_duration_s = fields.Number("max_duration");
  params.extend_stride_s = fields.Number("extend_stride");
  if (const FileValue* melody = fields.File("melody")) order.melody = UploadOf(*melody, "melody");
  if (const auto stems = fields.Text("stems")) {
    order.stems = *stems == "on"    ? StemsMode::kOn
                  : *stems == "off" ? StemsMode::kOff
                                    : StemsMode::kAuto;
  }
  if (const FileValue* style = fields.File("style")) order.style = UploadOf(*style, "style");
  params.cfg_coef_beta = fields.Number("cfg_coef_beta");
  params.style.eval_q = fields.Integer("style_eval_q");
  params.style.excerpt_s = fields.Number("style_excerpt");
  params.style.start_s = fields.Number("style_start");
  if (const FileValue* prompt = fields.File("audio_prompt")) {
    order.audio_prompt = UploadOf(*prompt, "audio_prompt");
    order.audio_prompt->excerpt = {fields.Number("prompt_start").value_or(0),
                                   fields.Number("prompt_duration").value_or(0)};
  }
  return order;
}

void Check(const Order& order, bool is_async) {
  if (order.job.stream && order.job.takes > 1) {
    RefuseInput("n",
                "n: expected 1 together with stream, since several takes come as one zip, found " +
                    std::to_string(order.job.takes));
  }
  if (order.job.stream && is_async) {
    RefuseInput("async", "async: expected either stream or async, found both");
  }
  if (order.job.request.params.duration_s == kEndless && !order.job.stream) {
    RefuseInput("audio_length",
                "audio_length: expected seconds, since music without end is only streamed, found "
                "null without stream");
  }
}

void AnswerWithJob(Service& service, const Call& call, JobRequest job) {
  const std::string id = service.jobs.Submit(std::move(job));
  const std::optional<JobStatus> status = service.jobs.Status(id);
  if (!status) RefuseUnknownJob();
  Json json = JobJson(*status);
  json["audio_url"] = "/v1/jobs/" + id + "/audio";
  Response response;
  response.status = 202;
  response.headers = {{"Location", "/v1/jobs/" + id}, {"X-Job-Id", id}};
  response.body = Dump(json);
  call.exchange->Send(std::move(response));
}

void Generate(Service& service, const Call& call) {
  Order order = OrderOf(call.fields);
  const bool is_async = call.fields.Boolean("async", false);
  Check(order, is_async);
  SoundFormat format;
  format.name = call.fields.Text("response_format").value_or("wav");
  Prepare(service, call, std::move(order),
          [&service, call, format, is_async](JobRequest job, const ModelInfo& info) {
            if (is_async) return AnswerWithJob(service, call, std::move(job));
            if (!job.stream) return FileAnswer(service, call, std::move(job), format);
            Framing framing;
            framing.head_at_once = true;
            StreamAnswer(service, call, std::move(job), info, format, std::move(framing));
          });
}

}  // namespace

void AddGenerate(Service& service, Operations& operations) {
  Operation operation;
  operation.method = "POST";
  operation.path = "/v1/audio/generate";
  operation.id = "generate_music";
  operation.summary = "Make music from text, a melody, a style or the beginning of a piece";
  operation.description =
      "Answers with the finished sound file; with stream: true with its bytes while they are made; "
      "with async: true at once with a job, whose audio_url has the file when it is done. "
      "A client that goes away cancels its job, unless it is async.";
  operation.tag = "Music";
  operation.body = BodyKind::kUpload;
  operation.fields = Fields(service);
  operation.other_fields = OtherFields::kRefused;
  operation.takes_multipart = true;
  operation.answers = {{200, "The sound, or a zip of several takes", "audio/*"},
                       {202, "The job, with async", "application/json", JobSchema()}};
  for (const char* type :
       {"audio/wav", "audio/mpeg", "audio/flac", "audio/ogg", "application/zip"}) {
    operation.answers.push_back({200, "The sound, or a zip of several takes", type});
  }
  operation.failures = {404, 409, 429, 503, 507};
  operation.run = [&service](const Call& call) { Generate(service, call); };
  operations.push_back(std::move(operation));
}

}  // namespace musicgen::serve
