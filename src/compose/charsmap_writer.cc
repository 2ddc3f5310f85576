#include "compose/charsmap_writer.h"

#include <cstdint>
#include <map>

#include "base/check.h"

namespace musicgen::compose {
namespace {

struct Node {
  std::map<unsigned char, size_t> children;  // by label; numbers of nodes
  int64_t value = -1;
};

std::vector<Node> BuildTrie(const std::vector<std::pair<std::string, uint32_t>>& values) {
  std::vector<Node> nodes(1);
  for (const auto& [text, value] : values) {
    size_t at = 0;
    for (const char c : text) {
      const auto [child, added] =
          nodes[at].children.emplace(static_cast<unsigned char>(c), nodes.size());
      at = child->second;
      if (added) nodes.emplace_back();
    }
    MG_CHECK_EQ(nodes[at].value, -1);
    nodes[at].value = value;
  }
  return nodes;
}

// The darts-clone layout: unit i of a node holds its label, `offset << 10` and, where a value hangs
// below it, bit 8; the child of label c is unit i ^ offset ^ c, the value unit i ^ offset.
class DoubleArray {
 public:
  explicit DoubleArray(const std::vector<Node>& nodes) : nodes_(nodes), units_(1), taken_(1, true) {
    Place(0, 0, 0);
  }
  const std::vector<uint32_t>& units() const { return units_; }

 private:
  void Place(size_t node, uint32_t unit, unsigned char label) {
    const uint32_t base = FreeBase(nodes_[node]);
    const bool valued = nodes_[node].value >= 0;
    units_[unit] = (base ^ unit) << 10 | (valued ? 1u << 8 : 0u) | label;
    if (valued) units_[base] = 0x80000000u | static_cast<uint32_t>(nodes_[node].value);
    for (const auto& [below, child] : nodes_[node].children) Place(child, base ^ below, below);
  }

  // Where the children and the value have room, which it takes.
  uint32_t FreeBase(const Node& node) {
    for (uint32_t base = 1;; ++base) {
      if (units_.size() < (base | 0xffu) + 1) {
        units_.resize((base | 0xffu) + 1);
        taken_.resize(units_.size());
      }
      bool free = node.value < 0 || !taken_[base];
      for (const auto& [label, child] : node.children) free = free && !taken_[base ^ label];
      if (!free) continue;
      if (node.value >= 0) taken_[base] = true;
      for (const auto& [label, child] : node.children) taken_[base ^ label] = true;
      return base;
    }
  }

  const std::vector<Node>& nodes_;
  std::vector<uint32_t> units_;
  std::vector<bool> taken_;
};

void Append32(uint32_t value, std::string* bytes) {
  for (int shift = 0; shift < 32; shift += 8) *bytes += static_cast<char>(value >> shift & 0xff);
}

}  // namespace

std::string CharsmapBytes(const std::vector<std::pair<std::string, std::string>>& replacements) {
  std::string texts;
  std::vector<std::pair<std::string, uint32_t>> values;
  for (const auto& [from, to] : replacements) {
    MG_CHECK(!from.empty());
    values.emplace_back(from, static_cast<uint32_t>(texts.size()));
    texts += to;
    texts += '\0';
  }
  const std::vector<Node> nodes = BuildTrie(values);
  const DoubleArray array(nodes);
  std::string bytes;
  Append32(static_cast<uint32_t>(array.units().size() * 4), &bytes);
  for (const uint32_t unit : array.units()) Append32(unit, &bytes);
  return bytes + texts;
}

}  // namespace musicgen::compose
