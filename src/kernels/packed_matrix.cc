#include "kernels/packed_matrix.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/check.h"
#include "tensor/dtype.h"
#include "tensor/quantized_group.h"

namespace musicgen::kernels {
namespace {

constexpr int64_t kScaleBytes = kTileOutputs * int64_t{sizeof(uint16_t)};
// Inputs handled at a time: so many of a tile's rows stay in the first caches.
constexpr int64_t kPanelInputs = 512;
static_assert(kPanelInputs % kQuantGroup == 0);

int64_t Groups(int64_t inputs) { return (inputs + kQuantGroup - 1) / kQuantGroup; }

// A group of one output in its tile's group of 32.
void StoreGroup(const Q8Group& group, int64_t lane, char* to) {
  std::memcpy(to + lane * 2, &group.scale, 2);
  to += kScaleBytes + lane * 4;
  for (int64_t i = 0; i < kQuantGroup; i += 4, to += kTileOutputs * 4) {
    std::memcpy(to, group.values + i, 4);
  }
}
void StoreGroup(const Q4Group& group, int64_t lane, char* to) {
  std::memcpy(to + lane * 2, &group.scale, 2);
  to += kScaleBytes + lane * 4;
  for (int64_t i = 0; i < kQuantGroup / 2; i += 4, to += kTileOutputs * 4) {
    std::memcpy(to, group.values + i, 4);
  }
}

template <class Group>
constexpr int64_t TileGroupBytes() {
  return int64_t{sizeof(Group)} * kTileOutputs;
}

// Where things go: `lanes` outputs from `lane` of the tile that begins at `tile`.
struct Place {
  char* tile;
  int64_t lane;
  int64_t lanes;
};

// panel [lanes][n] are the inputs [first, first + n).
template <class T, class U, class Convert>
void StoreElements(const Place& place, const T* panel, int64_t stride, int64_t first, int64_t n,
                   Convert convert) {
  U* to = reinterpret_cast<U*>(place.tile) + first * kTileOutputs + place.lane;
  for (int64_t k = 0; k < n; ++k, to += kTileOutputs) {
    for (int64_t i = 0; i < place.lanes; ++i) to[i] = convert(panel[i * stride + k]);
  }
}

template <class Group>
void StoreGroups(const Place& place, const float* panel, int64_t stride, int64_t first, int64_t n) {
  for (int64_t i = 0; i < place.lanes; ++i) {
    for (int64_t k = 0; k < n; k += kQuantGroup) {
      float last[kQuantGroup] = {};
      const float* x = panel + i * stride + k;
      if (n - k < kQuantGroup) {
        std::copy(x, x + (n - k), last);
        x = last;
      }
      Group group;
      Quantize(x, &group);
      StoreGroup(group, place.lane + i,
                 place.tile + (first + k) / kQuantGroup * TileGroupBytes<Group>());
    }
  }
}

void StoreFloats(WeightFormat format, const Place& place, const float* panel, int64_t stride,
                 int64_t first, int64_t n) {
  switch (format) {
    case WeightFormat::kF32:
      return StoreElements<float, float>(place, panel, stride, first, n, [](float v) { return v; });
    case WeightFormat::kF16:
      return StoreElements<float, uint16_t>(place, panel, stride, first, n, FloatToF16);
    case WeightFormat::kBF16:
      return StoreElements<float, uint16_t>(place, panel, stride, first, n, FloatToBF16);
    case WeightFormat::kQ8:
      return StoreGroups<Q8Group>(place, panel, stride, first, n);
    case WeightFormat::kQ4:
      return StoreGroups<Q4Group>(place, panel, stride, first, n);
  }
}

// Groups that are already what the tile wants.
template <class Group>
void CopyGroups(const Place& place, const char* rows, int64_t inputs) {
  const int64_t groups = inputs / kQuantGroup;
  for (int64_t g = 0; g < groups; ++g) {
    for (int64_t i = 0; i < place.lanes; ++i) {
      Group group;
      std::memcpy(&group, rows + (i * groups + g) * int64_t{sizeof(Group)}, sizeof(Group));
      StoreGroup(group, place.lane + i, place.tile + g * TileGroupBytes<Group>());
    }
  }
}

bool SameSixteenBits(DType dtype, WeightFormat format) {
  return (dtype == DType::kF16 && format == WeightFormat::kF16) ||
         (dtype == DType::kBF16 && format == WeightFormat::kBF16);
}

}  // namespace

bool IsQuantized(WeightFormat format) {
  return format == WeightFormat::kQ8 || format == WeightFormat::kQ4;
}

size_t FormatBytes(WeightFormat format, int64_t elements) {
  switch (format) {
    case WeightFormat::kF32:
      return static_cast<size_t>(elements) * 4;
    case WeightFormat::kF16:
    case WeightFormat::kBF16:
      return static_cast<size_t>(elements) * 2;
    case WeightFormat::kQ8:
      return static_cast<size_t>(Groups(elements)) * sizeof(Q8Group);
    case WeightFormat::kQ4:
      return static_cast<size_t>(Groups(elements)) * sizeof(Q4Group);
  }
  return 0;
}

const char* FormatName(WeightFormat format) {
  switch (format) {
    case WeightFormat::kF32:
      return "f32";
    case WeightFormat::kF16:
      return "f16";
    case WeightFormat::kBF16:
      return "bf16";
    case WeightFormat::kQ8:
      return "q8";
    case WeightFormat::kQ4:
      return "q4";
  }
  return "?";
}

bool PackedMatrix::CanQuantize(int64_t inputs) {
  return inputs % kQuantGroup == 0 && inputs <= kMaxQuantizedInputs;
}

PackedMatrix::PackedMatrix(WeightFormat format, int64_t outputs, int64_t inputs)
    : format_(format),
      outputs_(outputs),
      inputs_(inputs),
      buffer_(static_cast<size_t>(tiles() * kTileOutputs) * FormatBytes(format, inputs)) {
  MG_CHECK(!IsQuantized(format) || inputs <= kMaxQuantizedInputs);
}

template <class StoreTile>
void PackedMatrix::ForEachTile(int64_t first_output, int64_t rows, const StoreTile& store) {
  MG_CHECK(0 <= first_output && 0 <= rows);
  MG_CHECK_LE(first_output + rows, outputs_);
  for (int64_t row = 0; row < rows;) {
    const int64_t output = first_output + row, lane = output % kTileOutputs;
    const int64_t lanes = std::min(kTileOutputs - lane, rows - row);
    store(row, Place{const_cast<char*>(static_cast<const char*>(tile(output / kTileOutputs))), lane,
                     lanes});
    row += lanes;
  }
}

void PackedMatrix::PackInput(int64_t input, const float* weights) {
  MG_CHECK(format_ == WeightFormat::kF32 && 0 <= input && input < inputs_);
  for (int64_t output = 0; output < outputs_; output += kTileOutputs) {
    float* to = buffer_.as<float>() + output * inputs_ + input * kTileOutputs;
    std::copy_n(weights + output, std::min(kTileOutputs, outputs_ - output), to);
  }
}

void PackedMatrix::PackRows(int64_t first_output, const TensorView& rows) {
  if (inputs_ == 0) return;
  const int64_t count = rows.elements() / inputs_;
  MG_CHECK_EQ(count * inputs_, rows.elements());
  const char* data = static_cast<const char*>(rows.data);
  const bool grouped = DTypeGroup(rows.dtype) == kQuantGroup && inputs_ % kQuantGroup == 0;
  if (grouped && rows.dtype == DType::kQ8_0 && format_ == WeightFormat::kQ8) {
    return ForEachTile(first_output, count, [&](int64_t row, const Place& place) {
      CopyGroups<Q8Group>(place, data + row * inputs_ / kQuantGroup * int64_t{sizeof(Q8Group)},
                          inputs_);
    });
  }
  if (grouped && rows.dtype == DType::kQ4_0 && format_ == WeightFormat::kQ4) {
    return ForEachTile(first_output, count, [&](int64_t row, const Place& place) {
      CopyGroups<Q4Group>(place, data + row * inputs_ / kQuantGroup * int64_t{sizeof(Q4Group)},
                          inputs_);
    });
  }
  const bool same = SameSixteenBits(rows.dtype, format_);
  std::vector<float> panel(same ? 0 : static_cast<size_t>(kTileOutputs * kPanelInputs));
  std::vector<uint16_t> bits(same ? static_cast<size_t>(kTileOutputs * kPanelInputs) : 0);
  ForEachTile(first_output, count, [&](int64_t row, const Place& place) {
    for (int64_t first = 0; first < inputs_; first += kPanelInputs) {
      const int64_t n = std::min(kPanelInputs, inputs_ - first);
      for (int64_t i = 0; i < place.lanes; ++i) {
        const int64_t at = (row + i) * inputs_ + first;
        if (same) {  // unaligned, perhaps
          std::memcpy(bits.data() + i * n, data + at * 2, static_cast<size_t>(n) * 2);
        } else {
          CopyToFloat(rows, at, n, panel.data() + i * n);
        }
      }
      if (same) {
        StoreElements<uint16_t, uint16_t>(place, bits.data(), n, first, n,
                                          [](uint16_t v) { return v; });
      } else {
        StoreFloats(format_, place, panel.data(), n, first, n);
      }
    }
  });
}

}  // namespace musicgen::kernels
