// POST /v1/audio/separate: a recording to its stems.
#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "musicgen/sound_files.hpp"
#include "serve/jobs/render.h"
#include "serve/routes/operations.h"
#include "serve/routes/order.h"
#include "serve/routes/zip.h"

namespace musicgen::serve {
namespace {

constexpr double kMostShifts = 10;

std::vector<Field> Fields() {
  return {Required(File("audio", "The recording")),
          Text("stem", "Only this one, and no_ + its name: the sum of the others", 64),
          Integer("shifts", "The mean of so many runs, each at another place; 0 as 1", 0,
                  kMostShifts, 0),
          Word("response_format", "Of each stem; wav holds floats, flac 24 bits",
               {"wav", "flac", "ogg", "opus", "mp3"}, "wav")};
}

SampleFormat SamplesOf(AudioFormat format) {
  if (format == AudioFormat::kFlac) return SampleFormat::kPcm24;
  return format == AudioFormat::kWav ? SampleFormat::kFloat32 : SampleFormat::kPcm16;
}

std::string Archive(std::vector<Stem> stems, const std::string& format) {
  std::vector<NamedFile> files;
  for (Stem& stem : stems) {
    const AudioFormat kind = FormatOf(format);
    const std::vector<uint8_t> bytes = EncodeAudio(stem.sound, kind, SamplesOf(kind), "");
    stem.sound = {};
    files.push_back({stem.name + "." + format, {bytes.begin(), bytes.end()}});
  }
  return Zip(files);
}

void Answer(Service& service, const Call& call, const Waveform& sound,
            const std::atomic<bool>& is_gone) {
  if (is_gone) return;
  const Separator& separator = service.separations.Open();
  SeparateOptions options;
  options.stem = call.fields.Text("stem").value_or("");
  options.shifts = call.fields.Integer("shifts").value_or(0);
  options.progress = [&](int64_t, int64_t) { return !is_gone && !service.separations.ends(); };
  std::optional<std::vector<Stem>> stems = separator.Separate(sound, options);
  if (!stems) Refuse(503, "ending", "the server ends");
  Response response;
  response.content_type = "application/zip";
  response.headers.push_back({"Content-Disposition", "attachment; filename=\"stems.zip\""});
  response.body = Archive(*std::move(stems), call.fields.Text("response_format").value_or("wav"));
  call.exchange->Send(std::move(response));
}

void Separate(Service& service, const Call& call) {
  const FileValue* file = call.fields.File("audio");
  if (file == nullptr) RefuseInput("audio", "audio: expected a sound file in a multipart form");
  const auto is_gone = std::make_shared<std::atomic<bool>>(false);
  call.exchange->WhenGone([is_gone] { *is_gone = true; });
  service.jobs.PostLong([&service, call, is_gone, bytes = file->data] {
    call.Guard([&] {
      UploadLimits limits = service.options.upload;
      limits.sound_s = std::min(limits.sound_s, service.jobs.limits().duration_s);
      auto sound = std::make_shared<const Waveform>(DecodeSound({bytes, "audio", {}, {}}, limits));
      service.separations.Post([&service, call, is_gone, sound] {
        call.Guard([&] { Answer(service, call, *sound, *is_gone); });
      });
    });
  });
}

}  // namespace

void AddSeparate(Service& service, Operations& operations) {
  Operation operation;
  operation.method = "POST";
  operation.path = "/v1/audio/separate";
  operation.id = "separate_sound";
  operation.summary = "Take a recording apart: drums, bass, other instruments, vocals";
  operation.description =
      "Answers with a zip of the stems in stereo at 44.1 kHz, at the level they have in the "
      "recording, which they add up to. Recordings wait for one another. A client that goes away "
      "ends its own.";
  operation.tag = "Music";
  operation.body = BodyKind::kUpload;
  operation.fields = Fields();
  operation.other_fields = OtherFields::kRefused;
  operation.takes_multipart = true;
  operation.answers = {{200, "The stems, a file each", "application/zip"}};
  operation.failures = {404, 429, 503, 507};
  operation.run = [&service](const Call& call) { Separate(service, call); };
  operations.push_back(std::move(operation));
}

}  // namespace musicgen::serve
