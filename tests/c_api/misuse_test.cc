// Whatever is called with whatever, from several threads: null, handles that were freed, that are
// of another kind or never were, sizes that nothing has. Every call ends in a status.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "fixtures_directory.h"
#include "musicgen/musicgen.h"

namespace musicgen {
namespace {

bool LongTests() { return std::getenv("MUSICGEN_LONG_TESTS") != nullptr; }

// Handles that threads share, in use or freed.
std::array<std::atomic<void*>, 48> pool;
std::atomic<int64_t> counts[MG_UNSUPPORTED + 1];

class Caller {
 public:
  explicit Caller(unsigned seed) : random_(seed) {}

  void Call() {
    static const std::vector<void (Caller::*)()> kCalls = {
        &Caller::Sounds,   &Caller::Sounds,   &Caller::SoundFiles, &Caller::Separators,
        &Caller::Encoders, &Caller::Codes,    &Caller::Chroma,     &Caller::Options,
        &Caller::Requests, &Caller::Requests, &Caller::Getters,    &Caller::Models,
        &Caller::Sessions, &Caller::Sessions, &Caller::Results,    &Caller::Frees,
        &Caller::Frees};
    (this->*kCalls[Below(kCalls.size())])();
  }

 private:
  size_t Below(size_t n) { return random_() % n; }

  template <class T>
  T* Any() {
    switch (Below(12)) {
      case 0:
        return nullptr;
      case 1:
        return reinterpret_cast<T*>(static_cast<uintptr_t>(random_()));
      default:
        return static_cast<T*>(pool[Below(pool.size())].load());
    }
  }

  // A place for a new handle, which then joins the others; sometimes none.
  template <class T>
  void Make(const std::function<mg_status(T**)>& make) {
    if (Below(20) == 0) return Count(make(nullptr));
    T* made = nullptr;
    const mg_status status = make(&made);
    Count(status);
    EXPECT_EQ(made != nullptr, status == MG_OK || status == MG_CANCELLED);
    if (made != nullptr) pool[Below(pool.size())] = made;
  }

  void Count(mg_status status) {
    ASSERT_GE(status, MG_OK);
    ASSERT_LE(status, MG_UNSUPPORTED);
    ++counts[status];
    if (status != MG_OK) {
      EXPECT_STRNE(mg_last_error(), "");
    }
  }

  // Of at most 64: the buffers hold that squared.
  int64_t Size() {
    static constexpr int64_t kSizes[] = {0,  1,  2,         7,         64,
                                         -1, 64, INT64_MAX, INT64_MIN, int64_t{1} << 40};
    return kSizes[Below(std::size(kSizes))];
  }
  // No endless durations: nobody would stop them.
  double Number() {
    static constexpr double kNumbers[] = {0, 0.1, 0.2, 1, -1, -INFINITY, 1e300, NAN};
    return kNumbers[Below(std::size(kNumbers))];
  }
  int32_t Small() { return static_cast<int32_t>(Below(9)) - 2; }
  const char* Text() {
    static constexpr const char* kTexts[] = {nullptr, "", "rock", "\xff\xfe", "/nowhere/at/all"};
    return kTexts[Below(std::size(kTexts))];
  }
  const float* Floats() { return Below(8) == 0 ? nullptr : floats_.data(); }

  void Sounds() {
    Make<mg_waveform>([&](mg_waveform** out) {
      const int64_t rate = Below(2) == 0 ? 32000 : Size();
      return mg_waveform_new(Floats(), rate, Size(), Size(), out);
    });
    Make<mg_normalization>([&](auto** out) { return mg_normalization_new(Small(), out); });
    auto* how = Any<mg_normalization>();
    Count(mg_normalization_set_normalize(how, Small()));
    Count(mg_normalization_set_rms_headroom_db(how, Number()));
    Make<mg_waveform>([&](auto** out) {
      return mg_waveform_convert(Any<mg_waveform>(), Below(2) == 0 ? 16000 : Size(), Size(), out);
    });
    Make<mg_waveform>([&](auto** out) {
      return mg_waveform_normalize(Any<mg_waveform>(), Any<mg_normalization>(), out, nullptr);
    });
  }

  void SoundFiles() {
    Make<mg_waveform>([&](auto** out) {
      return mg_waveform_decode(Floats(), Below(4096), Text(), Number(), Number(), out);
    });
    Make<mg_waveform>(
        [&](auto** out) { return mg_waveform_read(Text(), Number(), Number(), out); });
    mg_decoder_load(Floats(), Below(4096));
    Count(mg_sound_info_decode(Floats(), Below(4096), Text(), nullptr, nullptr, nullptr));
    Count(mg_check_destination(Text()));
    Count(mg_write_file("/nowhere/at/all", Floats(), Below(100)));
    if (Below(16) == 0) {
      Make<mg_bytes>([&](auto** out) { return mg_plot(Any<mg_waveform>(), out); });
    }
  }

  void Separators() {
    if (Below(8) == 0) {
      static const std::string kDemucs = std::string(kFixturesDirectory) + "/demucs-tiny";
      const char* path = Below(2) == 0 ? kDemucs.c_str() : "/nowhere/at/all";
      Make<mg_separator>([&](auto** out) { return mg_separator_open(path, Small(), out); });
    }
    auto* separator = Any<mg_separator>();
    mg_separator_name(separator);
    mg_separator_stem_name(separator, Below(6));
    mg_separator_sample_rate_hz(separator);
    if (Below(16) == 0) {
      Make<mg_separation>([&](auto** out) {
        return mg_separator_run(separator, Any<mg_waveform>(), Text(), Small(), nullptr, nullptr,
                                out);
      });
    }
    auto* stems = Any<mg_separation>();
    mg_separation_name(stems, Below(mg_separation_count(stems) + 2));
    Make<mg_waveform>([&](auto** out) { return mg_separation_audio(stems, Below(4), out); });
  }

  void Encoders() {
    Make<mg_encoding>([&](auto** out) { return mg_encoding_new(Small(), out); });
    auto* encoding = Any<mg_encoding>();
    Count(mg_encoding_set_sample_format(encoding, Small()));
    Count(mg_encoding_set_comment(encoding, Text()));
    Count(mg_encoding_set_bitrate_kbps(encoding, Small() * 64));
    Make<mg_bytes>(
        [&](auto** out) { return mg_encode_audio(Any<mg_waveform>(), Any<mg_encoding>(), out); });
    Make<mg_encoder>([&](auto** out) {
      const int64_t rate = Below(2) == 0 ? 32000 : Size();
      return mg_encoder_new(Any<mg_encoding>(), rate, Size(), Size(), out);
    });
    Make<mg_bytes>([&](auto** out) {
      return mg_encoder_write(Any<mg_encoder>(), Floats(), Size(), Size(), out);
    });
    Make<mg_bytes>([&](auto** out) { return mg_encoder_finish(Any<mg_encoder>(), out); });
  }

  void Codes() {
    Make<mg_codes>([&](auto** out) { return mg_codes_new(ints_.data(), Size(), Size(), out); });
    const mg_codes* batch[2] = {Any<mg_codes>(), Any<mg_codes>()};
    Count(mg_codes_write("/nowhere/at/all", Below(4) == 0 ? nullptr : batch, Below(3), Size(),
                         Size(), Size()));
    Make<mg_codes_file>([&](auto** out) { return mg_codes_file_read(Text(), out); });
    Make<mg_codes>(
        [&](auto** out) { return mg_codes_file_get(Any<mg_codes_file>(), Below(3), out); });
  }

  void Chroma() {
    Make<mg_chroma>([&](auto** out) { return mg_chroma_new(Floats(), Size(), Size(), out); });
    Make<mg_chroma>(
        [&](auto** out) { return mg_chroma_extract(Any<mg_waveform>(), Small(), nullptr, out); });
    Count(mg_chroma_write(Any<mg_chroma>(), "/nowhere/at/all"));
    Count(mg_logits_write("/nowhere/at/all", Floats(), Floats(), Floats(), Size(), Size(), -1));
  }

  void Options() {
    Make<mg_model_options>([&](auto** out) { return mg_model_options_new(Text(), out); });
    auto* options = Any<mg_model_options>();
    Count(mg_model_options_set_precision(options, Small()));
    Count(mg_model_options_set_reference(options, Small()));
    Count(mg_model_options_set_threads(options, Small()));
    Count(mg_model_options_set_device(options, Text()));
    Count(mg_model_options_set_codec(options, Text()));
    if (Below(8) == 0) {
      Make<mg_model>([&](auto** out) { return mg_model_open(Any<mg_model_options>(), out); });
    }
    Count(mg_convert(Any<mg_model_options>(), nullptr, nullptr));
  }

  void Requests() {
    Make<mg_request>([&](auto** out) { return mg_request_new(out); });
    auto* request = Any<mg_request>();
    Count(mg_request_set_prompt(request, Text()));
    Count(mg_request_set_duration_s(request, Below(4) == 0 ? Number() : 0.1));
    if (Below(4) == 0) Count(mg_request_set_duration_s(request, 0.1));
    Count(mg_request_set_temperature(request, Number()));
    Count(mg_request_set_top_k(request, Below(2) == 0 ? 5 : Size()));
    Count(mg_request_set_melody(request, Any<mg_waveform>()));
    Count(mg_request_set_audio_prompt(request, Any<mg_waveform>()));
    Count(mg_request_set_use_sampling(request, Small()));
    Make<mg_steering>([&](auto** out) { return mg_steering_new(out); });
    auto* steering = Any<mg_steering>();
    Count(mg_steering_set_prompt(steering, Text()));
    Count(mg_steering_set_top_p(steering, Number()));
    Count(mg_steering_set_at_step(steering, Size()));
  }

  // No pointer is followed: another thread may free what it points into.
  void Getters() {
    mg_waveform_data(Any<mg_waveform>());
    mg_waveform_count_beyond_full_scale(Any<mg_waveform>());
    mg_bytes_data(Any<mg_bytes>());
    mg_bytes_size(Any<mg_bytes>());
    mg_strings_get(Any<mg_strings>(), Below(3));
    mg_devices_name(Any<mg_devices>(), Below(3));
    mg_codes_data(Any<mg_codes>());
    mg_chroma_data(Any<mg_chroma>());
    mg_model_path(Any<mg_model>());
    mg_model_warning(Any<mg_model>(), Below(3));
    mg_model_threads(Any<mg_model>());
    mg_score_guided(Any<mg_score>());
    mg_results_is_complete(Any<mg_results>(), Below(3));
    mg_events_error_message(Any<mg_events>(), Below(3));
    mg_events_kind(Any<mg_events>(), Below(3));
    EXPECT_NE(mg_last_error(), nullptr);
  }

  void Models() {
    auto* model = Any<mg_model>();
    size_t count = 0;
    int32_t ids[8];
    Count(mg_model_tokenize(model, Text(), Below(3) == 0 ? nullptr : ids, Below(8), &count));
    Count(mg_model_memory_need(model, Small(), nullptr, nullptr));
    Make<mg_codes>([&](auto** out) { return mg_model_encode(model, Any<mg_waveform>(), out); });
    Make<mg_waveform>([&](auto** out) { return mg_model_decode(model, Any<mg_codes>(), out); });
    Make<mg_score>([&](auto** out) {
      return mg_model_score(model, Any<mg_request>(), Any<mg_codes>(), Small(), out);
    });
    Make<mg_bytes>([&](auto** out) { return mg_provenance(model, Any<mg_request>(), out); });
    Make<mg_generate_options>([&](auto** out) { return mg_generate_options_new(out); });
    Count(mg_generate_options_set_decode_audio(Any<mg_generate_options>(), Small()));
    const auto stop = [](int64_t done, int64_t, void*) -> int32_t { return done > 3; };
    Count(mg_generate_options_set_progress(Any<mg_generate_options>(), stop, nullptr));
    const mg_request* batch[2] = {Any<mg_request>(), Any<mg_request>()};
    Make<mg_results>([&](auto** out) {
      return mg_model_generate(model, Below(8) == 0 ? nullptr : batch, Below(3),
                               Any<mg_generate_options>(), out);
    });
  }

  void Sessions() {
    Make<mg_session>([&](auto** out) { return mg_session_new(Any<mg_model>(), out); });
    auto* session = Any<mg_session>();
    uint64_t id = 0;
    Count(mg_session_submit(session, Any<mg_request>(), static_cast<uint32_t>(Below(10)), &id));
    Count(mg_session_steer(session, Below(2) == 0 ? id : random_(), Any<mg_steering>()));
    if (Below(2) == 0) Count(mg_session_hold(session, id, 2));
    if (Below(2) == 0) Count(mg_session_cancel(session, id));
    for (int i = 0; i < 3; ++i) {
      Make<mg_events>([&](auto** out) { return mg_session_step(session, out, nullptr); });
    }
  }

  void Results() {
    Make<mg_codes>([&](auto** out) { return mg_results_codes(Any<mg_results>(), Below(3), out); });
    Make<mg_waveform>(
        [&](auto** out) { return mg_results_audio(Any<mg_results>(), Below(3), out); });
    Make<mg_codes>([&](auto** out) { return mg_events_codes(Any<mg_events>(), Below(3), out); });
    Make<mg_waveform>([&](auto** out) { return mg_events_audio(Any<mg_events>(), Below(3), out); });
  }

  void Frees();

  std::mt19937 random_;
  std::vector<float> floats_ = std::vector<float>(64 * 64, 0.25f);
  std::vector<int32_t> ints_ = std::vector<int32_t>(64 * 64, 5);
};

// As every kind there is: all but one do nothing.
void FreeAsAnything(void* handle) {
  mg_bytes_free(static_cast<mg_bytes*>(handle));
  mg_strings_free(static_cast<mg_strings*>(handle));
  mg_devices_free(static_cast<mg_devices*>(handle));
  mg_waveform_free(static_cast<mg_waveform*>(handle));
  mg_normalization_free(static_cast<mg_normalization*>(handle));
  mg_encoding_free(static_cast<mg_encoding*>(handle));
  mg_encoder_free(static_cast<mg_encoder*>(handle));
  mg_codes_free(static_cast<mg_codes*>(handle));
  mg_codes_file_free(static_cast<mg_codes_file*>(handle));
  mg_chroma_free(static_cast<mg_chroma*>(handle));
  mg_model_options_free(static_cast<mg_model_options*>(handle));
  mg_request_free(static_cast<mg_request*>(handle));
  mg_generate_options_free(static_cast<mg_generate_options*>(handle));
  mg_results_free(static_cast<mg_results*>(handle));
  mg_session_free(static_cast<mg_session*>(handle));
  mg_steering_free(static_cast<mg_steering*>(handle));
  mg_events_free(static_cast<mg_events*>(handle));
  mg_score_free(static_cast<mg_score*>(handle));
  mg_separator_free(static_cast<mg_separator*>(handle));
  mg_separation_free(static_cast<mg_separation*>(handle));
}

// One that stays among the others, freed.
void Caller::Frees() { FreeAsAnything(Any<void>()); }

mg_model* OpenTiny() {
  mg_model_options* options = nullptr;
  mg_model* model = nullptr;
  const std::string name = std::string(kFixturesDirectory) + "/hf-tiny-mono";
  EXPECT_EQ(mg_model_options_new(name.c_str(), &options), MG_OK);
  EXPECT_EQ(mg_model_options_set_threads(options, 2), MG_OK);
  EXPECT_EQ(mg_model_open(options, &model), MG_OK) << mg_last_error();
  mg_model_options_free(options);
  return model;
}

TEST(MisuseTest, EveryCallEndsInAStatus) {
  const int threads = LongTests() ? 16 : 8;
  const int calls = LongTests() ? 10000 : 1000;
  mg_model* model = OpenTiny();
  std::vector<std::thread> callers;
  for (int t = 0; t < threads; ++t) {
    callers.emplace_back([=] {
      Caller caller(static_cast<unsigned>(t));
      for (int i = 0; i < calls; ++i) {
        if (i % 10 == 0) pool[static_cast<size_t>(i + t) % pool.size()] = model;
        caller.Call();
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_GT(counts[MG_OK], 0);
  EXPECT_GT(counts[MG_BAD_INPUT], 0);
  EXPECT_STREQ(mg_model_type(model), "musicgen");  // none the worse
  for (std::atomic<void*>& handle : pool) FreeAsAnything(handle);
  mg_model_free(model);
  mg_model_free(model);
  EXPECT_EQ(mg_model_type(model), nullptr);
}

TEST(MisuseTest, AHandleIsNeverUsedAgain) {
  mg_request* first = nullptr;
  ASSERT_EQ(mg_request_new(&first), MG_OK);
  mg_request_free(first);
  for (int i = 0; i < 1000; ++i) {
    mg_request* other = nullptr;
    ASSERT_EQ(mg_request_new(&other), MG_OK);
    EXPECT_NE(other, first);
    mg_request_free(first);
    EXPECT_EQ(mg_request_set_seed(other, 1), MG_OK);
    mg_request_free(other);
  }
  EXPECT_EQ(mg_request_set_seed(first, 1), MG_BAD_INPUT);
  EXPECT_STREQ(mg_last_error(),
               "mg_request: expected a handle in use, found one that was freed or never made");
}

TEST(MisuseTest, AnotherKindIsNamed) {
  mg_request* request = nullptr;
  ASSERT_EQ(mg_request_new(&request), MG_OK);
  EXPECT_EQ(mg_waveform_samples(reinterpret_cast<mg_waveform*>(request)), 0);
  EXPECT_STREQ(mg_last_error(),
               "mg_waveform: expected a handle of this kind, found one of mg_request");
  mg_waveform_free(reinterpret_cast<mg_waveform*>(request));  // does nothing
  EXPECT_EQ(mg_request_set_seed(request, 1), MG_OK);
  mg_request_free(request);
}

// A session that is freed within a callback, while another thread steps, goes when all have left.
TEST(MisuseTest, FreedWhileInUse) {
  mg_model* model = OpenTiny();
  for (int round = 0; round < 20; ++round) {
    mg_session* session = nullptr;
    mg_request* request = nullptr;
    ASSERT_EQ(mg_session_new(model, &session), MG_OK);
    ASSERT_EQ(mg_request_new(&request), MG_OK);
    ASSERT_EQ(mg_request_set_endless(request), MG_OK);
    ASSERT_EQ(mg_session_submit(session, request, 0, nullptr), MG_OK);
    std::thread stepper([=] {
      int32_t running = 1;
      mg_events* events = nullptr;
      while (running == 1 && mg_session_step(session, &events, &running) == MG_OK) {
        mg_events_free(events);
      }
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(round));
    mg_session_free(session);
    stepper.join();
    mg_request_free(request);
  }
  mg_model_free(model);
}

}  // namespace
}  // namespace musicgen
