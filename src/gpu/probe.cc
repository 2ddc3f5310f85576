#include "gpu/probe.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "gpu/recorder.h"
#include "tensor/dtype.h"

namespace musicgen::gpu {
namespace {

constexpr uint32_t kGroup = 64;
constexpr uint32_t kCases = 64 * kGroup;

// As shaders/probe.comp has them.
struct Case {
  float x, y, z, unused;
};
struct Found {
  float fused, multiply_add, quotient, root;
  uint32_t half_bits, tree_sum, spare[2];
};

// Normal numbers around 1 whose products and quotients are normal too.
float Number(uint32_t bits) {
  const uint32_t exponent = 127 - 12 + (bits >> 8) % 24;
  return std::bit_cast<float>((bits & 0x80000000u) | (exponent << 23) | (bits & 0x7fffffu));
}

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (uint32_t i = 0; i < kCases; ++i) {
    const std::array<uint32_t, 4> random = Philox({i, 0, 0, 0}, {17, 0});
    Case each = {Number(random[0]), Number(random[1]), Number(random[2]), 0.0f};
    // The sum is all but exactly between two floats: rounding in double first goes wrong.
    if (i % 4 == 1) {
      each.x = 1.0f + std::bit_cast<float>(0x34000000u | (random[0] & 0x3ffu));  // 2^-23 and so on
      each.y = 1.0f + std::bit_cast<float>(0x33800000u | (random[1] & 0x7fffffu));
      each.z = std::ldexp(1.0f, static_cast<int>(random[2] % 60) - 30);
    }
    // The divisor's reciprocal is subnormal, or nearly.
    if (i % 4 == 3) {
      each.x = std::bit_cast<float>(0x3f800000u | (random[0] & 0x7fffffu));
      each.y = std::ldexp(1.0f + std::ldexp(static_cast<float>(random[1] % 1000), -10),
                          static_cast<int>(96 + random[2] % 30));
    }
    // The product almost cancels.
    if (i % 4 == 2) each.z = -each.x * each.y;
    cases.push_back(each);
  }
  return cases;
}

bool Differ(float a, float b) { return std::memcmp(&a, &b, sizeof(float)) != 0; }

[[noreturn]] void Refuse(const Device& device, const char* what) {
  throw Error(
      ErrorCode::kUnsupported,
      StrCat("Vulkan device ", device.info().name, " (", device.info().driver, "): expected ", what,
             ", found other bits: music made on it would not be what its seed says"));
}

}  // namespace

Faults FindFaults(const Device& device) {
  const std::vector<Case> cases = Cases();
  Arena upload(device, MemoryKind::kUpload, cases.size() * sizeof(Case));
  Arena download(device, MemoryKind::kDownload, cases.size() * sizeof(Found));
  const BufferRange in = upload.Allocate(cases.size() * sizeof(Case));
  const BufferRange out = download.Allocate(cases.size() * sizeof(Found));
  std::memcpy(in.host, cases.data(), in.bytes);
  const Pipeline pipeline(device, "probe", {.bindings = 2});
  Recorder recorder(device);
  recorder.Dispatch(pipeline, std::array<Binding, 2>{{{in, Access::kRead}, {out, Access::kWrite}}},
                    {}, kCases / kGroup);
  device.Run(recorder.Finish().commands(), "probing its arithmetic");

  Faults faults;
  for (size_t i = 0; i < cases.size(); ++i) {
    const Case& each = cases[i];
    Found found;
    std::memcpy(&found, out.host + i * sizeof(Found), sizeof(Found));
    uint32_t sum = 0;
    for (size_t lane = i / kGroup * kGroup; lane < (i / kGroup + 1) * kGroup; ++lane) {
      sum += std::bit_cast<uint32_t>(cases[lane].x);
    }
    const float product = each.x * each.y;
    faults.fused |= Differ(found.fused, std::fma(each.x, each.y, each.z));
    faults.contracted |= Differ(found.multiply_add, product + each.z);
    faults.quotient |= Differ(found.quotient, each.x / each.y);
    faults.root |= Differ(found.root, std::sqrt(std::fabs(each.x)));
    faults.half |= found.half_bits != FloatToF16(each.z);
    faults.tree |= found.tree_sum != sum;
  }
  return faults;
}

Arithmetic Probe(Device& device) {
  Arithmetic arithmetic;
  device.set_arithmetic(arithmetic);
  Faults faults = FindFaults(device);
  if (faults.fused && device.has_exact_double()) {
    arithmetic.exact_fma = true;
    device.set_arithmetic(arithmetic);
    faults = FindFaults(device);
  }
  if (faults.fused) Refuse(device, "fused multiply-adds, or double to make them from");
  if (faults.quotient || faults.root) {
    arithmetic.refined_division = faults.quotient;
    arithmetic.refined_sqrt = faults.root;
    device.set_arithmetic(arithmetic);
    faults = FindFaults(device);
  }
  if (faults.fused) Refuse(device, "fused multiply-adds");
  if (faults.quotient) Refuse(device, "divisions rounded to nearest");
  if (faults.root) Refuse(device, "square roots rounded to nearest");
  if (faults.contracted) Refuse(device, "products and sums each rounded");
  if (faults.half) Refuse(device, "half floats rounded to nearest");
  if (faults.tree) Refuse(device, "a workgroup's barriers to order its memory");
  return arithmetic;
}

}  // namespace musicgen::gpu
