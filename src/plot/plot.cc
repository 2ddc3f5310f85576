#include "plot/plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <string>
#include <vector>

#include "audio/convert.h"
#include "audio/mel_filters.h"
#include "audio/power_spectrum.h"
#include "base/check.h"
#include "plot/canvas.h"

namespace musicgen::plot {
namespace {

constexpr int kColumns = 1120;
constexpr int kLeft = 76;
constexpr int kRight = 24;
constexpr int kTitle = 30;  // above each panel
constexpr int kAxis = 44;   // below the last
constexpr int kWaveHeight = 180;
constexpr int kMelHeight = 256;
constexpr int kClasses = 12;
constexpr int kClassHeight = 16;
constexpr int kChromaHeight = kClasses * kClassHeight;

constexpr int64_t kMelFft = 2048;
constexpr int64_t kMelBands = 128;
constexpr double kMelFloorDb = -80;

constexpr Color kPaper = {255, 255, 255};
constexpr Color kInk = {40, 40, 40};
constexpr Color kGrid = {222, 222, 222};
constexpr Color kWave = {38, 84, 150};

struct Panel {
  int top = 0;
  int height = 0;
};

// From black over violet and orange to pale yellow: dark is quiet.
Color Heat(double value) {
  static constexpr Color kStops[] = {{0, 0, 4},      {59, 15, 112},   {140, 41, 129},
                                     {222, 73, 104}, {254, 159, 109}, {252, 253, 191}};
  constexpr int kLast = static_cast<int>(std::size(kStops)) - 1;
  const double at = std::clamp(value, 0.0, 1.0) * kLast;
  const int i = std::min(static_cast<int>(at), kLast - 1);
  const auto mix = [&](uint8_t a, uint8_t b) {
    return static_cast<uint8_t>(std::lround(a + (b - a) * (at - i)));
  };
  return {mix(kStops[i].r, kStops[i + 1].r), mix(kStops[i].g, kStops[i + 1].g),
          mix(kStops[i].b, kStops[i + 1].b)};
}

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%g", value);
  return text;
}

// A label to the left of a panel, its middle at height y.
void LeftLabel(Canvas& canvas, int y, const std::string& text) {
  const int width = static_cast<int>(text.size()) * Canvas::kGlyphWidth;
  canvas.Text(kLeft - 8 - width, y - Canvas::kGlyphHeight / 2, text, kInk);
}

void DrawTick(Canvas& canvas, int y) { canvas.Fill(kLeft - 5, y, 5, 1, kInk); }

// A lane for each channel, from −1 to 1, or to the largest magnitude where that is larger; a column
// spans the extremes of its samples.
void DrawWave(Canvas& canvas, const Panel& panel, const Waveform& wave) {
  float peak = 1;
  for (const float value : wave.values) peak = std::max(peak, std::abs(value));
  const int lane = panel.height / static_cast<int>(wave.channels);
  for (int c = 0; c < wave.channels; ++c) {
    const int middle = panel.top + lane * c + lane / 2;
    const double scale = (lane / 2 - 1) / static_cast<double>(peak);
    canvas.Fill(kLeft, middle, kColumns, 1, kGrid);
    DrawTick(canvas, middle);
    LeftLabel(canvas, middle, "0");
    const float* samples = wave.channel(c);
    for (int x = 0; x < kColumns; ++x) {
      const int64_t begin = wave.samples * x / kColumns;
      const int64_t end = std::max(begin + 1, wave.samples * (x + 1) / kColumns);
      const auto [low, high] = std::minmax_element(samples + begin, samples + end);
      const int top = middle - static_cast<int>(std::lround(*high * scale));
      const int bottom = middle - static_cast<int>(std::lround(*low * scale));
      canvas.Fill(kLeft + x, top, 1, bottom - top + 1, kWave);
    }
  }
}

// Decibels [columns, bands] relative to the loudest, at least the floor.
std::vector<double> MelDecibels(const Waveform& wave) {
  Waveform mono = audio::ConvertChannels(wave, 1);
  mono.values.resize(std::max<size_t>(mono.values.size(), kMelFft));
  const std::vector<float> filters = audio::MelFilters(wave.sample_rate_hz, kMelFft, kMelBands);
  // One frame for each column; the last column's centre is the sound's end.
  const int64_t hop = std::max<int64_t>(1, wave.samples / kColumns);
  audio::PowerSpectrum spectrum(kMelFft, hop);
  std::vector<double> power(static_cast<size_t>(spectrum.bins()));
  std::vector<double> decibels;
  for (int x = 0; x < kColumns; ++x) {
    const int64_t frame = std::min(wave.samples * x / kColumns, wave.samples - 1) / hop;
    spectrum.Compute(mono.values, frame, power);
    for (int64_t b = 0; b < kMelBands; ++b) {
      const float* filter = filters.data() + b * spectrum.bins();
      double energy = 1e-20;
      for (size_t i = 0; i < power.size(); ++i) energy += power[i] * static_cast<double>(filter[i]);
      decibels.push_back(10 * std::log10(energy));
    }
  }
  const double loudest = *std::max_element(decibels.begin(), decibels.end());
  for (double& value : decibels) value = std::max(value - loudest, kMelFloorDb);
  return decibels;
}

void DrawMel(Canvas& canvas, const Panel& panel, const Waveform& wave) {
  const std::vector<double> decibels = MelDecibels(wave);
  const bool silent =
      std::all_of(wave.values.begin(), wave.values.end(), [](float value) { return value == 0; });
  for (int x = 0; x < kColumns; ++x) {
    for (int y = 0; y < panel.height; ++y) {
      const int64_t band = (panel.height - 1 - y) * kMelBands / panel.height;
      const double db = silent ? kMelFloorDb : decibels[static_cast<size_t>(x * kMelBands + band)];
      canvas.Set(kLeft + x, panel.top + y, Heat(1 - db / kMelFloorDb));
    }
  }
  const double nyquist = static_cast<double>(wave.sample_rate_hz) / 2;
  for (const double hz : {0.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0}) {
    if (hz > nyquist) break;
    const double share = audio::HzToMel(hz) / audio::HzToMel(nyquist);
    const int y =
        panel.top + panel.height - 1 - static_cast<int>(std::lround(share * (panel.height - 1)));
    DrawTick(canvas, y);
    LeftLabel(canvas, y, hz < 1000 ? Number(hz) : Number(hz / 1000) + "k");
  }
}

void DrawChroma(Canvas& canvas, const Panel& panel, const Chroma& chroma, double step_s,
                double duration_s) {
  static constexpr const char* kNames[kClasses] = {"C",  "C#", "D",  "D#", "E",  "F",
                                                   "F#", "G",  "G#", "A",  "A#", "B"};
  for (int c = 0; c < kClasses; ++c) {
    const int top = panel.top + (kClasses - 1 - c) * kClassHeight;
    LeftLabel(canvas, top + kClassHeight / 2, kNames[c]);
    for (int x = 0; x < kColumns; ++x) {
      const double time_s = duration_s * (x + 0.5) / kColumns;
      const int64_t frame = std::min<int64_t>(std::llround(time_s / step_s), chroma.frames - 1);
      const Color color = Heat(static_cast<double>(chroma.frame(frame)[c]));
      canvas.Fill(kLeft + x, top, 1, kClassHeight, color);
    }
  }
}

// At most a dozen round times.
double TickStep(double duration_s) {
  double step = 1e-4;
  for (int i = 0; duration_s / step > 12; ++i) step *= i % 3 == 1 ? 2.5 : 2;
  return step;
}

void DrawTimes(Canvas& canvas, const std::vector<Panel>& panels, double duration_s) {
  const double step = TickStep(duration_s);
  for (int i = 0; i * step <= duration_s; ++i) {
    const int x = kLeft + static_cast<int>(std::lround(i * step / duration_s * (kColumns - 1)));
    for (const Panel& panel : panels) canvas.Fill(x, panel.top + panel.height, 1, 5, kInk);
    const std::string text = Number(i * step);
    const int width = static_cast<int>(text.size()) * Canvas::kGlyphWidth;
    const Panel& last = panels.back();
    const int left = std::min(x - width / 2, canvas.width() - width);
    canvas.Text(left, last.top + last.height + 9, text, kInk);
  }
  canvas.Text(kLeft - 30, panels.back().top + panels.back().height + 9, "s", kInk);
}

}  // namespace

std::string PlotSound(const Waveform& wave, const Chroma& chroma, double chroma_step_s) {
  MG_CHECK(wave.samples >= 1 && wave.channels >= 1 && wave.sample_rate_hz >= 1);
  MG_CHECK(chroma.frames >= 1 && chroma.classes == kClasses && chroma_step_s > 0);
  const Panel waveform = {kTitle, kWaveHeight};
  const Panel mel = {waveform.top + waveform.height + kTitle, kMelHeight};
  const Panel classes = {mel.top + mel.height + kTitle, kChromaHeight};
  Canvas canvas(kLeft + kColumns + kRight, classes.top + classes.height + kAxis, kPaper);
  canvas.Text(kLeft, waveform.top - 22, "waveform", kInk);
  DrawWave(canvas, waveform, wave);
  canvas.Text(kLeft, mel.top - 22, "mel spectrogram, Hz, -80 to 0 dB", kInk);
  DrawMel(canvas, mel, wave);
  canvas.Text(kLeft, classes.top - 22, "chroma", kInk);
  DrawChroma(canvas, classes, chroma, chroma_step_s, wave.duration_s());
  DrawTimes(canvas, {waveform, mel, classes}, wave.duration_s());
  return canvas.EncodePng();
}

}  // namespace musicgen::plot
