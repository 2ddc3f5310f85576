/* Tests of the C interface in C: a line for each check that fails, and their number. */
#ifndef TESTS_C_API_CHECK_H_
#define TESTS_C_API_CHECK_H_

#include <stddef.h>

#include "musicgen/musicgen.h"

extern int failures;

void Fail(const char* file, int line, const char* what);

#define CHECK(condition)                                    \
  do {                                                      \
    if (!(condition)) Fail(__FILE__, __LINE__, #condition); \
  } while (0)
#define CHECK_OK(call) CHECK((call) == MG_OK)

/* A path in the folder of the test, valid until the next call. */
const char* Path(const char* name);
/* The model hf-tiny-mono of the fixtures at f32, on two threads. */
mg_model* OpenTiny(void);
/* A greedy request. */
mg_request* NewRequest(const char* prompt, double duration_s);
/* A sine of 440 Hz, at half of full scale. */
mg_waveform* NewTone(int64_t sample_rate_hz, int64_t channels, int64_t samples);

void TestSounds(void);
void TestFiles(void);
void TestModel(void);
void TestGenerate(void);
void TestSession(void);
void TestSeparate(const char* demucs);

#endif
