/* Sessions: requests that come, are steered and go. */
#include <string.h>

#include "check.h"

struct Seen {
  int deferred, sound, progress, steered, done, cancelled, failed;
  int64_t samples, steered_step, frames;
};

static void Look(const mg_events* events, uint64_t id, struct Seen* seen) {
  size_t i;
  for (i = 0; i < mg_events_count(events); ++i) {
    mg_waveform* audio = NULL;
    mg_codes* codes = NULL;
    if (mg_events_request(events, i) != id) continue;
    CHECK(mg_events_error(events, i) == MG_OK || mg_events_kind(events, i) == MG_EVENT_FAILED);
    switch (mg_events_kind(events, i)) {
      case MG_EVENT_SOUND:
        CHECK_OK(mg_events_audio(events, i, &audio));
        seen->samples += mg_waveform_samples(audio);
        mg_waveform_free(audio);
        ++seen->sound;
        break;
      case MG_EVENT_PROGRESS:
        CHECK(mg_events_steps_done(events, i) >= 0 && mg_events_steps_total(events, i) >= 0);
        ++seen->progress;
        break;
      case MG_EVENT_STEERED:
        seen->steered_step = mg_events_steered_step(events, i);
        ++seen->steered;
        break;
      case MG_EVENT_DONE:
      case MG_EVENT_CANCELLED:
        CHECK_OK(mg_events_codes(events, i, &codes));
        seen->frames = mg_codes_frames(codes);
        mg_codes_free(codes);
        mg_events_kind(events, i) == MG_EVENT_DONE ? ++seen->done : ++seen->cancelled;
        break;
      case MG_EVENT_FAILED:
        CHECK(mg_events_error(events, i) != MG_OK);
        CHECK(strlen(mg_events_error_message(events, i)) > 0);
        ++seen->failed;
        break;
      default:
        ++seen->deferred;
    }
  }
  CHECK(mg_events_kind(events, i) == MG_EVENT_NONE);
}

/* A stream without end that is steered and cancelled, beside one that ends. */
static void TestSteering(mg_model* model) {
  mg_session* session = NULL;
  mg_steering* steering = NULL;
  mg_request* endless = NewRequest("a slow waltz", 1);
  mg_request* brief = NewRequest("80s pop track", 0.4);
  struct Seen of_endless, of_brief;
  uint64_t ids[2] = {0, 0};
  int32_t running = 1;
  memset(&of_endless, 0, sizeof of_endless);
  memset(&of_brief, 0, sizeof of_brief);
  CHECK_OK(mg_request_set_endless(endless));
  CHECK_OK(mg_session_new(model, &session));
  CHECK_OK(
      mg_session_submit(session, endless, MG_SUBMIT_STREAM_AUDIO | MG_SUBMIT_NO_PROGRESS, &ids[0]));
  CHECK_OK(mg_session_submit(session, brief, MG_SUBMIT_NO_AUDIO, &ids[1]));
  CHECK(ids[0] != ids[1]);
  CHECK(mg_session_submit(session, brief, 8, NULL) == MG_BAD_INPUT);
  mg_request_free(endless);
  mg_request_free(brief);
  CHECK_OK(mg_steering_new(&steering));
  CHECK_OK(mg_steering_set_prompt(steering, "a fast polka"));
  CHECK(mg_steering_set_prompt(steering, NULL) == MG_BAD_INPUT);
  CHECK_OK(mg_steering_set_cfg_coef(steering, 2));
  CHECK_OK(mg_steering_set_temperature(steering, 0.9));
  CHECK_OK(mg_steering_set_top_k(steering, 20));
  CHECK_OK(mg_steering_set_top_p(steering, 0));
  CHECK_OK(mg_steering_set_at_step(steering, 10));
  CHECK_OK(mg_session_steer(session, ids[0], steering));
  CHECK_OK(mg_session_steer(session, 12345, steering));
  CHECK_OK(mg_steering_set_temperature(steering, -1));
  CHECK(mg_session_steer(session, ids[0], steering) == MG_BAD_INPUT);
  mg_steering_free(steering);
  mg_model_free(model); /* which the session keeps */
  while (running) {
    mg_events* events = NULL;
    CHECK_OK(mg_session_step(session, &events, &running));
    Look(events, ids[0], &of_endless);
    Look(events, ids[1], &of_brief);
    mg_events_free(events);
    if (of_endless.samples > 32000) CHECK_OK(mg_session_cancel(session, ids[0]));
  }
  CHECK(of_endless.steered == 1 && of_endless.steered_step == 10);
  CHECK(of_endless.cancelled == 1 && of_endless.sound > 1 && of_endless.progress == 0);
  CHECK(of_brief.done == 1 && of_brief.frames == 20 && of_brief.sound == 0);
  CHECK(of_brief.progress > 20);
  CHECK(of_endless.failed + of_brief.failed == 0);
  mg_session_free(session);
}

static void TestBatch(mg_model* model) {
  mg_session* session = NULL;
  const mg_request* batch[2];
  uint64_t ids[2] = {0, 0};
  int32_t running = 1;
  struct Seen seen;
  memset(&seen, 0, sizeof seen);
  batch[0] = batch[1] = NewRequest("80s pop track", 0.2);
  CHECK_OK(mg_session_new(model, &session));
  CHECK_OK(mg_session_submit_batch(session, batch, 2, 0, ids));
  CHECK_OK(mg_session_submit_batch(session, batch, 2, 0, NULL));
  CHECK(mg_session_submit_batch(session, NULL, 2, 0, ids) == MG_BAD_INPUT);
  while (running) {
    mg_events* events = NULL;
    CHECK_OK(mg_session_step(session, &events, &running));
    Look(events, ids[0], &seen);
    Look(events, ids[1], &seen);
    mg_events_free(events);
  }
  CHECK(seen.done == 2 && seen.frames == 10);
  CHECK_OK(mg_session_submit(session, batch[0], 0, NULL)); /* left behind */
  mg_session_free(session);
  mg_request_free((mg_request*)batch[0]);
}

void TestSession(void) {
  mg_model* model = OpenTiny();
  TestBatch(model);
  TestSteering(model);
}
