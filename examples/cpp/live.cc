// Music that is heard while it is made and changes its mind: live MODEL PROMPT NEXT_PROMPT writes
// live.flac.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <musicgen/musicgen.hpp>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: live MODEL PROMPT NEXT_PROMPT\n");
    return 2;
  }
  try {
    musicgen::ModelOptions options;
    options.model = argv[1];
    musicgen::Model model(options);

    musicgen::GenerationRequest request;
    request.prompt = argv[2];
    request.params.duration_s = musicgen::kEndless;
    musicgen::RequestOptions wanted;
    wanted.stream_audio = true;
    musicgen::Session session(model);
    const musicgen::RequestId id = session.Submit(request, wanted);

    // Two seconds, then another two of the other prompt.
    std::ofstream file("live.flac", std::ios::binary);
    musicgen::AudioStream flac({musicgen::AudioFormat::kFlac}, model.info().sample_rate_hz,
                               model.info().audio_channels);
    const auto put = [&](const std::vector<std::uint8_t>& bytes) {
      file.write(reinterpret_cast<const char*>(bytes.data()),
                 static_cast<std::streamsize>(bytes.size()));
    };
    double heard_s = 0;
    bool steered = false;
    std::vector<musicgen::Event> events;
    while (session.Step(&events)) {
      for (const musicgen::Event& event : events) {
        if (event.kind == musicgen::Event::Kind::kFailed) throw musicgen::Error(*event.error);
        if (event.kind != musicgen::Event::Kind::kSound) continue;
        put(flac.Write(event.sound));
        heard_s += event.sound.duration_s();
        if (heard_s >= 2 && !steered) {
          musicgen::Steering steering;
          steering.prompt = argv[3];
          session.Steer(id, steering);
          steered = true;
        }
        if (heard_s >= 4) session.Cancel(id);
      }
      events.clear();
    }
    put(flac.Finish());
    std::printf("live.flac: %.2f s\n", heard_s);
    return 0;
  } catch (const musicgen::Error& error) {
    std::fprintf(stderr, "live: %s\n", error.what());
    return 1;
  }
}
