#include "lm/network_streams.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace musicgen::lm {
namespace {

bool Agree(const Branch& a, const Branch& b) {
  return a.cross.values == b.cross.values && a.prefix.values == b.prefix.values;
}

bool LeavesOthersOut(const GuidanceCoefs& coefs) {
  return std::all_of(coefs.begin(), coefs.end(), [](double coef) { return coef == 1.0; });
}

}  // namespace

NetworkConditions::NetworkConditions(Network& network, Conditions conditions, bool keep)
    : keep_(keep),
      branches_(std::make_shared<std::vector<Branch>>(std::move(conditions.branches))) {
  MG_CHECK(!branches_->empty());
  MG_CHECK_LE(branches_->size(), kMostBranches);
  for (const Branch& branch : *branches_) {
    uniform = uniform && Agree(branch, branches_->front());
    left_ += branch.cross.rows;
    cross.push_back({});
    if (branch.cross.rows > 0) {
      MG_CHECK(network.config().cross_attention);
      cross.back() = {network.NewCache(branch.cross.rows), branch.cross.rows, 0};
    }
  }
}

void NetworkConditions::Pass(Network& network, int64_t rows) {
  for (size_t b = 0; b < cross.size() && rows > 0; ++b) {
    Cross& source = cross[b];
    if (source.passed == source.rows) continue;
    ConditionRows& condition = (*branches_)[b].cross;
    const Range range = {source.passed, std::min(source.passed + rows, source.rows)};
    network.PassCross(condition.values.data(), range, *source.cache);
    source.passed = range.end;
    left_ -= range.size();
    rows -= range.size();
    // Nobody needs what the keys and values were made of.
    if (source.passed == source.rows && !keep_) condition = ConditionRows();
  }
}

void NetworkConditions::Restore(Network& network) {
  for (size_t b = 0; b < cross.size(); ++b) {
    if (cross[b].rows == 0) continue;
    cross[b].cache = network.NewCache(cross[b].rows);
    const float* values = (*branches_)[b].cross.values.data();
    network.PassCross(values, {0, cross[b].passed}, *cross[b].cache);
  }
}

size_t NetworkStream::wanted_lanes() const {
  return uniform || LeavesOthersOut(spec.guidance) ? 1 : conditions->branches().size();
}

Network::Row NetworkStream::Row(size_t branch, int64_t position) const {
  const ConditionRows& rows = prefix(branch);
  Network::Row row;
  row.cache = lanes[branch].cache.get();
  row.cross = conditions->cross[branch].cache.get();
  row.cross_rows = conditions->cross[branch].rows;
  row.position = position;
  row.apart = branch > 0 && spec.two_step_cfg;
  if (position < rows.rows) {
    row.vector = rows.values.data() + position * rows.width;
  } else if (position - rows.rows >= next_step - under_way) {
    row.kept = {lanes[0].cache.get(), position - rows.rows};
  } else {
    row.tokens = sequence.values.data() + (position - rows.rows);
    row.token_stride = sequence.frames;
  }
  return row;
}

Network::Draw NetworkStream::Draw(size_t row) const {
  Network::Draw draw;
  draw.row = row;
  draw.branches = active;
  draw.keep = {lanes[0].cache.get(), next_step};
  draw.guidance = spec.guidance;
  draw.sampling = spec.sampling;
  draw.seed = spec.seed;
  draw.take = spec.take;
  for (int64_t k = 0; k < sequence.codebooks; ++k) {
    const int64_t frame = spec.first_frame + spec.pattern.FrameAt(k, next_step);
    draw.cells.push_back({sequence.at(k, next_step), static_cast<uint32_t>(frame)});
  }
  return draw;
}

void NetworkStream::TakeBack() {
  for (size_t branch = 0; branch < active; ++branch) {
    NetworkLane& lane = lanes[branch];
    lane.passed -= under_way;
    while (!lane.past.empty() && lane.past.back().from >= lane.passed) lane.past.pop_back();
  }
  next_step -= under_way;
  under_way = 0;
}

void NetworkStream::Restore(Network& network) {
  for (size_t branch = 0; branch < lanes.size(); ++branch) {
    NetworkLane& lane = lanes[branch];
    lane.cache = network.NewCache(positions(branch));
    for (size_t i = 0; i < lane.past.size(); ++i) {
      const NetworkLane::Past& past = lane.past[i];
      const int64_t end = i + 1 < lane.past.size() ? lane.past[i + 1].from : lane.passed;
      std::vector<Network::Row> rows;
      for (int64_t position = past.from; position < end; ++position) {
        rows.push_back(Row(branch, position));
      }
      Network::CacheHandle source;
      if (past.branches != conditions->shared_branches()) {
        // What it was steered away from is passed again for these rows alone.
        const ConditionRows& before = (*past.branches)[branch].cross;
        if (before.rows > 0) {
          source = network.NewCache(before.rows);
          network.PassCross(before.values.data(), {0, before.rows}, *source);
        }
        for (Network::Row& row : rows) {
          row.cross = source.get();
          row.cross_rows = before.rows;
        }
      }
      network.Forward(rows);
    }
  }
}

}  // namespace musicgen::lm
