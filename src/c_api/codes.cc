#include "c_api/codes.h"

#include <cmath>
#include <vector>

#include "api/argument_check.h"
#include "c_api/arguments.h"
#include "c_api/guard.h"
#include "checkpoint/codes_file.h"

using namespace musicgen;
using namespace musicgen::c_api;

struct mg_codes_file {
  static constexpr char kName[] = "mg_codes_file";
  std::vector<std::shared_ptr<const Codes>> samples;
  checkpoint::CodesInfo info;
};

mg_status mg_codes_new(const int32_t* values, int64_t codebooks, int64_t frames, mg_codes** out) {
  return Create(out, [&] {
    const size_t count = CheckMatrix("codes", values, codebooks, 1, frames);
    Codes codes;
    codes.codebooks = codebooks;
    codes.frames = frames;
    if (count > 0) codes.values.assign(values, values + count);
    return MakeCodes(std::move(codes));
  });
}

const int32_t* mg_codes_data(const mg_codes* codes) {
  return Value([&]() -> const int32_t* {
    const auto all = Get(codes)->codes;
    return all->values.empty() ? nullptr : all->values.data();
  });
}

int64_t mg_codes_codebooks(const mg_codes* codes) {
  return Value([&] { return Get(codes)->codes->codebooks; });
}

int64_t mg_codes_frames(const mg_codes* codes) {
  return Value([&] { return Get(codes)->codes->frames; });
}

void mg_codes_free(mg_codes* codes) { Free(codes); }

mg_status mg_codes_write(const char* path, const mg_codes* const* codes, size_t count,
                         int64_t frame_rate_hz, int64_t sample_rate_hz, int64_t codebook_size) {
  return Guard([&] {
    const std::string name = Text("path", path);
    if (codes == nullptr && count > 0) {
      ThrowBadInput("codes: expected ", count, " handles, found NULL");
    }
    std::vector<Codes> samples;
    for (size_t i = 0; i < count; ++i) samples.push_back(*Get(codes[i])->codes);
    api::CheckCodesToWrite(samples, {frame_rate_hz, sample_rate_hz, codebook_size});
    checkpoint::WriteCodesFile(name, samples,
                               {static_cast<double>(frame_rate_hz), sample_rate_hz, codebook_size});
  });
}

mg_status mg_codes_file_read(const char* path, mg_codes_file** out) {
  return Create(out, [&] {
    auto file = std::make_shared<mg_codes_file>();
    for (Codes& codes : checkpoint::ReadCodesFile(Text("path", path), &file->info)) {
      file->samples.push_back(std::make_shared<const Codes>(std::move(codes)));
    }
    return file;
  });
}

size_t mg_codes_file_count(const mg_codes_file* file) {
  return Value([&] { return Get(file)->samples.size(); });
}

mg_status mg_codes_file_get(const mg_codes_file* file, size_t index, mg_codes** out) {
  return Create(out, [&] {
    const auto from = Get(file);
    CheckIndex("codes file", index, from->samples.size());
    return std::make_shared<mg_codes>(mg_codes{from->samples[index]});
  });
}

int64_t mg_codes_file_frame_rate_hz(const mg_codes_file* file) {
  return Value([&] { return static_cast<int64_t>(std::lround(Get(file)->info.frame_rate)); });
}

int64_t mg_codes_file_sample_rate_hz(const mg_codes_file* file) {
  return Value([&] { return Get(file)->info.sample_rate; });
}

int64_t mg_codes_file_codebook_size(const mg_codes_file* file) {
  return Value([&] { return Get(file)->info.codebook_size; });
}

void mg_codes_file_free(mg_codes_file* file) { Free(file); }
