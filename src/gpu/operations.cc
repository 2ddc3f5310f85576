#include "gpu/operations.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

#include "base/check.h"

namespace musicgen::gpu {
namespace {

constexpr int64_t kGroup = 64;  // invocations of a workgroup
// Rows that share a reading of the weights.
constexpr int64_t kRowsAtOnce = 8;

uint32_t Word(int64_t value) { return static_cast<uint32_t>(value); }
uint32_t Groups(int64_t n, int64_t each = kGroup) { return Word((n + each - 1) / each); }

constexpr Access kRead = Access::kRead, kWrite = Access::kWrite;

}  // namespace

const Pipeline& Operations::Of(std::string_view name, uint32_t bindings, uint32_t constants,
                               std::vector<uint32_t> specialisation) {
  std::unique_ptr<Pipeline>& pipeline = pipelines_[{name, specialisation}];
  if (pipeline == nullptr) {
    pipeline = std::make_unique<Pipeline>(
        device_, name,
        ShaderShape{
            .bindings = bindings, .constants = constants, .specialisation = specialisation});
  }
  return *pipeline;
}

void Operations::Embed(Recorder& recorder, const RowInputs& in, const BufferRange& table,
                       int64_t width, int64_t codebooks, int64_t table_rows, int64_t rows,
                       const BufferRange& x) {
  const std::array<Binding, 5> bindings = {
      {{in.table, kRead}, {in.tokens, kRead}, {table, kRead}, {in.vectors, kRead}, {x, kWrite}}};
  const std::array<uint32_t, 3> constants = {Word(width), Word(codebooks), Word(table_rows)};
  recorder.Dispatch(Of("embed", 5, 3), bindings, constants, Groups(width), Word(rows));
}

void Operations::Norm(Recorder& recorder, const RowInputs& in, const BufferRange& x,
                      const BufferRange& weight, const BufferRange& bias, float eps, int64_t width,
                      Which which, int64_t rows, const BufferRange& y) {
  const std::array<Binding, 5> bindings = {
      {{in.table, kRead}, {x, kRead}, {weight, kRead}, {bias, kRead}, {y, kWrite}}};
  const std::array<uint32_t, 3> constants = {Word(width), static_cast<uint32_t>(which),
                                             std::bit_cast<uint32_t>(eps)};
  recorder.Dispatch(Of("norm", 5, 3), bindings, constants, Word(rows));
}

void Operations::Product(Recorder& recorder, const RowInputs& in, const BufferRange& x,
                         const Matrix& matrix, Which which, Epilogue epilogue, int64_t rows,
                         const BufferRange& y) {
  const int64_t at_once = std::min(rows, kRowsAtOnce);
  MG_CHECK_EQ(rows % at_once, 0);
  const std::array<Binding, 4> bindings = {
      {{in.table, kRead},
       {x, kRead},
       {matrix.weights, kRead},
       {y, epilogue == Epilogue::kAccumulate ? Access::kReadWrite : kWrite}}};
  const std::array<uint32_t, 3> constants = {Word(matrix.inputs), Word(matrix.outputs),
                                             static_cast<uint32_t>(which)};
  recorder.Dispatch(Of("product", 4, 3, {Word(at_once), static_cast<uint32_t>(epilogue)}), bindings,
                    constants, Groups(matrix.outputs), Groups(rows, at_once));
}

void Operations::Store(Recorder& recorder, const RowInputs& in, const BufferRange& source,
                       int64_t stride, int64_t keys_at, int64_t values_at, int64_t width,
                       int64_t head_dim, int64_t rows, const KeyValuePages& to) {
  const std::array<Binding, 5> bindings = {{{in.table, kRead},
                                            {source, kRead},
                                            {in.pages, kRead},
                                            {to.keys, kWrite},
                                            {to.values, kWrite}}};
  const std::array<uint32_t, 5> constants = {Word(width), Word(head_dim), Word(stride),
                                             Word(keys_at), Word(values_at)};
  recorder.Dispatch(Of("store", 5, 5), bindings, constants, Groups(width), Word(rows));
}

void Operations::Attend(Recorder& recorder, const RowInputs& in, const BufferRange& queries,
                        int64_t q_stride, bool cross, int64_t width, int64_t head_dim, int64_t rows,
                        const KeyValuePages& from, const BufferRange& out) {
  const std::array<Binding, 6> bindings = {{{in.table, kRead},
                                            {queries, kRead},
                                            {in.pages, kRead},
                                            {from.keys, kRead},
                                            {from.values, kRead},
                                            {out, kWrite}}};
  const float scale = 1.0f / std::sqrt(static_cast<float>(head_dim));
  const std::array<uint32_t, 5> constants = {Word(width), Word(head_dim), Word(q_stride),
                                             cross ? 1u : 0u, std::bit_cast<uint32_t>(scale)};
  recorder.Dispatch(Of("attend", 6, 5), bindings, constants, Word(width / head_dim), Word(rows));
}

}  // namespace musicgen::gpu
