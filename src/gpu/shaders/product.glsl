// y [rows, N] = x [rows, K]·Wᵀ in the order of kernels/matmul.h: a workgroup has the outputs of one
// tile for kRows rows. Its lanes, each of them kThreads invocations, share out the inputs; what they
// find is added from left to right. Who includes this says how.

const uint kTileOutputs = 32;
const uint kStore = 0, kAccumulate = 1, kGelu = 2;

layout(constant_id = 2) const uint kRows = 1;  // of the workgroup
layout(constant_id = 3) const uint kEpilogue = 0;
layout(local_size_x_id = 4) in;  // kLanes · kThreads
layout(constant_id = 5) const uint kFormat = 0;
// Sums of an output: two where its inputs are numbers of two digits, which are added at the end.
layout(constant_id = 6) const uint kParts = 1;
layout(constant_id = 7) const uint kLanes = 1;

// Outputs of an invocation: those that share a word of the weights.
const uint kColumns = kFormat == kF16 || kFormat == kBF16 ? 2 : 1;
const uint kThreads = kTileOutputs / kColumns;
const uint kOutputs = kRows * kColumns;  // that lanes finish, shared out among them
const uint kSums = kOutputs * kParts;

layout(push_constant) uniform Constants { uint inputs, outputs, which, stride, at; };
layout(binding = 3, std430) buffer Y { float y[]; };  // [rows, stride], from `at` on

shared float ends[kLanes * kSums * kThreads];

uint Lane() { return gl_LocalInvocationID.x / kThreads; }
uint Thread() { return gl_LocalInvocationID.x % kThreads; }
uint FirstRow() { return gl_WorkGroupID.y * kRows; }
// Of sum `i` of a lane.
uint EndOf(uint lane, uint i) { return (lane * kSums + i) * kThreads + Thread(); }
bool IsMine(uint output_) { return output_ % kLanes == Lane(); }

// A lane alone waits for nobody.
void Meet() {
  if (kLanes > 1) barrier();
}

uint RowOf(uint output_) { return FirstRow() + output_ / kColumns; }
uint ColumnOf(uint output_) {
  return gl_WorkGroupID.x * kTileOutputs + Thread() * kColumns + output_ % kColumns;
}

void Finish(uint output_, float total) {
  const uint row = RowOf(output_), column = ColumnOf(output_);
  if (column >= outputs || !Takes(row, which)) return;
  const uint to = row * stride + at + column;
  precise float value = total;
  if (kEpilogue == kAccumulate) value = y[to] + value;
  y[to] = value;
}

// Of what Finish has stored.
void Activate() {
  if (kEpilogue != kGelu) return;
  // Once in the code, not once for each output: drivers compile it for seconds.
  [[dont_unroll]] for (uint i = Lane(); i < kOutputs; i += kLanes) {
    const uint row = RowOf(i), column = ColumnOf(i), to = row * stride + at + column;
    if (column < outputs && Takes(row, which)) y[to] = Gelu(y[to]);
  }
}
