// The library's C++ interface. PROVISIONAL: names may change until the C interface below it is
// frozen.
//
// Load a model once and share it: a Model is immutable to its users and may be used from several
// threads. What they generate shares each pass over the weights (session.hpp); the rest takes
// turns. Everything throws musicgen::Error and nothing else: kBadInput for values that contradict
// themselves (a Waveform or Codes whose sizes disagree with `values`, numbers out of range) and for
// files, kOutOfMemory and kFailure for what the machine refuses. A callback that throws ends the
// call; a std::exception of its own arrives as Error(kFailure).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "musicgen/chroma.hpp"
#include "musicgen/codes.hpp"
#include "musicgen/error.hpp"
#include "musicgen/excerpt.hpp"
#include "musicgen/frames.hpp"
#include "musicgen/generation.hpp"
#include "musicgen/session.hpp"
#include "musicgen/step_stages.hpp"
#include "musicgen/waveform.hpp"

namespace musicgen {

// The format of the language model's and the text encoder's weights in memory. What is not named is
// kept and computed in float.
enum class Precision {
  kAuto,  // what a quantised GGUF file holds; else q8, with the codec's sound exact
  kF32,
  kF16,   // weights rounded to half precision; keys and values in float
  kBF16,  // weights, keys and values rounded to bfloat16
  kQ8,    // weights, keys and values of eight bits with a scale for 32 of them, multiplied as
          // integers
  kQ4,    // weights of four bits, the text encoder's and the output heads' of eight; else as kQ8
};
const char* PrecisionName(Precision precision);  // "f32", …

// Whose reading of an empty prompt and of padding is followed.
enum class ReferenceDialect {
  kAuto,  // the checkpoint's own, but each sample of a batch always gets what it would get alone
  // As the library named does it, in its batches too, where padding makes samples depend on their
  // neighbours: AudioCraft attends to padded text; transformers puts silence in front of shorter
  // audio prompts; with melody models both attend to padded text.
  kHuggingFace,
  kAudioCraft,
};

struct ModelOptions {
  // A directory in the Hugging Face or AudioCraft's layout, a GGUF file, "org/name[@revision]" in
  // the Hugging Face cache, or a short name (small, medium, …).
  std::string model;
  std::string text_encoder;  // directory of a T5, where the model's files hold none
  std::string codec;         // directory of an EnCodec, likewise
  Precision precision = Precision::kAuto;
  ReferenceDialect reference = ReferenceDialect::kAuto;
  // Tensors that nobody needs are an error, not a warning.
  bool strict = false;
  int threads = 0;              // at most 256; 0: one for each processor this process may use
  std::string device = "auto";  // auto, cpu; others are refused while no other backend is built
  // Requests that run together: as many as the device steps at once with profit (0), and as fit in
  // so many bytes of keys and values (0: in the memory that is available). Others wait.
  int max_streams = 0;
  uint64_t cache_bytes = 0;
};

// Return false to stop; what was asked for is then discarded.
using ProgressCallback = std::function<bool(const GenerationProgress&)>;

// Receives sound while it is made: `chunk` [C, n] of request `index` follows the one before. All
// chunks together are GenerationResult::audio, bit for bit. Return false to stop.
using AudioCallback = std::function<bool(size_t index, const Waveform& chunk)>;

struct GenerateOptions {
  bool decode_audio = true;  // fill GenerationResult::audio
  ProgressCallback progress;
  AudioCallback audio;
};

// A teacher-forced pass over given codes: position t of codebook k holds the prediction of code (k,
// t).
struct ScoreResult {
  std::vector<double>
      cross_entropy;  // [K], nats, of the conditional prediction, averaged over the frames
  int64_t codebooks = 0, frames = 0, codebook_size = 0;
  std::vector<float> conditional, unconditional, guided;  // [K, T, V] when logits were asked for
};

struct MemoryNeed {
  uint64_t weights_bytes = 0;
  uint64_t cache_bytes_per_stream = 0;  // keys and values of one guided stream of 30 s
};

struct ModelInfo {
  std::string path;
  std::string model_type;                 // "musicgen" or "musicgen_melody"
  std::string licence;                    // as the model card says, or "unknown"
  std::string file_dtype;                 // element type of most weights in the file: "F16", …
  Precision precision = Precision::kF32;  // what kAuto becomes, or what was asked for
  int64_t hidden_size = 0, layers = 0, heads = 0, ffn_dim = 0, codebooks = 0, codebook_size = 0;
  int64_t audio_channels = 0, sample_rate_hz = 0, frame_rate_hz = 0, hop_samples = 0;
  double max_duration_s = 0;  // the window that longer pieces are made of
  int64_t text_width = 0, text_layers = 0, text_vocabulary = 0;
  uint64_t lm_parameters = 0, text_parameters = 0, codec_parameters = 0;
  std::map<std::string, MemoryNeed> memory;  // by precision: "f32", "f16", …
  std::vector<std::string> warnings;         // what the user should know of the files
};

// What one decode step of a guided stream moves through memory.
struct StepTraffic {
  uint64_t weight_bytes = 0;  // packed matrices read once per step
  uint64_t kv_bytes_per_position =
      0;                            // keys and values read per position already decoded, both rows
  StageBytes stage_weight_bytes{};  // the matrices, by the stage that reads them
};

class Model {
  friend class Session;

 public:
  // Reads the configuration and checks every tensor's name, type and shape. The weights of a stage
  // are loaded when it is first needed, or all at once by Load().
  explicit Model(const ModelOptions& options);
  ~Model();
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;

  const ModelInfo& info() const;
  int threads() const;

  // Loads what generating needs. Throws Error(kOutOfMemory) before anything is read when memory
  // will not suffice for the weights and `streams` ≥ 1 streams of `duration_s`, at most a day.
  void Load(int streams = 1, double duration_s = 30.0);

  // Token ids with the end token, as the text encoder receives them.
  std::vector<int32_t> Tokenize(const std::string& text) const;

  // Generates a batch; each request gets what it would get alone. Nothing when a callback stopped
  // it. Throws the Error of the first request that failed. A few lines over Session: callbacks come
  // from this thread.
  std::optional<std::vector<GenerationResult>> Generate(std::span<const GenerationRequest> requests,
                                                        const GenerateOptions& options = {});

  // Prompt, melody and cfg_coef of the request matter.
  ScoreResult Score(const GenerationRequest& request, const Codes& codes, bool keep_logits);

  // Codes [K, T] to sound [C, 640·T].
  Waveform Decode(const Codes& codes);
  // Sound of any rate and channels to codes [K, T].
  Codes Encode(const Waveform& audio);

  StepTraffic step_traffic() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Writes the model in another layout: where `out` ends in .gguf, as one GGUF file; else a Hugging
// Face directory as AudioCraft's files, and AudioCraft's files or a GGUF file as a Hugging Face
// directory, into a new or an empty folder. The file, or all of the files, or nothing is written.
// Of the options all but `reference` count. `precision` is the format of the weights in the file:
// kAuto leaves every tensor as it is, so that there and back gives identical tensors; kQ8 and kQ4
// are GGUF's alone, and AudioCraft's files take kAuto alone. Quantised tensors of a GGUF file come
// back as f32. Returns ModelInfo::warnings.
std::vector<std::string> Convert(const ModelOptions& options, const std::string& out);

// The library's version, "0.1.0".
const char* Version();

// What a sound file says about its making, as JSON: enough to make it again, and neither time nor
// host, so that equal requests give equal files. A prompt too long for a file's comment loses its
// end, and the comment says so (prompt_is_cut). Goes into `comment` below.
std::string Provenance(const GenerationRequest& request, const ModelInfo& info);

// Level of a finished piece, equal to AudioCraft's audio_write. Normalize() returns how many
// samples of all channels it clipped.
enum class Strategy {
  kLoudness,  // −14 LUFS with AudioCraft's compressor
  kPeak,
  kRms,
  kClip,
  kNone,
};
int64_t Normalize(Waveform& audio, Strategy strategy);
// The samples beyond ±1, which every file but a WAV of floats clips.
int64_t CountBeyondFullScale(const Waveform& audio);

enum class SampleFormat { kPcm16, kPcm24, kFloat32 };
// The bytes of a WAV file; `comment` goes into its metadata.
std::vector<uint8_t> EncodeWav(const Waveform& audio, SampleFormat format,
                               const std::string& comment);

enum class AudioFormat { kWav, kFlac, kOgg, kOpus, kMp3 };
// The bytes of a sound file. WAV and FLAC store samples as `samples` says (FLAC: integers); Vorbis,
// Opus and MP3 at fixed high rates, which clip at ±1 and resample what they do not know (Opus: to
// 48 kHz).
std::vector<uint8_t> EncodeAudio(const Waveform& audio, AudioFormat format, SampleFormat samples,
                                 const std::string& comment);

// WAV (and RIFX, RF64, BW64, Wave64), AIFF, AU, CAF, FLAC, Ogg (Vorbis, Opus, FLAC) or MP3, told by
// its content, at the file's own rate and channels. At most 64 channels, and 10 minutes of what is
// read. Throws Error(kBadInput).
Waveform ReadAudio(const std::string& path, const Excerpt& excerpt = {});

// The melody models' chroma of a sound: one-hot rows [frames, 12], one for each 4096 samples at 32
// kHz, or as the configuration of `model` says (a directory or name as in ModelOptions).
// kHuggingFace resamples as torchaudio does and cuts at 30 s; kAudioCraft resamples as julius does
// and does not cut; kAuto is the model's own, without a model kAudioCraft.
Chroma ExtractChroma(const Waveform& melody, ReferenceDialect reference = ReferenceDialect::kAuto,
                     const std::string& model = "");
// safetensors with one tensor `chroma`, F32 [frames, classes].
void WriteChroma(const std::string& path, const Chroma& chroma);

// The bytes of a PNG file: waveform, mel spectrogram and chroma.
std::vector<uint8_t> PlotAudio(const Waveform& audio);

// A WAV file that is sent while it is made. Its length must be known: samples per channel. A chunk
// has the stream's channels.
class WavStream {
 public:
  WavStream(int64_t sample_rate_hz, int64_t channels, int64_t samples, SampleFormat format);
  std::vector<uint8_t> Header() const;
  // The bytes of the next samples; integers are clipped at full scale.
  std::vector<uint8_t> Samples(const Waveform& chunk) const;

 private:
  int64_t sample_rate_hz_, channels_, samples_;
  SampleFormat format_;
};

// Whether a file can be written, asked before the work that makes its content. Throws
// Error(kBadInput) for a name that the file system refuses, a folder, a place where nothing may be
// made. Folders on the way may be missing.
void CheckDestination(const std::string& path);
// Files that appear whole or not at all.
void WriteFile(const std::string& path, std::span<const uint8_t> bytes);

struct CodesInfo {
  int64_t frame_rate_hz = 0, sample_rate_hz = 0, codebook_size = 0;
};
// safetensors with one tensor `codes`, I64 [B, K, T]; all of one shape.
std::vector<Codes> ReadCodes(const std::string& path, CodesInfo* info = nullptr);
void WriteCodes(const std::string& path, std::span<const Codes> codes, const CodesInfo& info);
// `conditional`, `unconditional`, `guided`, f32 [K, T, V].
void WriteLogits(const std::string& path, const ScoreResult& score);

// Reads a buffer far larger than the caches with 1 to 256 threads, to see how fast memory can be
// read. Throws Error(kOutOfMemory).
class BandwidthReader {
 public:
  explicit BandwidthReader(int threads);
  ~BandwidthReader();
  // Bytes per second of one pass: take the best of several.
  double Pass();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};
// The largest resident size of this process so far, bytes.
uint64_t PeakMemoryBytes();
std::string CpuName();
std::string InstructionSet();  // the kernels' choice: "avx512", …

}  // namespace musicgen
