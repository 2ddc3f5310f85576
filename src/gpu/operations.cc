#include "gpu/operations.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

#include "base/check.h"

namespace musicgen::gpu {
namespace {

using kernels::WeightFormat;

constexpr int64_t kGroup = 64;  // invocations of a workgroup
// A card has more lanes than a product has outputs; a processor that plays one has not, and waits
// long at a barrier.
constexpr int64_t kLanes = 32;
constexpr int64_t kTeam = 64, kTeams = 16;  // of attention: lanes that have a segment of the keys
constexpr int64_t kDrawLanes = 256;
constexpr int64_t kAhead = 16;  // words of weights, keys or values that a card is asked for at once
constexpr int64_t kQuantGroup = 32;  // inputs with one scale
constexpr int64_t kMostParts = 2;
// Rows that share a reading of the weights.
constexpr int64_t kRowsAtOnce = 8;
constexpr int64_t kProductSegment = 64;  // inputs whose sum is a lane's

uint32_t Word(int64_t value) { return static_cast<uint32_t>(value); }
uint32_t Groups(int64_t n, int64_t each = kGroup) { return Word((n + each - 1) / each); }

uint32_t Word(WeightFormat format) { return static_cast<uint32_t>(format); }

constexpr Access kRead = Access::kRead, kWrite = Access::kWrite;

}  // namespace

uint64_t PageBytes(WeightFormat format, int64_t heads, int64_t head_dim) {
  int64_t words = head_dim * kPagePositions;
  if (format == WeightFormat::kBF16) words = (head_dim + 1) / 2 * kPagePositions;
  if (format == WeightFormat::kQ8) words = (1 + (head_dim + 3) / 4) * kPagePositions;
  return static_cast<uint64_t>(heads * words) * sizeof(uint32_t);
}

Operations::Operations(const Device& device, int64_t lanes) : device_(device), lanes_(lanes) {
  MG_CHECK(1 <= lanes && lanes <= kLanes);
}

Operations::Operations(const Device& device)
    : Operations(device, device.info().kind == DeviceKind::kSoftware ? 1 : kLanes) {}

uint32_t Operations::Ahead() const { return Word(lanes_ == 1 ? 1 : kAhead); }

// So many that a workgroup's invocations and half of its shared memory hold them.
int64_t Operations::ProductLanes(int64_t threads, int64_t sums) const {
  const DeviceLimits& limits = device_.limits();
  const int64_t floats = static_cast<int64_t>(limits.shared_bytes / 2 / sizeof(float));
  const int64_t most = std::min(static_cast<int64_t>(limits.workgroup_invocations) / threads,
                                floats / ((sums + 1) * kernels::kTileOutputs));
  return std::clamp<int64_t>(most, 1, lanes_);
}

void Operations::SetScratch(const BufferRange& digits, const BufferRange& scales) {
  digits_ = digits;
  scales_ = scales;
}

uint64_t Operations::DigitBytes(int64_t rows, int64_t inputs) {
  return static_cast<uint64_t>(rows * kMostParts * inputs);
}

uint64_t Operations::ScaleBytes(int64_t rows, int64_t inputs) {
  return DigitBytes(rows, inputs) / kQuantGroup * sizeof(float);
}

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

void Operations::Embed(Recorder& recorder, const RowInputs& in, const BufferRange& columns,
                       const EmbeddingTables& table, int64_t rows, const BufferRange& x) {
  const std::array<Binding, 6> bindings = {{{in.table, kRead},
                                            {in.tokens, kRead},
                                            {table.tables, kRead},
                                            {in.vectors, kRead},
                                            {x, kWrite},
                                            {columns, kRead}}};
  const std::array<uint32_t, 3> constants = {Word(table.width), Word(table.codebooks),
                                             Word(table.rows)};
  recorder.Dispatch(Of("embed", 6, 3, {Word(table.format)}), bindings, constants,
                    Groups(table.width), Word(rows));
}

void Operations::Norm(Recorder& recorder, const RowInputs& in, const BufferRange& x,
                      const BufferRange& weight, const BufferRange& bias, float eps, int64_t width,
                      Which which, int64_t rows, const BufferRange& y) {
  const std::array<Binding, 5> bindings = {
      {{in.table, kRead}, {x, kRead}, {weight, kRead}, {bias, kRead}, {y, kWrite}}};
  const std::array<uint32_t, 3> constants = {Word(width), static_cast<uint32_t>(which),
                                             std::bit_cast<uint32_t>(eps)};
  recorder.Dispatch(Of("norm", 5, 3, {Ahead()}), bindings, constants, Word(rows));
}

void Operations::Quantize(Recorder& recorder, const RowInputs& in, const BufferRange& x,
                          int64_t inputs, int64_t parts, int64_t rows) {
  MG_CHECK_EQ(inputs % kQuantGroup, 0);
  MG_CHECK_LE(DigitBytes(rows, inputs), digits_.bytes);
  const std::array<Binding, 4> bindings = {
      {{in.table, kRead}, {x, kRead}, {digits_, kWrite}, {scales_, kWrite}}};
  const std::array<uint32_t, 1> constants = {Word(inputs)};
  recorder.Dispatch(Of("quantize", 4, 1, {Word(parts)}), bindings, constants,
                    Groups(inputs / kQuantGroup), Word(rows));
}

void Operations::Product(Recorder& recorder, const RowInputs& in, const BufferRange& x,
                         const Matrix& matrix, Which which, Epilogue epilogue, int64_t rows,
                         const BufferRange& y, const RowPlace& place) {
  const int64_t at_once = std::min(rows, kRowsAtOnce);
  MG_CHECK_EQ(rows % at_once, 0);
  const bool quantized = kernels::IsQuantized(matrix.format);
  const int64_t parts = quantized && matrix.two_digit_activations ? kMostParts : 1;
  if (quantized) Quantize(recorder, in, x, matrix.inputs, parts, rows);
  std::vector<Binding> bindings = {
      {in.table, kRead},
      {quantized ? digits_ : x, kRead},
      {matrix.weights, kRead},
      {y, epilogue == Epilogue::kAccumulate ? Access::kReadWrite : kWrite}};
  if (quantized) bindings.push_back({scales_, kRead});
  const std::array<uint32_t, 5> constants = {
      Word(matrix.inputs), Word(matrix.outputs), static_cast<uint32_t>(which),
      Word(place.stride == 0 ? matrix.outputs : place.stride), Word(place.at)};
  // Invocations of a lane: an output each, or two where they share a word.
  const bool half = matrix.format == WeightFormat::kF16 || matrix.format == WeightFormat::kBF16;
  const int64_t threads = kernels::kTileOutputs / (half ? 2 : 1);
  const int64_t shares = Groups(matrix.inputs, quantized ? kQuantGroup : kProductSegment);
  const int64_t lanes = std::min(ProductLanes(threads, at_once * parts), shares);
  std::vector<uint32_t> specialisation = {Word(at_once),         static_cast<uint32_t>(epilogue),
                                          Word(lanes * threads), Word(matrix.format),
                                          Word(parts),           Word(lanes)};
  if (!quantized) specialisation.push_back(Ahead());
  recorder.Dispatch(Of(quantized ? "product_quantized" : "product",
                       static_cast<uint32_t>(bindings.size()), 5, specialisation),
                    bindings, constants, Groups(matrix.outputs, kernels::kTileOutputs),
                    Groups(rows, at_once));
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
  // An invocation has what one word holds, or a head.
  const int64_t elements = to.format == WeightFormat::kF32    ? 1
                           : to.format == WeightFormat::kBF16 ? 2
                                                              : head_dim;
  MG_CHECK_EQ(head_dim % elements, 0);
  recorder.Dispatch(Of("store", 5, 5, {Word(to.format)}), bindings, constants,
                    Groups(width / elements), Word(rows));
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
  const bool quantized = kernels::IsQuantized(from.format);
  const int64_t most = std::bit_floor(device_.limits().workgroup_invocations);
  const uint32_t lanes = Word(lanes_ == 1 ? kTeam : std::min<int64_t>(kTeam * kTeams, most));
  recorder.Dispatch(quantized ? Of("attend_quantized", 6, 5, {lanes, Ahead()})
                              : Of("attend", 6, 5, {Word(from.format), lanes, Ahead()}),
                    bindings, constants, Word(width / head_dim), Word(rows));
}

void Operations::Draw(Recorder& recorder, const RowInputs& in, const DrawInputs& draws,
                      const BufferRange& logits, int64_t codebooks, int64_t codebook_size,
                      int64_t most, const DrawOutputs& out) {
  const std::array<Binding, 7> bindings = {{{in.table, kRead},
                                            {logits, kRead},
                                            {draws.draws, kRead},
                                            {draws.cells, kRead},
                                            {out.values, Access::kReadWrite},
                                            {out.columns, kWrite},
                                            {out.codes, kWrite}}};
  const std::array<uint32_t, 2> constants = {Word(codebooks), Word(codebook_size)};
  const uint32_t lanes = Word(lanes_ == 1 ? kTeam : kDrawLanes);
  recorder.Dispatch(Of("draw", 7, 2, {lanes}), bindings, constants, Word(codebooks), Word(most));
}

}  // namespace musicgen::gpu
