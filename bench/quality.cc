// What a precision costs in quality: the same codes are teacher-forced at f32 and at the precision,
// and the predictions compared. One JSON object; lists hold a number for each codebook.
//
//   top1            share of the codes at which the most probable one of the guided distribution is
//                   the same
//   kl_mean, kl_max Kullback-Leibler divergence of the guided distributions, f32 first, nats
//   cross_entropy_f32, cross_entropy_change   of the codes under the conditional distribution, nats
//   entropy         of the guided distribution at f32: how sure the model is

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "musicgen/musicgen.hpp"

namespace musicgen {
namespace {

struct Options {
  std::string model, codes, prompts;
  Precision precision = Precision::kQ8;
  int threads = 0;
};

struct Sequence {
  GenerationRequest request;
  Codes codes;
  std::vector<float> guided;          // [K, T, V] at f32
  std::vector<double> cross_entropy;  // [K] at f32
};

struct Tally {  // of one codebook
  int64_t predictions = 0, agreeing = 0;
  double kl = 0, kl_max = 0, entropy = 0, cross_entropy = 0, change = 0;
};

std::vector<Sequence> ReadSequences(const Options& options) {
  std::vector<Sequence> sequences;
  std::ifstream lines(options.prompts);
  for (Codes& codes : ReadCodes(options.codes)) {
    Sequence sequence;
    std::string prompt;
    if (std::getline(lines, prompt)) sequence.request.prompt = prompt;
    sequence.codes = std::move(codes);
    sequences.push_back(std::move(sequence));
  }
  return sequences;
}

std::vector<double> LogSoftmax(const float* logits, int64_t n) {
  const double top = *std::max_element(logits, logits + n);
  double total = 0;
  for (int64_t i = 0; i < n; ++i) total += std::exp(logits[i] - top);
  std::vector<double> out(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) out[static_cast<size_t>(i)] = logits[i] - top - std::log(total);
  return out;
}

void Compare(const float* reference, const float* logits, int64_t n, Tally& tally) {
  const std::vector<double> p = LogSoftmax(reference, n), q = LogSoftmax(logits, n);
  double kl = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    kl += std::exp(p[i]) * (p[i] - q[i]);
    tally.entropy -= std::exp(p[i]) * p[i];
  }
  tally.kl += kl;
  tally.kl_max = std::max(tally.kl_max, kl);
  ++tally.predictions;
  tally.agreeing += std::max_element(p.begin(), p.end()) - p.begin() ==
                    std::max_element(q.begin(), q.end()) - q.begin();
}

// One model at a time: two of the large ones would not fit.
void ScoreReference(const Options& options, std::vector<Sequence>& sequences) {
  Model model({.model = options.model, .precision = Precision::kF32, .threads = options.threads});
  for (Sequence& sequence : sequences) {
    ScoreResult score = model.Score(sequence.request, sequence.codes, /*keep_logits=*/true);
    sequence.guided = std::move(score.guided);
    sequence.cross_entropy = std::move(score.cross_entropy);
  }
}

std::vector<Tally> ScoreAndCompare(const Options& options, const std::vector<Sequence>& sequences) {
  Model model({.model = options.model, .precision = options.precision, .threads = options.threads});
  std::vector<Tally> tallies(static_cast<size_t>(model.info().codebooks));
  for (const Sequence& sequence : sequences) {
    const ScoreResult score = model.Score(sequence.request, sequence.codes, /*keep_logits=*/true);
    const int64_t size = score.codebook_size;
    for (size_t k = 0; k < tallies.size(); ++k) {
      for (int64_t t = 0; t < score.frames; ++t) {
        const int64_t at = (static_cast<int64_t>(k) * score.frames + t) * size;
        Compare(sequence.guided.data() + at, score.guided.data() + at, size, tallies[k]);
      }
      const double frames = static_cast<double>(score.frames);
      tallies[k].cross_entropy += frames * sequence.cross_entropy[k];
      tallies[k].change += frames * (score.cross_entropy[k] - sequence.cross_entropy[k]);
    }
  }
  return tallies;
}

template <class F>
void PrintList(const char* name, const std::vector<Tally>& tallies, const F& value) {
  std::printf(", \"%s_per_codebook\": [", name);
  for (size_t k = 0; k < tallies.size(); ++k)
    std::printf("%s%.6g", k == 0 ? "" : ", ", value(tallies[k]));
  std::printf("]");
}

void Print(const Options& options, const std::vector<Tally>& tallies) {
  Tally all;
  for (const Tally& one : tallies) {
    all.predictions += one.predictions;
    all.agreeing += one.agreeing;
    all.kl += one.kl;
    all.kl_max = std::max(all.kl_max, one.kl_max);
    all.entropy += one.entropy;
    all.cross_entropy += one.cross_entropy;
    all.change += one.change;
  }
  const auto top1 = [](const Tally& t) { return static_cast<double>(t.agreeing) / t.predictions; };
  const auto kl = [](const Tally& t) { return t.kl / t.predictions; };
  const auto change = [](const Tally& t) { return t.change / t.predictions; };
  std::printf("{\"precision\": \"%s\", \"predictions\": %lld, ", PrecisionName(options.precision),
              static_cast<long long>(all.predictions));
  std::printf("\"top1\": %.6g, \"kl_mean\": %.6g, \"kl_max\": %.6g, ", top1(all), kl(all),
              all.kl_max);
  std::printf("\"cross_entropy_f32\": %.6g, \"cross_entropy_change\": %.6g, \"entropy\": %.6g",
              all.cross_entropy / all.predictions, change(all), all.entropy / all.predictions);
  PrintList("top1", tallies, top1);
  PrintList("kl_mean", tallies, kl);
  PrintList("cross_entropy_change", tallies, change);
  std::printf("}\n");
}

void Run(const Options& options) {
  std::vector<Sequence> sequences = ReadSequences(options);
  ScoreReference(options, sequences);
  Print(options, ScoreAndCompare(options, sequences));
}

}  // namespace
}  // namespace musicgen

int main(int argc, char** argv) {
  CLI::App app("How far a precision's predictions are from f32's");
  musicgen::Options options;
  app.add_option("-m,--model", options.model, "As for musicgen")->required();
  app.add_option("--codes", options.codes, "Sequences to predict, as generate --codes-out writes")
      ->required();
  app.add_option("--prompts-file", options.prompts,
                 "A prompt per line for the sequences; else none");
  const std::map<std::string, musicgen::Precision> names = {{"f16", musicgen::Precision::kF16},
                                                            {"bf16", musicgen::Precision::kBF16},
                                                            {"q8", musicgen::Precision::kQ8},
                                                            {"q4", musicgen::Precision::kQ4}};
  app.add_option("--precision", options.precision, "f16, bf16, q8 (default) or q4")
      ->transform(CLI::Transformer(names));
  app.add_option("-t,--threads", options.threads, "Default: one for each processor");
  CLI11_PARSE(app, argc, argv);
  try {
    musicgen::Run(options);
  } catch (const musicgen::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return error.code() == musicgen::ErrorCode::kBadInput ? 2 : 1;
  }
  return 0;
}
