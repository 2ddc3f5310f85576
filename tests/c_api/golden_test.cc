// Greedy codes through the C interface are the references', in every mode. (tests/generate asks the
// same of every golden model, through the C++ layer on top of it.)
#include "golden.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "fixtures_directory.h"
#include "musicgen/musicgen.h"

namespace musicgen {
namespace {

constexpr char kPrompts[2][64] = {"80s pop track with bassy drums and synth",
                                  "90s rock song with loud guitars and heavy drums"};

class CGoldenTest : public testing::Test {
 protected:
  CGoldenTest() {
    mg_model_options* options = nullptr;
    const std::string path = std::string(kFixturesDirectory) + "/ac-tiny-melody";
    EXPECT_EQ(mg_model_options_new(path.c_str(), &options), MG_OK);
    EXPECT_EQ(mg_model_options_set_precision(options, MG_PRECISION_F32), MG_OK);
    EXPECT_EQ(mg_model_options_set_threads(options, 2), MG_OK);
    EXPECT_EQ(mg_model_open(options, &model_), MG_OK) << mg_last_error();
    mg_model_options_free(options);
  }
  ~CGoldenTest() override {
    for (mg_request* request : requests_) mg_request_free(request);
    mg_model_free(model_);
  }

  mg_request* Request(const char* prompt, double duration_s) {
    mg_request* request = nullptr;
    EXPECT_EQ(mg_request_new(&request), MG_OK);
    EXPECT_EQ(mg_request_set_prompt(request, prompt), MG_OK);
    EXPECT_EQ(mg_request_set_duration_s(request, duration_s), MG_OK);
    EXPECT_EQ(mg_request_set_use_sampling(request, 0), MG_OK);
    requests_.push_back(request);
    return request;
  }

  mg_waveform* Sound(const std::string& name) {
    const Shape shape = golden_.ShapeOf(name);
    const std::vector<float> values = golden_.Floats(name);
    mg_waveform* wave = nullptr;
    EXPECT_EQ(mg_waveform_new(values.data(), 32000, shape[0], shape[1], &wave), MG_OK);
    return wave;
  }

  // Generates what was requested so far.
  void Expect(const std::string& name) {
    const std::vector<const mg_request*> batch(requests_.begin(), requests_.end());
    mg_results* results = nullptr;
    ASSERT_EQ(mg_model_generate(model_, batch.data(), batch.size(), nullptr, &results), MG_OK)
        << mg_last_error();
    std::vector<int32_t> all;
    for (size_t i = 0; i < mg_results_count(results); ++i) {
      mg_codes* codes = nullptr;
      ASSERT_EQ(mg_results_codes(results, i, &codes), MG_OK);
      const int32_t* values = mg_codes_data(codes);
      all.insert(all.end(), values, values + mg_codes_codebooks(codes) * mg_codes_frames(codes));
      mg_codes_free(codes);
    }
    EXPECT_EQ(all, golden_.Ints(name)) << name;
    mg_results_free(results);
  }

  Golden golden_{"ac-tiny-melody"};
  mg_model* model_ = nullptr;
  std::vector<mg_request*> requests_;
};

TEST_F(CGoldenTest, Text) {
  Request(kPrompts[0], 1);
  Expect("greedy.single.codes");
}

TEST_F(CGoldenTest, Unconditional) {
  Request(nullptr, 1);
  Expect("greedy.unconditional.codes");
}

TEST_F(CGoldenTest, Melody) {
  mg_waveform* melody = Sound("mel.wav");
  EXPECT_EQ(mg_request_set_melody(Request(kPrompts[0], 1), melody), MG_OK);
  mg_waveform_free(melody);
  Expect("melody.single.codes");
}

TEST_F(CGoldenTest, Continuation) {
  mg_waveform* sound = Sound("cont.wav");
  EXPECT_EQ(mg_request_set_audio_prompt(Request(kPrompts[0], 1), sound), MG_OK);
  mg_waveform_free(sound);
  Expect("cont.codes");
}

// The second prompt has no padding, and the first one's is attended to only where the reference is
// asked for by name.
TEST_F(CGoldenTest, Batch) {
  mg_model_options* options = nullptr;
  EXPECT_EQ(mg_model_options_new(mg_model_path(model_), &options), MG_OK);
  EXPECT_EQ(mg_model_options_set_precision(options, MG_PRECISION_F32), MG_OK);
  EXPECT_EQ(mg_model_options_set_reference(options, MG_REFERENCE_AUDIOCRAFT), MG_OK);
  mg_model_free(model_);
  EXPECT_EQ(mg_model_open(options, &model_), MG_OK) << mg_last_error();
  mg_model_options_free(options);
  Request(kPrompts[0], 2);
  Request(kPrompts[1], 2);
  Expect("greedy.codes");
}

TEST_F(CGoldenTest, Long) {
  mg_request* request = Request(kPrompts[0], 7.0);
  EXPECT_EQ(mg_request_set_max_duration_s(request, 4.0), MG_OK);
  EXPECT_EQ(mg_request_set_extend_stride_s(request, 2.0), MG_OK);
  Expect("long.codes");
}

}  // namespace
}  // namespace musicgen
