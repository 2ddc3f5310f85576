#include "audio/encode.h"

#include "audio/file_writer.h"
#include "audio/id3.h"
#include "audio/ogg_pages.h"
#include "audio/resample.h"
#include "base/check.h"

namespace musicgen::audio {

std::string EncodeAudio(const Waveform& wave, const Encoding& encoding) {
  const AudioFormat format = encoding.format;
  if (format == AudioFormat::kWav) return EncodeWav(wave, encoding.samples, encoding.metadata);
  MG_CHECK_EQ(wave.values.size(), static_cast<size_t>(wave.channels * wave.samples));
  CheckSamples(encoding);
  CheckEncodable(wave);
  const int64_t rate = RateFor(format, wave.sample_rate_hz);
  std::string out;
  SndfileSink sink = MemorySink(out);
  FileWriter file(encoding, rate, wave.channels, sink);
  file.Append(rate == wave.sample_rate_hz ? wave : ResampleJulius(wave, rate));
  file.Close();
  if (format == AudioFormat::kMp3) out.insert(0, MakeId3(encoding.metadata));
  if (format == AudioFormat::kOgg || format == AudioFormat::kOpus) SetOggSerial(out, kOggSerial);
  return out;
}

}  // namespace musicgen::audio
